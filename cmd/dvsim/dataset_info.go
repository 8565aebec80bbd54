package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"dvsim/datasets"
	"dvsim/datasets/saccades"
	"dvsim/events"
)

// kindPictures is the kind of a folder of idx files, beside those of package datasets.
const kindPictures = "pictures"

func (a *app) datasetInfoCommand() *cobra.Command {
	var workers int
	var opt datasets.FindOptions
	cmd := &cobra.Command{
		Use:   "info PATH",
		Short: "Tell what is in a set: classes, recordings, events",
		Long: `List a set of labelled recordings and count the events of each: a folder with Train
and Test as N-MNIST lies on disk, a folder that holds a folder for each class, the
same in a .zip, or a .csv of path,label. Recordings without events are named, so
are those that cannot be read. The pictures of MNIST are counted too.`,
		Example: `  dvsim dataset info N-MNIST/
  dvsim dataset info recordings.csv
  dvsim dataset info mnist/ --json`,
		Args: argsError(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if workers < 0 {
				return usagef("--workers %d: at least 1, or 0 for one a core", workers)
			}
			return a.datasetInfo(cmd.Context(), args[0], opt, workers)
		},
	}
	cmd.Flags().StringVar(&opt.Format, "format", "", "take files of any extension, as this format ("+formatList()+")")
	cmd.Flags().IntVar(&workers, "workers", 0, "goroutines; 0: one a core. Results do not depend on it")
	return cmd
}

// setInfo is what dvsim dataset info tells.
type setInfo struct {
	Path        string             `json:"path"`
	Kind        string             `json:"kind"`
	Classes     []string           `json:"classes"`
	Parts       []partInfo         `json:"parts"`
	Empty       []string           `json:"empty"`  // recordings without events
	Failed      []string           `json:"failed"` // why recordings could not be read
	Warnings    []string           `json:"warnings,omitempty"`
	Made        *saccades.Manifest `json:"made,omitempty"`
	Interrupted bool               `json:"interrupted,omitempty"`
}

// partInfo is one part of a set.
type partInfo struct {
	Name       string `json:"name"`
	Recordings int    `json:"recordings"`
	ByClass    []int  `json:"by_class"`         // recordings, in the order of Classes
	Events     int64  `json:"events,omitempty"` // of the recordings that could be read
}

func (a *app) datasetInfo(ctx context.Context, name string, opt datasets.FindOptions, workers int) error {
	if opt.Format != "" {
		if _, err := events.FormatByName(opt.Format); err != nil {
			return usageError{err}
		}
	}
	if datasets.IsMNIST(name) {
		return a.picturesInfo(name)
	}
	l, err := datasets.Find(name, opt)
	if err != nil {
		return friendly(err)
	}
	defer l.Close()
	info := &setInfo{Path: name, Kind: l.Kind, Classes: l.Classes, Empty: []string{}, Failed: []string{}}
	if l.Kind == datasets.KindNMNIST {
		if info.Made, err = saccades.ReadManifest(name); err != nil {
			info.Made = nil // another program's, or a .zip: it is no part of the set
		}
	}
	parts := []struct {
		name string
		recs []datasets.Recording
	}{{"train", l.Train}, {"validation", l.Validation}, {"test", l.Test}}
	bar := a.counter(name)
	done, total := 0, len(l.Train)+len(l.Validation)+len(l.Test)
	for _, p := range parts {
		if len(p.recs) == 0 {
			continue
		}
		part := partInfo{Name: p.name, Recordings: len(p.recs), ByClass: make([]int, len(l.Classes))}
		for _, r := range p.recs {
			part.ByClass[r.Label]++
		}
		if l.Kind != datasets.KindTraces {
			found := countEvents(ctx, p.recs, opt.Format, workers, func() { done++; bar.set(name, done, total) })
			info.add(&part, p.recs, found)
		}
		info.Parts = append(info.Parts, part)
	}
	bar.clear()
	info.Interrupted = ctx.Err() != nil
	if err := a.printSet(info); err != nil {
		return err
	}
	switch {
	case info.Interrupted:
		return ctx.Err()
	case len(info.Failed) > 0:
		return errReported
	}
	return nil
}

// counted is the number of events of one recording, or why it is not known.
type counted struct {
	n        int64
	warnings []string
	err      error
}

// add takes up what was found in the recordings of a part.
func (s *setInfo) add(part *partInfo, recs []datasets.Recording, found []counted) {
	for i, c := range found {
		switch {
		case errors.Is(c.err, context.Canceled):
		case errors.Is(c.err, events.ErrEmpty), c.err == nil && c.n == 0:
			s.Empty = append(s.Empty, recs[i].Name)
		case c.err != nil:
			s.Failed = append(s.Failed, c.err.Error())
		}
		part.Events += c.n
		for _, w := range c.warnings {
			s.Warnings = append(s.Warnings, recs[i].Name+": "+w)
		}
	}
}

