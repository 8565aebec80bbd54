package render

import (
	"image"

	"dvsim/events"
)

// maxSide is the largest side of the counts of an EventImage; of larger sensors
// 2×2, 4×4, … pixels are gathered in one.
const maxSide = 2048

// EventImage is the accumulated picture of a recording: at each pixel how many ON and
// OFF events there were. Memory is bounded by the sensor's size, 32 MiB at most.
type EventImage struct {
	opt     Options
	shift   uint // a count gathers 1<<shift × 1<<shift pixels
	w, h    int
	counts  [2][]uint32 // OFF, ON
	seen    events.Geometry
	on, off int64
	left    int64
}

// NewEventImage returns an EventImage that has seen nothing.
func NewEventImage(opt Options) *EventImage {
	opt.setDefaults()
	e := &EventImage{opt: opt}
	if g := opt.Geometry; g.Known() {
		e.room(g.Width-1, g.Height-1)
	}
	return e
}

// Events adds a batch of events, in any order. Events outside the geometry widen the picture.
func (e *EventImage) Events(batch []events.Event) {
	for _, v := range batch {
		if e.opt.bounded() && (v.T < e.opt.From || v.T >= e.opt.To) {
			e.left++
			continue
		}
		x, y := int(v.X), int(v.Y)
		if x>>e.shift >= e.w || y>>e.shift >= e.h {
			e.room(x, y)
		}
		i := y>>e.shift*e.w + x>>e.shift
		if v.P == events.On {
			e.counts[1][i]++
			e.on++
		} else {
			e.counts[0][i]++
			e.off++
		}
		e.seen = e.seen.Union(events.Geometry{Width: x + 1, Height: y + 1})
	}
}

// room makes room for pixel (x, y).
func (e *EventImage) room(x, y int) {
	shift := e.shift
	for max(x, y)>>shift >= maxSide {
		shift++
	}
	w, h := x>>shift+1, y>>shift+1
	if e.w > 0 { // half as much again, so that growth is seldom
		d := shift - e.shift
		w = max(w, min((e.w>>d)*3/2, maxSide), (e.w-1)>>d+1)
		h = max(h, min((e.h>>d)*3/2, maxSide), (e.h-1)>>d+1)
		if x>>e.shift < e.w {
			w = (e.w-1)>>d + 1
		}
		if y>>e.shift < e.h {
			h = (e.h-1)>>d + 1
		}
	}
	var counts [2][]uint32
	for p := range counts {
		counts[p] = make([]uint32, w*h)
		for i, n := range e.counts[p] {
			if n > 0 {
				d := shift - e.shift
				counts[p][(i/e.w)>>d*w+(i%e.w)>>d] += n
			}
		}
	}
	e.counts, e.w, e.h, e.shift = counts, w, h, shift
}

// size is the size of the sensor that is drawn, in pixels.
func (e *EventImage) size() events.Geometry {
	g := e.opt.Geometry.Union(e.seen)
	if !g.Known() {
		g = events.Geometry{Width: 1, Height: 1}
	}
	return g
}

// Draw draws what has come up to now.
func (e *EventImage) Draw() *image.RGBA {
	h := e.opt.Height
	if h == 0 {
		h = 800
	}
	pg := newPage(e.opt.Width, h)
	title := e.opt.Title
	if title == "" {
		title = "events by pixel"
	}
	pg.title(title)
	e.draw(pg, image.Rect(70, 70, e.opt.Width-sideMargin, h-axisHeight), true)
	return pg.img
}

// draw fits the picture, true to its aspect, into the upper left of area (in the middle of it
// if centre is set), with axes around it, and returns where it is.
func (e *EventImage) draw(pg *page, area image.Rectangle, centre bool) image.Rectangle {
	g := e.size()
	scale := min(float64(area.Dx())/float64(g.Width), float64(area.Dy())/float64(g.Height))
	if scale > 3 { // equal squares look best
		scale = float64(int(scale))
	}
	w, h := max(1, int(float64(g.Width)*scale+0.5)), max(1, int(float64(g.Height)*scale+0.5))
	r := image.Rect(0, 0, w, h).Add(area.Min)
	if centre {
		r = r.Add(image.Pt((area.Dx()-w)/2, (area.Dy()-h)/2))
	}
	pl := newPlot()
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = 0, float64(g.Width), 0, float64(g.Height)
	pl.Y.Scale = invertedScale
	pl.X.Tick.Marker = ticks{want: max(2, w/90), whole: true}
	pl.Y.Tick.Marker = ticks{want: max(2, h/70), whole: true}
	pl.X.Label.Text, pl.Y.Label.Text = "x (px)", "y (px)"
	pg.place(pl, r, func(img *image.RGBA, r image.Rectangle) { e.paint(img, r, g) })
	pg.fill(image.Rect(r.Min.X, r.Min.Y-1, r.Max.X, r.Min.Y), rule)
	pg.fill(image.Rect(r.Max.X, r.Min.Y, r.Max.X+1, r.Max.Y), rule)
	pg.polarityLegend(r.Max.X, r.Min.Y-13)
	if e.on+e.off == 0 {
		s := style(sizeLabel, faint)
		pg.text(s, (r.Min.X+r.Max.X-width(s, "no events"))/2, (r.Min.Y+r.Max.Y)/2, "no events")
	}
	return r
}

// paint draws the counts into r, which shows g.
func (e *EventImage) paint(img *image.RGBA, r image.Rectangle, g events.Geometry) {
	var d [2]*density
	side := float64(int(1) << e.shift)
	sx, sy := side*float64(r.Dx())/float64(g.Width), side*float64(r.Dy())/float64(g.Height)
	for p := range d {
		d[p] = newDensity(r.Dx(), r.Dy())
		for i, n := range e.counts[p] {
			if n > 0 {
				x, y := float64(i%e.w), float64(i/e.w)
				d[p].add(x*sx, (x+1)*sx, y*sy, (y+1)*sy, float64(n))
			}
		}
	}
	paintPair(d[0], d[1], img, r.Min)
}
