package render

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// HeatMap is a table of speed ratios as a picture: how many times faster one way
// is than another over two parameters. Blue cells are those where the first is
// faster, brown ones those where the second is; a line runs where they are equal.
type HeatMap struct {
	Title          string
	XLabel, YLabel string
	// X and Y name the columns from left to right and the rows from bottom to top.
	X, Y []string
	// Ratio[y][x] > 1: First is as many times faster; < 1: Second is. NaN: not
	// measured. Not negative, not 0.
	Ratio [][]float64
	// First and Second name the two ways, for the legend.
	First, Second string
	// Width and Height of the picture in pixels; 0: 1200 × 800.
	Width, Height int
}

// Check reports what does not fit together.
func (h *HeatMap) Check() error {
	if len(h.X) == 0 || len(h.Y) == 0 {
		return errors.New("render: a heat map without columns or rows")
	}
	if len(h.Ratio) != len(h.Y) {
		return fmt.Errorf("render: a heat map of %d rows has names for %d", len(h.Ratio), len(h.Y))
	}
	for y, row := range h.Ratio {
		if len(row) != len(h.X) {
			return fmt.Errorf("render: row %d of a heat map has %d columns, there are names for %d", y, len(row), len(h.X))
		}
		for x, v := range row {
			if v <= 0 || math.IsInf(v, 0) {
				return fmt.Errorf("render: row %d, column %d of a heat map: ratio %v", y, x, v)
			}
		}
	}
	return nil
}

// The two ends of the diverging colours, which meet in near white; people with any
// colour vision can tell them apart.
var (
	firstWins  = [3]float64{0x08, 0x51, 0x9c}
	equalSpeed = [3]float64{0xf7, 0xf7, 0xf5}
	secondWins = [3]float64{0x9c, 0x4f, 0x08}
)

// diverging is the colour of v in -1 … 1; 0 is equal speed.
func diverging(v float64) color.RGBA {
	end := firstWins
	if v < 0 {
		end, v = secondWins, -v
	}
	v = math.Pow(min(v, 1), 0.8)
	var c [3]uint8
	for i := range c {
		c[i] = uint8(equalSpeed[i] + (end[i]-equalSpeed[i])*v + 0.5)
	}
	return color.RGBA{c[0], c[1], c[2], 255}
}

// cellColour is the colour of a ratio; what was not measured is grey.
func cellColour(v, limit float64) color.RGBA {
	if math.IsNaN(v) {
		return color.RGBA{0xdd, 0xdd, 0xdd, 255}
	}
	return diverging(math.Log2(v) / limit)
}

// limit is the ratio, as a power of two, that has the full colour.
func (h *HeatMap) limit() float64 {
	l := 1.0
	for _, row := range h.Ratio {
		for _, v := range row {
			if !math.IsNaN(v) {
				l = max(l, math.Abs(math.Log2(v)))
			}
		}
	}
	return min(math.Ceil(l), 12)
}

// Draw draws the map. It panics if Check finds an error.
func (h *HeatMap) Draw() *image.RGBA {
	if err := h.Check(); err != nil {
		panic(err)
	}
	w, ht := h.Width, h.Height
	if w == 0 {
		w = 1200
	}
	if ht == 0 {
		ht = 800
	}
	pg := newPage(max(w, 480), max(ht, 320))
	pg.title(h.Title)
	labels := 0
	for _, s := range h.Y {
		labels = max(labels, width(style(sizeTick, ink), s))
	}
	r := image.Rect(labels+62, 56, pg.w-190, pg.h-64)
	limit := h.limit()
	pl := newPlot()
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = 0, float64(len(h.X)), 0, float64(len(h.Y))
	pl.X.Label.Text, pl.Y.Label.Text = h.XLabel, h.YLabel
	pl.X.Tick.Marker, pl.Y.Tick.Marker = middles(h.X), middles(h.Y)
	pl.X.LineStyle.Width, pl.Y.LineStyle.Width = 0, 0
	pl.X.Tick.LineStyle.Width, pl.Y.Tick.LineStyle.Width = 0, 0
	pl.X.Tick.Length, pl.Y.Tick.Length = 2, 2
	for _, seg := range h.crossover() {
		for _, back := range []struct {
			c color.Color
			w vg.Length
		}{{color.White, 5}, {ink, 2.4}} {
			l := line(seg, back.c)
			l.Width = back.w
			pl.Add(l)
		}
	}
	pg.place(pl, r, func(_ *image.RGBA, r image.Rectangle) { h.cells(pg, r, limit) })
	h.numbers(pg, r, limit)
	h.legend(pg, image.Rect(pg.w-160, r.Min.Y+34, pg.w-136, r.Max.Y-34), limit)
	return pg.img
}

func middles(names []string) named {
	var out named
	for i, s := range names {
		out = append(out, plot.Tick{Value: float64(i) + 0.5, Label: s})
	}
	return out
}

// cell is the rectangle of a cell in r.
func (h *HeatMap) cell(r image.Rectangle, x, y int) image.Rectangle {
	nx, ny := len(h.X), len(h.Y)
	return image.Rect(r.Min.X+x*r.Dx()/nx, r.Max.Y-(y+1)*r.Dy()/ny, r.Min.X+(x+1)*r.Dx()/nx-1, r.Max.Y-y*r.Dy()/ny-1)
}

