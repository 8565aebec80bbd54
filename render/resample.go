package render

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// density is a picture of numbers: how much fell on each pixel.
type density struct {
	w, h int
	v    []float32 // [y][x]
}

func newDensity(w, h int) *density { return &density{w, h, make([]float32, w*h)} }

// add spreads an amount evenly over the rectangle (x0, y0)–(x1, y1), in pixels.
func (d *density) add(x0, x1, y0, y1, amount float64) {
	area := (x1 - x0) * (y1 - y0)
	if area <= 0 {
		return
	}
	per := amount / area
	for y := max(int(y0), 0); y < d.h && float64(y) < y1; y++ {
		fy := math.Min(y1, float64(y+1)) - math.Max(y0, float64(y))
		for x := max(int(x0), 0); x < d.w && float64(x) < x1; x++ {
			fx := math.Min(x1, float64(x+1)) - math.Max(x0, float64(x))
			d.v[y*d.w+x] += float32(per * fx * fy)
		}
	}
}

// reference is the density that is drawn at full strength: the 98th percentile of
// the pixels that have any; of many of them a sample.
func reference(d *density) float32 {
	const sample = 20000
	n := 0
	for _, v := range d.v {
		if v > 0 {
			n++
		}
	}
	if n == 0 {
		return 1
	}
	step, k := n/sample+1, 0
	var some []float32
	for _, v := range d.v {
		if v > 0 {
			if k%step == 0 {
				some = append(some, v)
			}
			k++
		}
	}
	slices.Sort(some)
	return some[(len(some)-1)*98/100]
}

// least is the opacity of a pixel with a single spike among many: it must be seen.
const least = 0.28

// opacity turns density into strength of colour, 0 to 1: logarithmic, so that
// single spikes and bursts can both be read.
func opacity(v, ref float32) float64 {
	if v <= 0.02*ref && v < 0.02 {
		return 0
	}
	const k = 30
	x := math.Log1p(k*float64(v/ref)) / math.Log1p(k)
	return math.Min(1, least+(1-least)*x)
}

// paint lays the density over a picture in one colour, its upper left corner at p.
func (d *density) paint(dst *image.RGBA, p image.Point, c color.RGBA, ref float32) {
	for y := range d.h {
		for x := range d.w {
			if v := d.v[y*d.w+x]; v > 0 {
				if a := opacity(v, ref); a > 0 {
					dst.SetRGBA(p.X+x, p.Y+y, mix(dst.RGBAAt(p.X+x, p.Y+y), c, a))
				}
			}
		}
	}
}

// paintPair lays the densities of OFF and ON events over a picture: their sum is the
// strength, their shares mix the two colours.
func paintPair(off, on *density, dst *image.RGBA, p image.Point) {
	sum := newDensity(on.w, on.h)
	for i := range sum.v {
		sum.v[i] = off.v[i] + on.v[i]
	}
	ref := reference(sum)
	for y := range sum.h {
		for x := range sum.w {
			i := y*sum.w + x
			if v := sum.v[i]; v > 0 {
				c := mix(colourOff, colourOn, float64(on.v[i]/v))
				dst.SetRGBA(p.X+x, p.Y+y, mix(dst.RGBAAt(p.X+x, p.Y+y), c, opacity(v, ref)))
			}
		}
	}
}

// markSize is the least size of a mark in pixels: few spikes must be seen one by one,
// of many the density is read.
func markSize(total int64) float64 {
	switch {
	case total < 300:
		return 3
	case total < 10_000:
		return 2
	}
	return 0
}

// window maps times to pixels: from is at x = 0, to at x = w.
type window struct {
	from, to float64 // µs
	w        int
}

func (w window) x(t float64) float64 {
	return (t - w.from) / (w.to - w.from) * float64(w.w)
}

// resample draws rows first to first+n of a grid into a density whose height spans
// span rows: the first at the top. A mark is at least mark pixels wide and high. unit is the length of the grid's time unit in µs,
// at is the time of the grid's zero.
func (g *grid) resample(d *density, win window, unit, at float64, first, n int, span, mark float64) {
	for c := range g.used {
		t := at + float64(g.origin+int64(c)<<g.shift)*unit
		x0, x1 := win.x(t), win.x(t+float64(g.bin())*unit)
		if x1 <= 0 || x0 >= float64(d.w) {
			continue
		}
		x1 = max(x1, x0+mark)
		for r, k := range g.counts[c*g.rows+first:][:n] {
			if k > 0 {
				y0 := float64(r) / span * float64(d.h)
				y1 := y0 + float64(d.h)/span
				if y1-y0 < mark {
					y0, y1 = (y0+y1-mark)/2, (y0+y1+mark)/2
				}
				d.add(x0, x1, y0, y1, float64(k))
			}
		}
	}
}
