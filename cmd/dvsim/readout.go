package main

import (
	"fmt"
	"io"
	"slices"

	"dvsim/trace"
)

// readout watches the last layer whose channels have names (orientations,
// digits, ...) and tells which of them spoke, where and when. It keeps a bounded
// number of windows of time: when a run outgrows them, neighbours are joined.
type readout struct {
	layer   trace.Layer
	at      int   // index of that layer in the trace, -1 for none
	unit    int64 // µs of one unit of trace time
	window  int64 // µs of one window
	windows [][]bin
}

// bin sums the spikes of one label in one window.
type bin struct {
	n      int64
	sx, sy int64 // sums of the columns and rows
}

const (
	readoutWindow  = 50_000 // µs, at the start
	readoutWindows = 2048
)

func newReadout() *readout { return &readout{at: -1} }

// Begin implements trace.Recorder.
func (r *readout) Begin(info trace.Info) error {
	r.unit = max(1, info.DtUS)
	r.window = readoutWindow
	for i, l := range info.Layers {
		if len(l.Labels) > 0 {
			r.at, r.layer = i, l
		}
	}
	return nil
}

// Spikes implements trace.Recorder.
func (r *readout) Spikes(layer int, t int64, index []uint32, _ []uint16) error {
	if layer != r.at {
		return nil
	}
	w := t * r.unit / r.window
	for w >= readoutWindows {
		r.halve()
		w = t * r.unit / r.window
	}
	for int64(len(r.windows)) <= w {
		r.windows = append(r.windows, make([]bin, r.layer.C))
	}
	row := r.windows[w]
	for _, i := range index {
		b := &row[int(i)%r.layer.C]
		site := int(i) / r.layer.C
		b.n++
		b.sx += int64(site % r.layer.W)
		b.sy += int64(site / r.layer.W)
	}
	return nil
}

// End implements trace.Recorder.
func (r *readout) End(int64) error { return nil }

// halve joins neighbouring windows.
func (r *readout) halve() {
	for i := 0; i*2 < len(r.windows); i++ {
		row := r.windows[2*i]
		if 2*i+1 < len(r.windows) {
			for c, b := range r.windows[2*i+1] {
				row[c].n += b.n
				row[c].sx += b.sx
				row[c].sy += b.sy
			}
		}
		r.windows[i] = row
	}
	r.windows = r.windows[:(len(r.windows)+1)/2]
	r.window *= 2
}

// seen is a stretch of time in which one label was the strongest.
type seen struct {
	Label  string  `json:"label"`
	FromUS int64   `json:"from_us"`
	ToUS   int64   `json:"to_us"`
	Spikes int64   `json:"spikes"`
	Share  float64 `json:"share"` // of all the spikes of the layer in that time
	X      float64 `json:"x"`     // centre of those spikes, 0..1 from the left
	Y      float64 `json:"y"`     // 0..1 from the top row of the recording
	all    int64
}

// seen joins windows with the same winner to stretches, in order of time.
// Windows with fewer than three spikes, or without a clear winner, belong to none.
func (r *readout) seen() []seen {
	var out []seen
	var sx, sy int64
	closeLast := func() {
		if n := len(out); n > 0 && out[n-1].Spikes > 0 {
			s := &out[n-1]
			s.Share = float64(s.Spikes) / float64(s.all)
			s.X = (float64(sx)/float64(s.Spikes) + 0.5) / float64(r.layer.W)
			s.Y = (float64(sy)/float64(s.Spikes) + 0.5) / float64(r.layer.H)
		}
	}
	last := -1
	for w, row := range r.windows {
		best, all := 0, int64(0)
		for c, b := range row {
			all += b.n
			if b.n > row[best].n {
				best = c
			}
		}
		if row[best].n < 3 || 10*row[best].n < 4*all {
			last = -1
			continue
		}
		if best != last {
			closeLast()
			out = append(out, seen{Label: r.layer.Labels[best], FromUS: int64(w) * r.window})
			sx, sy, last = 0, 0, best
		}
		s := &out[len(out)-1]
		s.ToUS = int64(w+1) * r.window
		s.Spikes += row[best].n
		s.all += all
		sx += row[best].sx
		sy += row[best].sy
		closeLast()
	}
	return out
}

// printSeen prints the stretches; of many, the strongest ones, still in order of time.
func printSeen(w io.Writer, all []seen) {
	const most = 12
	show := all
	if len(all) > most {
		show = slices.Clone(all)
		slices.SortStableFunc(show, func(a, b seen) int { return int(b.Spikes - a.Spikes) })
		show = show[:most]
		slices.SortFunc(show, func(a, b seen) int { return int(a.FromUS - b.FromUS) })
	}
	rows := make([]string, len(show))
	for i, s := range show {
		rows[i] = fmt.Sprintf("  %s to %s\t%s\t%s spikes\t%.0f %% of the layer's\taround x %.0f %%, y %.0f %%",
			span(s.FromUS), span(s.ToUS), s.Label, count(s.Spikes), 100*s.Share, 100*s.X, 100*s.Y)
	}
	table(w, rows...)
	if len(all) > most {
		fmt.Fprintf(w, "  … and %d weaker stretches (--json lists all)\n", len(all)-most)
	}
}
