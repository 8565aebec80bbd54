package render

import (
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"strings"

	"dvsim/events"
)

// Draw draws what has come up to now.
func (r *Raster) Draw() *image.RGBA {
	from, to := r.span()
	panels := r.panels(from, to)
	top := 40
	h := r.opt.Height
	if need := top + stackHeight(panels); h == 0 {
		h = max(800, need)
	} else {
		h = max(h, need)
	}
	pg := newPage(r.opt.Width, h)
	pg.title(r.title())
	pg.stack(panels, image.Rect(12, top, r.opt.Width-sideMargin, h), from, to)
	return pg.img
}

func (r *Raster) title() string {
	if r.opt.Title != "" {
		return r.opt.Title
	}
	var parts []string
	if r.info.Network != "" {
		parts = append(parts, "network "+r.info.Network)
	}
	if r.info.Source != "" {
		parts = append(parts, filepath.Base(r.info.Source))
	}
	if len(parts) == 0 {
		return "events"
	}
	return strings.Join(parts, " on ")
}

func (r *Raster) panels(from, to float64) []*panel {
	var ps []*panel
	if r.events.any || !r.begun {
		ps = append(ps, r.events.panel(to-from))
	}
	for i, l := range r.layers {
		if i == 0 && r.events.any {
			continue
		}
		ps = append(ps, l.panel(i, from, to, r.unit(), float64(r.info.T0)))
	}
	if r.opt.Rates && len(r.layers) > 1 {
		ps = append(ps, r.ratePanel(from, to))
	}
	return ps
}

// panel draws the events: one row a row of the sensor, the top one at the top.
func (e *eventGrid) panel(us float64) *panel {
	h := e.height()
	p := &panel{
		head: "events", colour: ink, legend: true, yLabel: "y (px)",
		y0: float64(h), y1: 0, yTicks: ticks{want: 5, whole: true},
		least: 90, weight: 1.4,
	}
	total := e.total[0] + e.total[1]
	p.detail = plural(total, "event")
	if e.opt.Geometry.Known() {
		p.detail = e.opt.Geometry.String() + " · " + p.detail
	}
	if total == 0 {
		p.empty = "no events"
		return p
	}
	p.detail += fmt.Sprintf(", %.0f %% ON", 100*float64(e.total[1])/float64(total))
	if e.max-e.min >= 1000 {
		p.detail += fmt.Sprintf(" · %s events/s", formatRate(float64(total)/us*1e6))
	}
	if e.left > 0 {
		p.detail += fmt.Sprintf(" · %s outside the time shown", events.Thousands(e.left))
	}
	p.paint = func(img *image.RGBA, r image.Rectangle, win window) {
		paintPolarities(e.grid, img, r, win, 1, 0, float64(h)/float64(e.per), markSize(total))
	}
	return p
}

// paintPolarities draws the two halves of a grid's rows, OFF and ON, over each other.
func paintPolarities(g *grid, img *image.RGBA, r image.Rectangle, win window, unit, at, span, mark float64) {
	n := g.rows / 2
	var d [2]*density
	for i := range d {
		d[i] = newDensity(r.Dx(), r.Dy())
		g.resample(d[i], win, unit, at, i*n, n, span, mark)
	}
	paintPair(d[0], d[1], img, r.Min)
}

// panel draws the i-th layer of the trace.
func (g *layerGrid) panel(i int, from, to, unit, t0 float64) *panel {
	l := g.layer
	p := &panel{head: l.Name, colour: ink, y0: float64(g.n), y1: 0, yLabel: "neuron", least: 60, weight: 1}
	if p.head == "" {
		p.head = fmt.Sprintf("layer %d", i)
	}
	what := "neuron"
	if i == 0 {
		what = "input"
	} else {
		p.colour = layerColour(i - 1)
	}
	p.detail = plural(int64(g.n), what)
	if g.sites > 1 {
		p.detail += fmt.Sprintf(" (%d×%d×%d)", l.H, l.W, l.C)
	}
	p.detail += fmt.Sprintf(" · %s · %s Hz", plural(g.total, "spike"), formatRate(g.rate(to-from)))
	switch {
	case g.split:
		p.legend, p.yLabel, p.y0, p.yTicks, p.weight = true, "y", float64(l.H), ticks{want: 5, whole: true}, 1.4
	case g.few():
		p.least = max(44, min(g.n*14, 160))
		p.weight = min(1, 0.2+float64(g.n)/20)
		p.yTicks = everyNth(g.n, p.least, g.rowLabel)
		if i > 0 && (len(l.Labels) > 0 || g.sites > 1) {
			p.yLabel = ""
		}
	case g.bands():
		p.bands(g)
	default:
		p.yTicks = ticks{want: 4, whole: true}
	}
	if g.total == 0 {
		p.empty = "no spikes"
		return p
	}
	p.paint = func(img *image.RGBA, r image.Rectangle, win window) {
		switch {
		case g.split:
			paintPolarities(g.grid, img, r, win, unit, t0, float64(l.H)/float64(g.per), markSize(g.total))
		case g.few():
			g.paintMarks(img, r, win, unit, t0, p.colour)
		default:
			d := newDensity(r.Dx(), r.Dy())
			g.resample(d, win, unit, t0, 0, g.grid.rows, float64(g.n)/float64(g.per), markSize(g.total))
			d.paint(img, r.Min, p.colour, reference(d))
		}
	}
	return p
}

// bands labels the channels of a layer instead of its neurons.
func (p *panel) bands(g *layerGrid) {
	c := g.layer.C
	p.y0 = float64(c)
	p.yLabel = "channel"
	p.least = max(60, min(c*14, 160))
	if c > 40 {
		p.yTicks = ticks{want: 4, whole: true}
		return
	}
	p.yTicks = everyNth(c, p.least, func(i int) string { return channelLabel(g.layer, i) })
	if len(g.layer.Labels) > 0 {
		p.yLabel = ""
	}
	for i := 1; i < c; i++ {
		p.lines = append(p.lines, i*1000/c)
	}
}

// paintMarks draws one line of marks for each neuron. A mark is at least 2 pixels
// wide; where spikes stand closer than that the line becomes a bar whose strength
// tells how many there are.
func (g *layerGrid) paintMarks(img *image.RGBA, r image.Rectangle, win window, unit, t0 float64, c color.RGBA) {
	w := r.Dx()
	colWidth := win.x(win.from + float64(g.bin())*unit)
	mark := max(2, min(int(colWidth*0.8), 5))
	d := newDensity(w+mark, g.grid.rows)
	for k := range g.used {
		x := int(win.x(t0 + float64(g.origin+int64(k)<<g.shift)*unit))
		if x < 0 || x >= w {
			continue
		}
		for row, n := range g.counts[k*g.grid.rows:][:g.grid.rows] {
			d.v[row*d.w+x] += float32(n)
		}
	}
	ref := reference(d)
	for row := range d.h {
		top := r.Min.Y + row*r.Dy()/d.h
		bottom := r.Min.Y + (row+1)*r.Dy()/d.h
		if gap := (bottom - top) / 5; bottom-top > 4 {
			top, bottom = top+gap, bottom-gap
		}
		strong := make([]float32, w+mark)
		for x := range w {
			for m := range mark {
				strong[x+m] = max(strong[x+m], d.v[row*d.w+x])
			}
		}
		for x, v := range strong[:w] {
			if v == 0 {
				continue
			}
			shade := mix(color.RGBA{255, 255, 255, 255}, c, max(0.55, opacity(v, ref)))
			for y := top; y < max(bottom, top+1); y++ {
				img.SetRGBA(r.Min.X+x, y, shade)
			}
		}
	}
}
