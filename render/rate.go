package render

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"dvsim/events"
)

// About how many bins the curves have: few spikes need long ones.
const (
	eventBins = 250
	layerBins = 100
)

// curve sums the rows first to first+n of a grid in bins of whole columns, and returns the
// rate a second in each bin between from and to (µs), as steps; and the
// length of a bin in µs. per divides the rates.
func (g *grid) curve(from, to, unit, at float64, first, n, bins int, per float64) (plotter.XYs, float64) {
	column := float64(g.bin()) * unit
	cols := max(1, int((to-from)/float64(bins)/column+0.5))
	bin := column * float64(cols)
	_, length := timeUnit(to - from)
	var xy plotter.XYs
	add := func(t, v float64) {
		t = min(max(t, from), to)
		xy = append(xy, plotter.XY{X: (t - from) / length, Y: v})
	}
	start := at + float64(g.origin)*unit
	if g.any && start > from {
		add(from, 0)
		add(start, 0)
	}
	for c := 0; c < g.used; c += cols {
		t0 := start + float64(c)*column
		t1 := t0 + bin
		if t1 <= from || t0 >= to {
			continue
		}
		sum := 0.0
		for k := c; k < min(c+cols, g.used); k++ {
			for _, v := range g.counts[k*g.rows+first:][:n] {
				sum += float64(v)
			}
		}
		// The last bin may reach beyond the end.
		inside := min(t1, to) - max(t0, from)
		rate := sum / max(inside, 1) * 1e6 / per
		add(t0, rate)
		add(t1, rate)
	}
	if len(xy) == 0 || xy[len(xy)-1].X < (to-from)/length {
		last := from
		if len(xy) > 0 {
			last += xy[len(xy)-1].X * length
		}
		add(last, 0)
		add(to, 0)
	}
	return xy, bin
}

func line(xy plotter.XYs, c color.Color) *plotter.Line {
	l, err := plotter.NewLine(xy)
	if err != nil {
		panic(err) // points that are no numbers: impossible, rates are finite
	}
	l.Color, l.Width = c, vg.Length(1.6)
	return l
}

// rateScale chooses the unit of a rate axis.
func rateScale(top float64) (prefix string, scale float64) {
	switch {
	case top >= 2e6:
		return "M ", 1e6
	case top >= 2e3:
		return "k ", 1e3
	}
	return "", 1
}

func top(curves ...plotter.XYs) float64 {
	t := 0.0
	for _, c := range curves {
		for _, p := range c {
			t = max(t, p.Y)
		}
	}
	return t
}

func rescale(xy plotter.XYs, scale float64) {
	for i := range xy {
		xy[i].Y /= scale
	}
}

// ratePanel draws ON and OFF events a second.
func (e *eventGrid) ratePanel(from, to float64) *panel {
	off, bin := e.curve(from, to, 1, 0, 0, e.rows, eventBins, 1)
	on, _ := e.curve(from, to, 1, 0, e.rows, e.rows, eventBins, 1)
	peak := top(on, off)
	prefix, scale := rateScale(peak)
	rescale(on, scale)
	rescale(off, scale)
	p := &panel{
		head: "rate", colour: ink, legend: true, least: 90, weight: 0.7,
		yLabel: prefix + "events/s", y0: 0, y1: max(peak/scale*1.08, 1e-9), yTicks: ticks{want: 4},
	}
	if peak == 0 {
		p.y1, p.empty = 1, "no events"
		return p
	}
	p.detail = "in bins of " + formatDuration(bin)
	p.curves = append(p.curves, line(off, colourOff), line(on, colourOn))
	return p
}

// ratePanel draws the firing rate of each layer, a neuron.
func (r *Raster) ratePanel(from, to float64) *panel {
	p := &panel{head: "rates", colour: ink, yLabel: "Hz a neuron", least: 90, weight: 0.5, yTicks: ticks{want: 4}, y1: 1}
	peak, widest := 0.0, 0.0
	for i, l := range r.layers[1:] {
		xy, bin := l.curve(from, to, r.unit(), float64(r.info.T0), 0, l.grid.rows, layerBins, float64(l.n))
		peak, widest = max(peak, top(xy)), max(widest, bin)
		if l.total > 0 {
			p.curves = append(p.curves, line(xy, layerColour(i)))
		}
	}
	if peak == 0 {
		p.empty = "no spikes"
		return p
	}
	p.y1 = peak * 1.08
	p.detail = "of the layers, in their colours, in bins of " + formatDuration(widest)
	return p
}

// formatDuration writes a time in µs with its unit.
func formatDuration(us float64) string {
	switch {
	case us >= 1e6:
		return fmt.Sprintf("%.3g s", us/1e6)
	case us >= 1e3:
		return fmt.Sprintf("%.3g ms", us/1e3)
	}
	return events.Thousands(int64(us+0.5)) + " µs"
}
