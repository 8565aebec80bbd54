package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dvsim/events"
)

func (a *app) infoCommand() *cobra.Command {
	f := &inputFlags{}
	var digest bool
	cmd := &cobra.Command{
		Use:   "info FILE...",
		Short: "Tell what is in recordings",
		Long: `Read recordings from end to end and tell what is in them: format, sensor,
streams (events, frames, IMU, triggers) with counts, time span, rates, polarity
balance, hottest pixels, steps back in time, clock wraps, silences and losses.

--digest adds sums and a SHA-256 over the packed events (t uint64, x uint16,
y uint16, on uint8, little-endian), so that decoders can be compared.`,
		Example: `  dvsim info recording.aedat4
  dvsim info --digest --json recording.aedat4
  dvsim info --salvage damaged.aedat4
  dvsim info recordings/`,
		Args: argsError(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := expand(args)
			if err != nil {
				return err
			}
			return a.eachFile(files, func(name string) error { return a.infoOne(cmd.Context(), f, name, digest) },
				func(name string, err error) any {
					return map[string]string{"file": displayName(name), "error": err.Error()}
				})
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&digest, "digest", false, "add sums and the SHA-256 of the events")
	return cmd
}

// eachFile does one thing to every file. Of one file the error is the command's;
// of several, each failure is printed and the rest goes on.
func (a *app) eachFile(files []string, do func(name string) error, failure func(name string, err error) any) error {
	failed := 0
	for i, name := range files {
		if i > 0 && !a.json {
			fmt.Fprintln(a.out)
		}
		err := do(name)
		var usage usageError
		switch {
		case err == nil:
			continue
		case len(files) == 1, errors.Is(err, context.Canceled), errors.As(err, &usage):
			return err
		}
		failed++
		fmt.Fprintf(a.err, "dvsim: %v\n", err)
		if a.json {
			if err := a.printJSON(failure(name, err)); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		fmt.Fprintf(a.err, "dvsim: %d of %d files failed\n", failed, len(files))
		return errReported
	}
	return nil
}

// infoResult is what dvsim info tells of one recording.
type infoResult struct {
	File            string       `json:"file"`
	Format          string       `json:"format"`
	Version         string       `json:"version"`
	Compression     string       `json:"compression"`
	Width           int          `json:"width"`
	Height          int          `json:"height"`
	GeometryGuessed bool         `json:"geometry_guessed"`
	Source          string       `json:"source"`
	Bytes           int64        `json:"bytes"`
	Streams         []streamInfo `json:"streams"`
	events.Summary
	Wraps       int64    `json:"wraps"`
	Invalid     int64    `json:"invalid"`
	Special     int64    `json:"special"`
	LostPackets int64    `json:"lost_packets"`
	LostBytes   int64    `json:"lost_bytes"`
	LostEvents  int64    `json:"lost_events_at_most"`
	Notes       []string `json:"notes,omitempty"`
	Warnings    []string `json:"warnings,omitempty"`
	// With --digest; the other sums of the digest are in Summary already.
	SumT        *uint64 `json:"sum_t,omitempty"`
	SumX        *uint64 `json:"sum_x,omitempty"`
	SumY        *uint64 `json:"sum_y,omitempty"`
	SHA256      string  `json:"sha256,omitempty"`
	Interrupted bool    `json:"interrupted,omitempty"`
}

type streamInfo struct {
	ID      int         `json:"id"`
	Kind    events.Kind `json:"kind"`
	Name    string      `json:"name"`
	Source  string      `json:"source,omitempty"`
	Width   int         `json:"width,omitempty"`
	Height  int         `json:"height,omitempty"`
	Records int64       `json:"records"`
	Packets int64       `json:"packets"`
	First   int64       `json:"t_first"`
	Last    int64       `json:"t_last"`
}

func (a *app) infoOne(ctx context.Context, f *inputFlags, name string, withDigest bool) error {
	o, err := a.open(name, f, events.Tap{})
	if err != nil {
		return err
	}
	defer o.Close()
	h := o.Header()
	stats := events.NewStats(h.Geometry)
	var digest *events.Digest
	if withDigest {
		digest = &events.Digest{}
	}
	readErr := a.each(ctx, name, o, func(batch []events.Event) {
		stats.Add(batch)
		if digest != nil {
			digest.Add(batch)
		}
	})
	interrupted := errors.Is(readErr, context.Canceled)
	if readErr != nil && !interrupted {
		return readErr
	}
	rep := o.rec.Report()
	res := infoResult{
		File: displayName(name), Format: h.Format, Version: h.Version, Compression: h.Compression,
		Width: h.Geometry.Width, Height: h.Geometry.Height, GeometryGuessed: h.GeometryGuessed, Source: h.Source, Bytes: o.size,
		Summary: stats.Summary(), Wraps: rep.Wraps, Invalid: rep.Invalid, Special: rep.Special,
		LostPackets: rep.Loss.Packets, LostBytes: rep.Loss.Bytes, LostEvents: rep.Loss.MaxEvents,
		Notes: h.Notes, Warnings: rep.Warnings, Interrupted: interrupted,
	}
	if digest != nil {
		d := digest.Sums()
		res.SumT, res.SumX, res.SumY, res.SHA256 = &d.SumT, &d.SumX, &d.SumY, d.SHA256
	}
	for _, s := range rep.Streams {
		res.Streams = append(res.Streams, streamInfo{
			ID: s.Stream.ID, Kind: s.Stream.Kind, Name: s.Stream.Name, Source: s.Stream.Source,
			Width: s.Stream.Geometry.Width, Height: s.Stream.Geometry.Height, Records: s.Records, Packets: s.Packets, First: s.First, Last: s.Last,
		})
	}
	if rep.Loss.Any() {
		a.salvaged()
	}
	if a.json {
		if err := a.printJSON(res); err != nil {
			return err
		}
	} else {
		a.printInfo(&res, rep.Loss)
	}
	return readErr
}

func (a *app) printInfo(r *infoResult, loss events.Loss) {
	fmt.Fprintln(a.out, a.bold(r.File))
	geometry := events.Geometry{Width: r.Width, Height: r.Height}.String()
	if r.GeometryGuessed {
		geometry += " (guessed; --size overrules)"
	}
	format := strings.TrimSpace(r.Format + " " + r.Version)
	if r.Compression != "" {
		format += ", compression " + r.Compression
	}
	if r.Bytes >= 0 {
		format += ", " + bytesText(r.Bytes)
	}
	rows := []string{"  format\t" + format, "  sensor\t" + geometry}
	if r.Source != "" {
		rows[1] += ", " + r.Source
	}
	for _, s := range r.Streams {
		row := fmt.Sprintf("  stream %d\t%s: %s", s.ID, s.Kind, count(s.Records))
		if s.Packets > 0 {
			row += fmt.Sprintf(" in %s packets", count(s.Packets))
		}
		if s.Records > 0 {
			row += fmt.Sprintf(", %s", span(s.Last-s.First))
		}
		rows = append(rows, row)
	}
	rows = append(rows, fmt.Sprintf("  events\t%s: %s ON (%s), %s OFF", count(r.Events), count(r.On), percent(r.On, r.Events), count(r.Off)))
	if r.Events > 0 {
		rows = append(rows,
			fmt.Sprintf("  time\t%s, from %d to %d µs", span(r.Duration), r.Min, r.Max),
			fmt.Sprintf("  rate\t%s/s on average, %s/s at most (10 ms, %s after the first)", rate(r.MeanRate), rate(r.PeakRate), span(r.PeakAt-r.First)),
			fmt.Sprintf("  pixels\t%s with an event, hottest %s", count(int64(r.ActivePixels)), hottest(r.Hottest)))
	}
	order := "times never step back"
	if r.Backward > 0 {
		order = fmt.Sprintf("%s steps back in time, the largest %s", count(r.Backward), span(r.BackwardMax))
	}
	rows = append(rows, fmt.Sprintf("  order\t%s; %d clock wraps", order, r.Wraps))
	if len(r.Gaps) > 0 && r.Gaps[0].Duration >= 1000 {
		rows = append(rows, fmt.Sprintf("  silence\tlongest %s, %s after the first event", span(r.Gaps[0].Duration), span(r.Gaps[0].After-r.First)))
	}
	if n := r.Invalid + r.OutOfBounds + r.Special; n > 0 {
		rows = append(rows, fmt.Sprintf("  odd\t%s marked invalid, %s outside the sensor, %s special words", count(r.Invalid), count(r.OutOfBounds), count(r.Special)))
	}
	table(a.out, rows...)
	for _, n := range append(r.Notes, r.Warnings...) {
		fmt.Fprintf(a.out, "  note: %s\n", n)
	}
	if r.SHA256 != "" {
		table(a.out,
			fmt.Sprintf("  sums\tt %d, x %d, y %d", *r.SumT, *r.SumX, *r.SumY),
			"  sha256\t"+r.SHA256)
	}
	a.printLoss(loss)
}

func hottest(h []events.HotPixel) string {
	s := ""
	for i, p := range h {
		if i == 3 {
			break
		}
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("(%d, %d) %.2g %%", p.X, p.Y, 100*p.Share)
	}
	return s
}