func (h *HeatMap) cells(pg *page, r image.Rectangle, limit float64) {
	for y, row := range h.Ratio {
		for x, v := range row {
			pg.fill(h.cell(r, x, y), cellColour(v, limit))
		}
	}
}

// numbers writes the ratios into the cells, if these are large enough.
func (h *HeatMap) numbers(pg *page, r image.Rectangle, limit float64) {
	for y, row := range h.Ratio {
		for x, v := range row {
			c := h.cell(r, x, y)
			text := formatRatio(v)
			s := style(sizeLabel, ink)
			if math.Abs(math.Log2(v))/limit > 0.55 {
				s.Color = color.White
			}
			if tw := width(s, text); tw < c.Dx() && sizeLabel < c.Dy() {
				x, y := (c.Min.X+c.Max.X)/2, (c.Min.Y+c.Max.Y)/2
				pg.fill(image.Rect(x-tw/2-3, y-9, x+tw/2+3, y+9), cellColour(v, limit))
				pg.text(s, (c.Min.X+c.Max.X-tw)/2, (c.Min.Y+c.Max.Y)/2, text)
			}
		}
	}
}

// formatRatio writes 0.31×, 4.2×, 120×, or a dash.
func formatRatio(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v < 0.095:
		return fmt.Sprintf("%.3f×", v)
	case v < 0.995:
		return fmt.Sprintf("%.2f×", v)
	case v < 9.95:
		return fmt.Sprintf("%.1f×", v)
	}
	return fmt.Sprintf("%.0f×", v)
}

// legend draws the scale of colours.
func (h *HeatMap) legend(pg *page, r image.Rectangle, limit float64) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		v := 1 - 2*(float64(y-r.Min.Y)+0.5)/float64(r.Dy())
		pg.fill(image.Rect(r.Min.X, y, r.Max.X, y+1), diverging(v))
	}
	s := style(sizeTick, ink)
	step := math.Ceil(limit / 4)
	for k := -math.Floor(limit/step) * step; k <= limit; k += step {
		y := r.Min.Y + int((1-k/limit)/2*float64(r.Dy()))
		pg.fill(image.Rect(r.Max.X, y, r.Max.X+4, y+1), faint)
		label := fmt.Sprintf("%.0f×", math.Exp2(math.Abs(k)))
		if k == 0 {
			label = "equal"
			pg.fill(image.Rect(r.Min.X, y-1, r.Max.X, y+1), ink)
		}
		pg.text(s, r.Max.X+8, y, label)
	}
	b := bold(style(sizeTick, ink))
	room := pg.w - r.Min.X - 6
	pg.text(b, r.Min.X, r.Min.Y-14, shorten(b, h.First+" faster", room))
	pg.text(b, r.Min.X, r.Max.Y+16, shorten(b, h.Second+" faster", room))
}

// crossover returns the pieces of the line on which both ways are equally fast, in
// the coordinates of the cells: interpolated between the middles of neighbouring cells,
// in the logarithm of the ratio, and drawn out to the border. Cells that were not
// measured have no line.
func (h *HeatMap) crossover() []plotter.XYs {
	var out []plotter.XYs
	nx, ny := len(h.X), len(h.Y)
	at := func(x, y int) float64 {
		return math.Log2(h.Ratio[min(max(y, 0), ny-1)][min(max(x, 0), nx-1)])
	}
	middle := func(i, n int) float64 { return min(max(float64(i)+0.5, 0), float64(n)) }
	for y := -1; y < ny; y++ {
		for x := -1; x < nx; x++ {
			// The corners of a square of four middles, counter-clockwise.
			x0, x1, y0, y1 := middle(x, nx), middle(x+1, nx), middle(y, ny), middle(y+1, ny)
			cx := [4]float64{x0, x1, x1, x0}
			cy := [4]float64{y0, y0, y1, y1}
			v := [4]float64{at(x, y), at(x+1, y), at(x+1, y+1), at(x, y+1)}
			if math.IsNaN(v[0] + v[1] + v[2] + v[3]) {
				continue
			}
			var hits plotter.XYs
			for i := range 4 {
				j := (i + 1) % 4
				if (v[i] > 0) == (v[j] > 0) {
					continue
				}
				f := v[i] / (v[i] - v[j])
				hits = append(hits, plotter.XY{
					X: cx[i] + f*(cx[j]-cx[i]),
					Y: cy[i] + f*(cy[j]-cy[i]),
				})
			}
			// Two hits are one piece. Four are a saddle: the mean says which are joined.
			if len(hits) == 4 && (v[0]+v[1]+v[2]+v[3] > 0) == (v[0] > 0) {
				hits = plotter.XYs{hits[0], hits[1], hits[2], hits[3]}
			} else if len(hits) == 4 {
				hits = plotter.XYs{hits[3], hits[0], hits[1], hits[2]}
			}
			for i := 0; i+1 < len(hits); i += 2 {
				out = append(out, plotter.XYs{hits[i], hits[i+1]})
			}
		}
	}
	return out
}
