package strokes

import "math"

// page is the sheet of one picture.
type page struct {
	lines []line
}

func (p *page) add(l line) { p.lines = append(p.lines, l) }

// middle is where MNIST has the centre of mass of the ink: the middle of pixel 14.
const middle = 14.5

// place scales the lines to the size of the hand, pen included, and brings their
// centre of mass to the middle, as near as the border allows.
func (p *page) place(h *hand) {
	lo, hi := p.box()
	scale := (h.size - 2*h.radius) / max(hi.x-lo.x, hi.y-lo.y)
	mass := p.mass(scale)
	border := 1.5 + h.radius
	origin := func(mean, lo, hi, shift float64) float64 {
		o := middle + shift - scale*mean
		return max(min(o, Side-border-scale*hi), border-scale*lo)
	}
	ox, oy := origin(mass.x, lo.x, hi.x, h.shift.x), origin(mass.y, lo.y, hi.y, h.shift.y)
	for _, l := range p.lines {
		for i, q := range l.at {
			l.at[i] = point{grid(ox + scale*q.x), grid(oy + scale*q.y)}
			l.radius[i] = grid(l.radius[i])
		}
	}
}

// box returns the corners of the box around all lines, without the pen.
func (p *page) box() (lo, hi point) {
	lo, hi = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, l := range p.lines {
		for _, q := range l.at {
			lo.x, lo.y = min(lo.x, q.x), min(lo.y, q.y)
			hi.x, hi.y = max(hi.x, q.x), max(hi.y, q.y)
		}
	}
	return lo, hi
}

// mass returns the centre of mass of the ink of lines that scale makes pixels of:
// a band along each piece and half a disk at each end.
func (p *page) mass(scale float64) point {
	var m, x, y float64
	add := func(mass float64, at point) {
		m += mass
		x += mass * at.x
		y += mass * at.y
	}
	for _, l := range p.lines {
		for i := 1; i < len(l.at); i++ {
			a, b := l.at[i-1], l.at[i]
			add(scale*math.Hypot(b.x-a.x, b.y-a.y)*(l.radius[i-1]+l.radius[i]), point{(a.x + b.x) / 2, (a.y + b.y) / 2})
		}
		for _, i := range []int{0, len(l.at) - 1} {
			add(math.Pi/2*l.radius[i]*l.radius[i], l.at[i])
		}
	}
	return point{x / m, y / m}
}

// grid rounds to 1/4096 of a pixel, so that the last bits of sines and square
// roots, which differ between machines, do not reach the picture.
func grid(v float64) float64 { return math.Round(v*4096) / 4096 }
