package render

import (
	"image"
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// page is a picture that panels are placed on. A point of the vector canvas is a
// pixel, so that what we rasterise ourselves falls on whole pixels.
type page struct {
	w, h   int
	canvas draw.Canvas
	img    *image.RGBA
}

func newPage(w, h int) *page {
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(w), vg.Length(h)), vgimg.UseDPI(72))
	return &page{w, h, draw.New(c), c.Image().(*image.RGBA)}
}

// font sizes in pixels.
const (
	sizeTitle = 19
	sizePanel = 14
	sizeLabel = 13
	sizeTick  = 12
)

// style is a text style: the font that the plotting library carries, so that
// every machine draws the same letters.
func style(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  text.XLeft,
		YAlign:  text.YCenter,
		Handler: plot.DefaultTextHandler,
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

// text writes s with its left end (or middle, by the style) at pixel (x, y).
func (p *page) text(s text.Style, x, y int, str string) {
	p.canvas.FillText(s, vg.Point{X: vg.Length(x), Y: vg.Length(p.h - y)}, str)
}

// width is the width of a text in pixels.
func width(s text.Style, str string) int { return int(s.Width(str)) + 1 }

// fill fills a rectangle of pixels.
func (p *page) fill(r image.Rectangle, c color.RGBA) {
	r = r.Intersect(p.img.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p.img.SetRGBA(x, y, c)
		}
	}
}

// newPlot is a plot in the house's style, with its data area up to the axes.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: faint, Width: 1}
		a.Label.TextStyle.Font = style(sizeLabel, ink).Font
		a.Label.TextStyle.Color = ink
		a.Label.Padding = 4
		a.Tick.Label.Font = style(sizeTick, ink).Font
		a.Tick.Label.Color = ink
		a.Tick.LineStyle = draw.LineStyle{Color: faint, Width: 1}
		a.Tick.Length = 6
	}
	return p
}

// place draws a plot so that its data area is exactly r, in pixels from the upper
// left; axes, ticks and labels lie outside of r. behind paints the data area before
// the plot's own lines.
func (p *page) place(pl *plot.Plot, r image.Rectangle, behind func(img *image.RGBA, r image.Rectangle)) {
	want := vg.Rectangle{
		Min: vg.Point{X: vg.Length(r.Min.X), Y: vg.Length(p.h - r.Max.Y)},
		Max: vg.Point{X: vg.Length(r.Max.X), Y: vg.Length(p.h - r.Min.Y)},
	}
	c := p.canvas
	c.Rectangle = want
	// The room that axes take depends a little on the room they get: a few rounds settle it.
	for range 4 {
		got := pl.DataCanvas(c).Rectangle
		c.Min.X += want.Min.X - got.Min.X
		c.Min.Y += want.Min.Y - got.Min.Y
		c.Max.X += want.Max.X - got.Max.X
		c.Max.Y += want.Max.Y - got.Max.Y
	}
	if behind != nil {
		behind(p.img, r)
	}
	pl.Draw(c)
}
