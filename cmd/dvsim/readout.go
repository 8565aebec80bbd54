package main

import (
	"fmt"
	"slices"
	"strings"

	"dvsim/trace"
)

// readout watches the last layer whose channels have names (orientations, digits,
// ...) and tells what it saw: of a layer with positions which label, where and
// when (sites), of a flat one, such as the classes of a trained network, which
// label and when (talk).
type readout struct {
	at    int    // index of that layer in the trace, −1 for none
	layer string // its name
	unit  int64
	watcher
}

// watcher is the readout of one layer. Times are in µs from the begin of the run.
type watcher interface {
	spikes(t int64, index []uint32)
	seen() []seen
	// flat reports whether what is seen has no place.
	flat() bool
}

// seen is a stretch of time in which one label was the strongest.
type seen struct {
	Label  string  `json:"label"`
	FromUS int64   `json:"from_us"`
	ToUS   int64   `json:"to_us"`
	Spikes int64   `json:"spikes"`
	Share  float64 `json:"share"`       // of all the spikes of the layer in that time
	X      float64 `json:"x,omitempty"` // centre of those spikes, 0..1 from the left; a flat layer has none
	Y      float64 `json:"y,omitempty"` // 0..1 from the top row of the recording
	all    int64
}

// clear reports whether the winner of a stretch is beyond doubt: few spikes, or
// many of others, tell nothing.
func (s *seen) clear() bool { return s.Spikes >= 3 && 10*s.Spikes >= 4*s.all }

func newReadout() *readout { return &readout{at: -1} }

// Begin implements trace.Recorder.
func (r *readout) Begin(info trace.Info) error {
	r.at, r.unit = -1, max(1, info.DtUS)
	for i, l := range info.Layers {
		switch {
		case len(l.Labels) == 0:
			continue
		case l.H*l.W > 1:
			r.watcher = newSites(l)
		default:
			r.watcher = newTalk(l, r.unit)
		}
		r.at, r.layer = i, l.Name
	}
	return nil
}

// Spikes implements trace.Recorder.
func (r *readout) Spikes(layer int, t int64, index []uint32, _ []uint16) error {
	if layer == r.at && len(index) > 0 {
		r.spikes(t*r.unit, index)
	}
	return nil
}

// End implements trace.Recorder.
func (r *readout) End(int64) error { return nil }

// report puts what the layer saw into a result, in order of time; nothing where no
// layer has names.
func (r *readout) report(res *runResult) {
	if r.at >= 0 {
		res.Seen, res.seenBy, res.flat = r.seen(), r.layer, r.flat()
	}
}

// printSeen prints the stretches below a line that says whose they are; of many,
// the strongest ones, still in order of time.
func (a *app) printSeen(r *runResult) {
	const most = 12
	fmt.Fprintf(a.out, "\n%s\n", a.bold(r.headline()))
	all := r.Seen
	show := all
	if len(all) > most {
		show = slices.Clone(all)
		slices.SortStableFunc(show, func(a, b seen) int { return int(b.Spikes - a.Spikes) })
		show = show[:most]
		slices.SortFunc(show, func(a, b seen) int { return int(a.FromUS - b.FromUS) })
	}
	rows := make([]string, len(show))
	for i, s := range show {
		rows[i] = fmt.Sprintf("  %s to %s\t%s\t%s spikes\t%.0f %% of the layer's", span(s.FromUS), span(s.ToUS), s.Label, count(s.Spikes), 100*s.Share)
		if !r.flat {
			rows[i] += fmt.Sprintf("\taround x %.0f %%, y %.0f %%", 100*s.X, 100*s.Y)
		}
	}
	table(a.out, rows...)
	if len(all) > most {
		fmt.Fprintf(a.out, "  … and %d weaker stretches (--json lists all)\n", len(all)-most)
	}
}

// headline reads a sequence of classes out, unless it is a long one.
func (r *runResult) headline() string {
	line := "What " + r.seenBy + " saw"
	if !r.flat {
		return line
	}
	words := make([]string, len(r.Seen))
	for i, s := range r.Seen {
		words[i] = s.Label
	}
	if text := strings.Join(words, " "); len(text) <= 80 {
		line += ": " + text
	}
	return line
}
