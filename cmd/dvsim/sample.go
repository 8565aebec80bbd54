package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dvsim/datasets/sample"
	"dvsim/events"
)

func (a *app) sampleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sample FILE",
		Short: "Write the built-in recording to a file, to try the other verbs on",
		Example: `  dvsim sample recording.aedat4
  dvsim sample recording.aedat`,
		Args: argsError(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			rec, err := sample.Open()
			if err != nil {
				return err
			}
			defer rec.Close()
			w, err := events.Create(args[0], "", rec.Header(), events.WriteOptions{})
			if err != nil {
				return friendly(err)
			}
			defer w.Abort()
			n, err := events.Copy(w, rec)
			if err != nil {
				return err
			}
			if err := w.Close(); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"out": args[0], "events": n})
			}
			fmt.Fprintf(a.out, "%s: %s events\n", args[0], count(n))
			return nil
		},
	}
}
