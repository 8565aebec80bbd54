package render

import (
	"image"
	"image/color"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"

	"dvsim/events"
)

// panel is one strip of a raster: a heading above a data area whose time axis all
// panels share.
type panel struct {
	head   string // bold, in the panel's colour
	detail string // after it, in grey
	colour color.RGBA
	legend bool // ON and OFF
	yLabel string
	yTicks plot.Ticker
	y0, y1 float64 // y axis, upwards; inverted if y0 > y1
	lines  []int   // heights of rules in the data area, in 1/1000 of its height from the top
	empty  string  // said in the middle when there is nothing to draw
	least  int     // the least height of the data area in pixels
	weight float64 // share of the height that is left
	paint  func(img *image.RGBA, r image.Rectangle, win window)
	curves []plot.Plotter // drawn by the plotting library above the picture
}

// Measures of a stack of panels in pixels.
const (
	headHeight = 24
	panelGap   = 10
	axisHeight = 46
	sideMargin = 22
)

// invertedScale has the least value at the top.
var invertedScale = plot.InvertedScale{Normalizer: plot.LinearScale{}}

// stackHeight is the height that panels need at least.
func stackHeight(ps []*panel) int {
	h := axisHeight
	for _, p := range ps {
		h += headHeight + p.least + panelGap
	}
	return h
}

// left is the room that the widest tick labels and the axis label need.
func left(ps []*panel) int {
	w := 0
	for _, p := range ps {
		lo, hi := min(p.y0, p.y1), max(p.y0, p.y1)
		for _, t := range p.yTicks.Ticks(lo, hi) {
			w = max(w, width(style(sizeTick, ink), t.Label))
		}
	}
	return w + 14 + sizeLabel + 16
}

// stack draws panels below each other into area, with one time axis at the bottom.
func (pg *page) stack(ps []*panel, area image.Rectangle, from, to float64) {
	area.Min.X += left(ps)
	free, weights := area.Dy()-stackHeight(ps), 0.0
	for _, p := range ps {
		weights += p.weight
	}
	unit, length := timeUnit(to - from)
	y := area.Min.Y
	for i, p := range ps {
		y += headHeight
		h := p.least
		if free > 0 && weights > 0 {
			h += int(float64(free) * p.weight / weights)
		}
		r := image.Rect(area.Min.X, y, area.Max.X, y+h)
		pg.heading(p, r)
		pl := newPlot()
		pl.X.Min, pl.X.Max = 0, (to-from)/length
		xt := ticks{want: max(3, r.Dx()/110), bare: i < len(ps)-1}
		pl.X.Tick.Marker = xt
		if i == len(ps)-1 {
			pl.X.Label.Text = "time (" + unit + ")"
		}
		pl.Y.Min, pl.Y.Max = p.y0, p.y1
		if p.y0 > p.y1 {
			pl.Y.Min, pl.Y.Max = p.y1, p.y0
			pl.Y.Scale = invertedScale
		}
		pl.Y.Tick.Marker = p.yTicks
		if h >= width(style(sizeLabel, ink), p.yLabel) {
			pl.Y.Label.Text = p.yLabel
		}
		for _, c := range p.curves {
			pl.Add(c)
		}
		win := window{from, to, r.Dx()}
		pg.place(pl, r, func(img *image.RGBA, r image.Rectangle) {
			for _, t := range xt.Ticks(pl.X.Min, pl.X.Max) {
				if x := r.Min.X + int(win.x(from+t.Value*length)); !t.IsMinor() && x > r.Min.X && x < r.Max.X {
					pg.fill(image.Rect(x, r.Min.Y, x+1, r.Max.Y), rule)
				}
			}
			for _, l := range p.lines {
				y := r.Min.Y + l*r.Dy()/1000
				pg.fill(image.Rect(r.Min.X, y, r.Max.X, y+1), rule)
			}
			if p.paint != nil {
				p.paint(img, r, win)
			}
		})
		if p.empty != "" {
			s := style(sizeLabel, faint)
			pg.text(s, (r.Min.X+r.Max.X-width(s, p.empty))/2, (r.Min.Y+r.Max.Y)/2, p.empty)
		}
		y += h + panelGap
	}
}

// heading writes what a panel shows above it.
func (pg *page) heading(p *panel, r image.Rectangle) {
	y := r.Min.Y - headHeight/2 + 1
	s := bold(style(sizePanel, p.colour))
	pg.text(s, r.Min.X, y, p.head)
	d := style(sizeLabel, faint)
	x := r.Min.X + width(s, p.head) + 10
	end := r.Max.X
	if p.legend {
		end = pg.polarityLegend(r.Max.X, y) - 12
	}
	pg.text(d, x, y, shorten(d, p.detail, end-x))
}

// polarityLegend draws the legend of the two polarities with its right end at x,
// and returns its left end.
func (pg *page) polarityLegend(x, y int) int {
	return pg.key("ON", colourOn, pg.key("OFF", colourOff, x, y), y)
}

// key draws an entry of a legend with its right end at x, and returns where the
// next one to the left ends.
func (pg *page) key(name string, c color.RGBA, x, y int) int {
	s := style(sizeLabel, ink)
	x -= width(s, name)
	pg.text(s, x, y, name)
	x -= 16
	pg.fill(image.Rect(x, y-5, x+11, y+6), c)
	return x - 12
}

// shorten cuts a text to a width in pixels, with an ellipsis.
func shorten(s text.Style, str string, w int) string {
	if width(s, str) <= w {
		return str
	}
	r := []rune(str)
	n := sort.Search(len(r), func(n int) bool { return width(s, string(r[:n+1])+"…") > w })
	if n == 0 {
		return ""
	}
	return string(r[:n]) + "…"
}

// title writes the title of a page.
func (pg *page) title(str string) {
	s := bold(style(sizeTitle, ink))
	pg.text(s, sideMargin, 24, shorten(s, str, pg.w-2*sideMargin))
}

// named places labels at given heights.
type named []plot.Tick

// Ticks implements plot.Ticker.
func (n named) Ticks(float64, float64) []plot.Tick { return n }

// everyNth labels n rows of height 1 at their middles, leaving out as many as do not fit
// into a height in pixels.
func everyNth(n, height int, label func(int) string) named {
	step := max(1, (n*(sizeTick+1)+height-1)/max(height, 1))
	var out named
	for r := 0; r < n; r += step {
		out = append(out, plot.Tick{Value: float64(r) + 0.5, Label: label(r)})
	}
	return out
}

// plural writes "1 spike", "2,000 spikes".
func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return events.Thousands(n) + " " + what + "s"
}
