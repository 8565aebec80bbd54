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
	"gonum.org/v1/plot/vg/draw"

	"dvsim/events"
)

// Curves is the course of a training run: the loss on the left, the accuracy of
// training and test on the right, over the epochs.
type Curves struct {
	Title string
	// Epoch is the number of each epoch, ascending; nil: 1, 2, 3, …
	Epoch []int
	// Loss of training, one an epoch, on a linear scale. What is not finite is left
	// out of the line and said in the heading.
	Loss []float64
	// Train and Test are accuracies, 0 to 1, one an epoch; NaN where none was
	// measured, nil where there is none at all.
	Train, Test []float64
	// Width and Height of the picture in pixels; 0: 1200 × 500.
	Width, Height int
}

// Check reports what does not fit together.
func (c *Curves) Check() error {
	n := len(c.Loss)
	if n == 0 {
		return errors.New("render: curves without an epoch")
	}
	if c.Epoch != nil && len(c.Epoch) != n {
		return fmt.Errorf("render: curves of %d epochs have numbers for %d", n, len(c.Epoch))
	}
	for i := range c.Epoch {
		if i > 0 && c.Epoch[i] <= c.Epoch[i-1] {
			return fmt.Errorf("render: epoch %d comes after epoch %d", c.Epoch[i], c.Epoch[i-1])
		}
	}
	for k, a := range [][]float64{c.Train, c.Test} {
		name := []string{"training", "test"}[k]
		if a != nil && len(a) != n {
			return fmt.Errorf("render: curves of %d epochs have %d accuracies of %s", n, len(a), name)
		}
		for i, v := range a {
			if v < 0 || v > 1 {
				return fmt.Errorf("render: accuracy of %s in epoch %d is %v", name, c.epoch(i), v)
			}
		}
	}
	return nil
}

func (c *Curves) epoch(i int) int {
	if c.Epoch == nil {
		return i + 1
	}
	return c.Epoch[i]
}

// The colours of the two sets, apart from those of the polarities.
var (
	colourTrain = layerColours[0]
	colourTest  = layerColours[1]
)

// Draw draws the curves. It panics if Check finds an error.
func (c *Curves) Draw() *image.RGBA {
	if err := c.Check(); err != nil {
		panic(err)
	}
	w, h := c.Width, c.Height
	if w == 0 {
		w = 1200
	}
	if h == 0 {
		h = 500
	}
	pg := newPage(max(w, 560), max(h, 260))
	title := c.Title
	if title == "" {
		title = "training"
	}
	pg.title(title)
	loss, accuracy := c.lossPanel(), c.accuracyPanel()
	var keys []key
	if c.Train != nil {
		keys = append(keys, key{"training", colourTrain})
	}
	if c.Test != nil {
		keys = append(keys, key{"test", colourTest})
	}
	top, bottom := 48+headHeight, pg.h-axisHeight
	half := pg.w / 2
	c.panel(pg, loss, image.Rect(left([]*panel{loss})+sideMargin, top, half-12, bottom), nil)
	c.panel(pg, accuracy, image.Rect(half+12+left([]*panel{accuracy}), top, pg.w-sideMargin, bottom), keys)
	return pg.img
}