// countEvents reads all recordings. tick is called after each, by one goroutine at
// a time.
func countEvents(ctx context.Context, recs []datasets.Recording, format string, workers int, tick func()) []counted {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	out := make([]counted, len(recs))
	var next atomic.Int64
	var one sync.Mutex
	var crew sync.WaitGroup
	for range min(workers, len(recs)) {
		crew.Go(func() {
			buf := make([]events.Event, events.BatchSize)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(recs) {
					return
				}
				if out[i].err = ctx.Err(); out[i].err == nil {
					out[i] = countOne(&recs[i], format, buf)
				}
				one.Lock()
				tick()
				one.Unlock()
			}
		})
	}
	crew.Wait()
	return out
}

// countOne counts the events of a recording.
func countOne(r *datasets.Recording, format string, buf []events.Event) (c counted) {
	rec, err := r.Open(&events.Options{Workers: 1, Format: format})
	if err != nil {
		return counted{err: err}
	}
	defer rec.Close()
	for {
		k, err := rec.Read(buf)
		c.n += int64(k)
		if errors.Is(err, io.EOF) {
			c.warnings = rec.Report().Warnings
			return c
		}
		if err != nil {
			c.err = fmt.Errorf("%s: %w", r.Name, err)
			return c
		}
	}
}

// picturesInfo tells of the pictures of MNIST.
func (a *app) picturesInfo(dir string) error {
	train, test, err := datasets.OpenMNIST(dir)
	if err != nil {
		return friendly(err)
	}
	info := &setInfo{Path: dir, Kind: kindPictures, Classes: digitClasses(), Empty: []string{}, Failed: []string{}}
	for _, p := range []*datasets.Pictures{train, test} {
		part := partInfo{Name: p.Name, Recordings: p.Len(), ByClass: make([]int, p.Classes())}
		for _, l := range p.Labels {
			part.ByClass[l]++
		}
		info.Parts = append(info.Parts, part)
	}
	return a.printSet(info)
}

// kinds says what a kind is, for people.
var kinds = map[string]string{
	datasets.KindNMNIST: "parts that hold a folder for each class, as N-MNIST",
	datasets.KindFolder: "a folder for each class, without parts",
	datasets.KindCSV:    "a table of paths and labels",
	datasets.KindTraces: "traces of spikes",
	kindPictures:        "pictures as MNIST has them; make recordings of them with dvsim dataset make --from",
}

func (a *app) printSet(s *setInfo) error {
	for i, f := range s.Failed {
		if i == mostNames {
			fmt.Fprintf(a.err, "dvsim: ... and %s more\n", count(int64(len(s.Failed)-i)))
			break
		}
		fmt.Fprintf(a.err, "dvsim: %s\n", f)
	}
	if a.json {
		return a.printJSON(s)
	}
	fmt.Fprintln(a.out, a.bold(s.Path))
	rows := []string{"  kind\t" + kinds[s.Kind]}
	if s.Made != nil {
		rows = append(rows, fmt.Sprintf("  made by\t%s (%s)", s.Made.Command, s.Made.Version))
	}
	table(a.out, rows...)
	columns := []string{"  class"}
	for _, p := range s.Parts {
		columns = append(columns, p.Name)
	}
	rows = []string{strings.Join(columns, "\t")}
	row := func(name string, cell func(p *partInfo) int64) {
		cells := []string{"  " + name}
		for i := range s.Parts {
			cells = append(cells, count(cell(&s.Parts[i])))
		}
		rows = append(rows, strings.Join(cells, "\t"))
	}
	for c, name := range s.Classes {
		row(name, func(p *partInfo) int64 { return int64(p.ByClass[c]) })
	}
	row("all", func(p *partInfo) int64 { return int64(p.Recordings) })
	if s.Kind != kindPictures && s.Kind != datasets.KindTraces {
		row("events", func(p *partInfo) int64 { return p.Events })
		row("a recording", func(p *partInfo) int64 { return p.Events / int64(p.Recordings) })
	}
	table(a.out, rows...)
	if len(s.Empty) > 0 {
		fmt.Fprintf(a.out, "  %s recordings without events: %s\n", count(int64(len(s.Empty))), firstNames(s.Empty, ", "))
	}
	if len(s.Warnings) > 0 {
		fmt.Fprintf(a.out, "  note: %s\n", firstNames(s.Warnings, "\n  note: "))
	}
	if len(s.Failed) > 0 {
		fmt.Fprintf(a.out, "  %s recordings cannot be read\n", count(int64(len(s.Failed))))
	}
	return nil
}

// mostNames is how many of a list are printed.
const mostNames = 10

// firstNames lists the first names of a long list.
func firstNames(names []string, sep string) string {
	if len(names) <= mostNames {
		return strings.Join(names, sep)
	}
	return fmt.Sprintf("%s%sand %s more", strings.Join(names[:mostNames], sep), sep, count(int64(len(names)-mostNames)))
}
