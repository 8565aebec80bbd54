package strokes

import "math"

// node is a point that a stroke passes through. Glyph space has y downwards from
// 0 at the top of a digit to 1 at its foot, and x to the right, 0 in the middle.
type node struct {
	x, y   float64
	corner bool // the pen turns here at once
}

// stroke is what the pen draws without being lifted.
type stroke []node

// at is a node the stroke passes through smoothly, turn one where it has a corner.
func at(x, y float64) node   { return node{x: x, y: y} }
func turn(x, y float64) node { return node{x: x, y: y, corner: true} }

// arc returns nodes on an ellipse from angle a to angle b, in degrees, 0 to the
// right and 90 downwards; b < a goes counter-clockwise. The radius grows by the
// factor grow along the way, which makes a spiral of it.
func arc(cx, cy, rx, ry, a, b, grow float64) stroke {
	n := max(2, int(math.Ceil(math.Abs(b-a)/40)))
	var s stroke
	for i := range n + 1 {
		f := float64(i) / float64(n)
		sin, cos := math.Sincos((a + (b-a)*f) * (math.Pi / 180))
		g := 1 + (grow-1)*f
		s = append(s, at(cx+rx*g*cos, cy+ry*g*sin))
	}
	return s
}

// point is a place on the paper.
type point struct{ x, y float64 }

// pieces is into how many straight pieces the way between two nodes is cut.
const pieces = 8

// curve returns a polyline along the stroke: a centripetal Catmull-Rom spline
// between corners (Yuksel, Schaefer, Keyser, 2011), which neither loops nor
// overshoots between two nodes.
func (s stroke) curve() []point {
	out := make([]point, 0, pieces*len(s)+1)
	for i := 0; i+1 < len(s); i++ {
		b, c := s[i], s[i+1]
		a := node{x: 2*b.x - c.x, y: 2*b.y - c.y} // straight into an end
		if i > 0 && !b.corner {
			a = s[i-1]
		}
		d := node{x: 2*c.x - b.x, y: 2*c.y - b.y}
		if i+2 < len(s) && !c.corner {
			d = s[i+2]
		}
		for k := range pieces {
			out = append(out, spline(a, b, c, d, float64(k)/pieces))
		}
	}
	last := s[len(s)-1]
	return append(out, point{last.x, last.y})
}

// spline returns the point at 0 ≤ f < 1 of the way from b to c, after a and before d
// (the pyramid of Barry and Goldman, 1988).
func spline(a, b, c, d node, f float64) point {
	knot := func(p, q node) float64 { return math.Sqrt(math.Hypot(q.x-p.x, q.y-p.y)) + 1e-6 }
	t0 := 0.0
	t1 := t0 + knot(a, b)
	t2 := t1 + knot(b, c)
	t3 := t2 + knot(c, d)
	t := t1 + f*(t2-t1)
	mixed := func(p, q point, from, to float64) point {
		g := (t - from) / (to - from)
		return point{p.x + g*(q.x-p.x), p.y + g*(q.y-p.y)}
	}
	pa, pb, pc, pd := point{a.x, a.y}, point{b.x, b.y}, point{c.x, c.y}, point{d.x, d.y}
	ab, bc, cd := mixed(pa, pb, t0, t1), mixed(pb, pc, t1, t2), mixed(pc, pd, t2, t3)
	return mixed(mixed(ab, bc, t0, t2), mixed(bc, cd, t1, t3), t1, t2)
}
