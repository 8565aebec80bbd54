package strokes

import (
	"math"
	"testing"
)

// A straight line of the pen covers its area: length × width and two half disks.
func TestInkCovers(t *testing.T) {
	for _, c := range []struct{ radius, soft, angle float64 }{{1, 1, 0}, {1.5, 1, 30}, {2.2, 0.9, 45}, {1.3, 1.5, 90}, {0.8, 1.2, 77}} {
		h := &hand{soft: c.soft, black: 1}
		sin, cos := math.Sincos(c.angle * math.Pi / 180)
		var l line
		const length = 12
		for i := range 13 {
			d := float64(i) - length/2
			l.at = append(l.at, point{14 + d*cos, 14 + d*sin})
			l.radius = append(l.radius, c.radius)
		}
		dst := make([]uint8, Pixels)
		h.ink(dst, l)
		got := 0.0
		for _, v := range dst {
			got += float64(v) / 255
		}
		want := length*2*c.radius + math.Pi*c.radius*c.radius
		if math.Abs(got/want-1) > 0.08 {
			t.Errorf("radius %g, edge %g, %g°: ink of %.2f pixels, want %.2f", c.radius, c.soft, c.angle, got, want)
		}
	}
}

// A curve passes through its nodes, turns at corners only where they are, and a
// straight row of nodes stays straight.
func TestCurve(t *testing.T) {
	s := stroke{at(0, 0), at(0.3, 0.1), turn(0.5, 0.5), at(0.1, 0.8), at(0, 1)}
	c := s.curve()
	if len(c) != pieces*(len(s)-1)+1 {
		t.Fatalf("%d points", len(c))
	}
	for i, n := range s {
		if p := c[pieces*i]; math.Hypot(p.x-n.x, p.y-n.y) > 1e-9 {
			t.Errorf("node %d: at %v, want (%g, %g)", i, p, n.x, n.y)
		}
	}
	sharpest, where := 0.0, 0
	for i := 1; i+1 < len(c); i++ {
		a := math.Atan2(c[i].y-c[i-1].y, c[i].x-c[i-1].x)
		b := math.Atan2(c[i+1].y-c[i].y, c[i+1].x-c[i].x)
		if d := math.Abs(math.Remainder(b-a, 2*math.Pi)); d > sharpest {
			sharpest, where = d, i
		}
	}
	if where != 2*pieces || sharpest < 0.8 {
		t.Errorf("the sharpest turn is at point %d, by %.2f: want it at the corner, %d", where, sharpest, 2*pieces)
	}
	for _, p := range (stroke{at(0, 0), at(0.1, 0.2), at(0.4, 0.8), at(0.5, 1)}).curve() {
		if math.Abs(p.y-2*p.x) > 1e-9 {
			t.Errorf("(%g, %g) is off the straight line", p.x, p.y)
		}
	}
}

func TestRandom(t *testing.T) {
	r := newRandom(1, 2, 3)
	const n = 100_000
	var mean, square, top float64
	for range n {
		v := r.normal(2)
		mean += v / n
		square += v * v / n
		top = max(top, math.Abs(v))
	}
	if math.Abs(mean) > 0.03 || math.Abs(math.Sqrt(square)-2) > 0.03 || top > 7 {
		t.Errorf("normal(2): mean %.3f, σ %.3f, at most %.2f", mean, math.Sqrt(square), top)
	}
}