func (c *Curves) lossPanel() *panel {
	p := &panel{head: "loss", detail: "of training", colour: ink, yLabel: "loss", yTicks: ticks{want: 6}, y1: 1}
	lo, hi, lost := 0.0, 0.0, 0
	for _, v := range c.Loss {
		if !finite(v) {
			lost++
			continue
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if last := len(c.Loss) - 1; finite(c.Loss[last]) {
		p.detail += fmt.Sprintf(", %.3g in the last epoch", c.Loss[last])
	}
	if lost > 0 {
		p.detail += fmt.Sprintf(", not finite in %s", plural(int64(lost), "epoch"))
	}
	switch {
	case lost == len(c.Loss):
		p.empty = "no loss is finite"
	case hi > lo:
		p.y0, p.y1 = lo*1.06, lo+(hi-lo)*1.06
	}
	p.curves = c.curve(c.Loss, colourTrain)
	return p
}

// spans are the heights of the accuracy axis below 100 %.
var spans = []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1}

func (c *Curves) accuracyPanel() *panel {
	p := &panel{head: "accuracy", colour: ink, yLabel: "%", yTicks: ticks{want: 6}, y0: 0, y1: 100}
	least, best := 1.0, -1
	for i := range c.Loss {
		for _, a := range [][]float64{c.Train, c.Test} {
			if a != nil && finite(a[i]) {
				least = min(least, a[i])
			}
		}
		if c.Test != nil && finite(c.Test[i]) && (best < 0 || c.Test[i] > c.Test[best]) {
			best = i
		}
	}
	for _, s := range spans {
		if 1-least <= s*0.97 || s == 1 {
			p.y0 = 100 * (1 - s)
			break
		}
	}
	p.curves = append(c.curve(percent(c.Train), colourTrain), c.curve(percent(c.Test), colourTest)...)
	switch {
	case len(p.curves) == 0:
		p.empty = "not measured"
	case best >= 0:
		p.detail = fmt.Sprintf("test at best %.2f %%, epoch %s", 100*c.Test[best], events.Thousands(int64(c.epoch(best))))
		p.curves = append(p.curves, dots(plotter.XYs{{X: float64(c.epoch(best)), Y: 100 * c.Test[best]}}, draw.CircleGlyph{}, 5, colourTest))
	}
	return p
}

func percent(a []float64) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		out[i] = 100 * v
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fewEpochs is up to how many epochs each has a dot.
const fewEpochs = 40

// curve is a line through the finite values, with a dot for each if they are few.
func (c *Curves) curve(v []float64, colour color.RGBA) []plot.Plotter {
	var xy plotter.XYs
	for i, y := range v {
		if finite(y) {
			xy = append(xy, plotter.XY{X: float64(c.epoch(i)), Y: y})
		}
	}
	if len(xy) == 0 {
		return nil
	}
	l := line(xy, colour)
	l.Width = 2
	out := []plot.Plotter{l}
	if len(xy) <= fewEpochs {
		out = append(out, dots(xy, draw.CircleGlyph{}, 3, colour))
	}
	return out
}

func dots(xy plotter.XYs, shape draw.GlyphDrawer, radius vg.Length, colour color.RGBA) *plotter.Scatter {
	s, err := plotter.NewScatter(xy)
	if err != nil {
		panic(err) // points that are no numbers: they were left out
	}
	s.GlyphStyle = draw.GlyphStyle{Color: colour, Radius: radius, Shape: shape}
	return s
}

// key is an entry of a legend.
type key struct {
	name string
	c    color.RGBA
}

// panel draws one panel into r, with the epochs on its x axis.
func (c *Curves) panel(pg *page, p *panel, r image.Rectangle, keys []key) {
	y := r.Min.Y - headHeight/2 + 1
	end := r.Max.X
	for i := len(keys) - 1; i >= 0; i-- {
		end = pg.key(keys[i].name, keys[i].c, end, y)
	}
	pg.heading(p, image.Rect(r.Min.X, r.Min.Y, end, r.Max.Y))
	pl := newPlot()
	pl.X.Min, pl.X.Max = float64(c.epoch(0)), float64(c.epoch(len(c.Loss)-1))
	if pad := 0.02 * (pl.X.Max - pl.X.Min); pad > 0 {
		pl.X.Min, pl.X.Max = pl.X.Min-pad, pl.X.Max+pad
	} else {
		pl.X.Min, pl.X.Max = pl.X.Min-0.5, pl.X.Max+0.5
	}
	xt := ticks{want: max(3, r.Dx()/80), whole: true}
	pl.X.Tick.Marker, pl.X.Label.Text = xt, "epoch"
	pl.Y.Min, pl.Y.Max, pl.Y.Tick.Marker, pl.Y.Label.Text = p.y0, p.y1, p.yTicks, p.yLabel
	pl.Add(p.curves...)
	pg.place(pl, r, func(*image.RGBA, image.Rectangle) {
		for _, t := range p.yTicks.Ticks(p.y0, p.y1) {
			y := r.Max.Y - int((t.Value-p.y0)/(p.y1-p.y0)*float64(r.Dy()))
			if !t.IsMinor() && y < r.Max.Y {
				pg.fill(image.Rect(r.Min.X, y, r.Max.X, y+1), rule)
			}
		}
	})
	if p.empty != "" {
		s := style(sizeLabel, faint)
		pg.text(s, (r.Min.X+r.Max.X-width(s, p.empty))/2, (r.Min.Y+r.Max.Y)/2, p.empty)
	}
}
