package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"dvsim/events"
	"dvsim/render"
)

func (a *app) plotCommand() *cobra.Command {
	f := &inputFlags{}
	var out string
	cmd := &cobra.Command{
		Use:   "plot FILE...",
		Short: "Draw recordings: event image, raster, rate curve",
		Long: `Draw a recording alone: an image of its events, their raster over time and the
curve of their rate, on one page.`,
		Example: `  dvsim plot recording.aedat4
  dvsim plot recording.aedat4 --out picture.png --from 200ms --to 1s
  dvsim plot recordings/ --out pictures/`,
		Args: argsError(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := expand(args)
			if err != nil {
				return err
			}
			places := newOutputs(args, files)
			if places.many && out == "" {
				return usagef("several recordings: name a folder for the pictures with --out")
			}
			return a.eachFile(files, func(name string) error {
				to, err := places.path(out, name, "plot.png", ".png")
				if err != nil {
					return err
				}
				return a.plotOne(cmd.Context(), f, name, to)
			}, func(name string, err error) any { return plotResult{File: displayName(name), Error: err.Error()} })
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&out, "out", "", "picture to write (default plot.png); a folder for several recordings")
	return cmd
}

// plotResult is what dvsim plot tells of one recording.
type plotResult struct {
	File   string `json:"file"`
	Error  string `json:"error,omitempty"`
	Events int64  `json:"events"`
	Plot   string `json:"plot"`
}

func (a *app) plotOne(ctx context.Context, f *inputFlags, name, out string) error {
	if err := writable(out); err != nil {
		return err
	}
	o, err := a.open(name, f, events.Tap{})
	if err != nil {
		return err
	}
	defer o.Close()
	page := render.NewOverview(render.Options{Title: filepath.Base(displayName(name)), Geometry: o.Header().Geometry})
	res := plotResult{File: displayName(name), Plot: out}
	readErr := a.each(ctx, name, o, func(batch []events.Event) {
		page.Events(batch)
		res.Events += int64(len(batch))
	})
	if readErr != nil && !errors.Is(readErr, context.Canceled) {
		return readErr
	}
	if err := render.Save(out, page); err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	loss := o.rec.Report().Loss
	if loss.Any() {
		a.salvaged()
	}
	if a.json {
		if err := a.printJSON(res); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.out, out)
		a.printLoss(loss)
	}
	return readErr
}
