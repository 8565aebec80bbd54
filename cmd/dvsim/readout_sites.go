package main

import "dvsim/trace"

// sites is the readout of a layer with positions. It keeps a bounded number of
// windows of time: when a run outgrows them, neighbours are joined.
type sites struct {
	layer   trace.Layer
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

func newSites(l trace.Layer) *sites { return &sites{layer: l, window: readoutWindow} }

func (r *sites) flat() bool { return false }

func (r *sites) spikes(t int64, index []uint32) {
	w := t / r.window
	for w >= readoutWindows {
		r.halve()
		w = t / r.window
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
}

// halve joins neighbouring windows.
func (r *sites) halve() {
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

// seen joins windows with the same winner to stretches, in order of time.
// Windows with fewer than three spikes, or without a clear winner, belong to none.
func (r *sites) seen() []seen {
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
		if one := (seen{Spikes: row[best].n, all: all}); !one.clear() {
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
