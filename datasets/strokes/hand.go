package strokes

import "math"

// hand is how one picture is written: what all its strokes have in common.
type hand struct {
	tremble  float64 // σ of the nodes, in heights of the digit
	slant    float64 // x per y
	sin, cos float64 // of the rotation
	aspect   float64 // of the width
	bend     [2]wave // slow waves across the paper: of x along y, of y along x
	size     float64 // the longer side of the whole digit, pen included, in pixels
	shift    point   // of its centre of mass, in pixels

	radius float64 // of the pen, in pixels
	sway   float64 // how much the pressure changes along a stroke, a share of the radius
	taper  float64 // how much of the radius is lost at the end of a stroke
	soft   float64 // width of the edge of the ink, in pixels
	black  float64 // of full ink, 0..1
}

// wave is a displacement of amplitude·sin(frequency·u + phase).
type wave struct{ amplitude, frequency, phase float64 }

func (w wave) at(u float64) float64 { return w.amplitude * math.Sin(w.frequency*u+w.phase) }

func newWave(r *random, sd float64) wave {
	return wave{r.normal(sd), r.between(2, 6), r.between(0, 2*math.Pi)}
}

// newHand draws a hand. Size, pen and ink have the means and spreads of MNIST.
func newHand(r *random) *hand {
	h := &hand{
		tremble: r.between(0.01, 0.04),
		slant:   0.14 + r.normal(0.17),
		aspect:  math.Exp2(r.normal(0.22)),
		bend:    [2]wave{newWave(r, 0.03), newWave(r, 0.03)},
		size:    r.between(18.5, 20),
		shift:   point{r.normal(0.4), r.normal(0.4)},
		radius:  min(max(1.42+r.normal(0.34), 0.8), 2.3),
		sway:    r.between(0, 0.25),
		taper:   r.between(0, 0.45),
		soft:    r.between(0.9, 1.5),
		black:   r.between(0.92, 1),
	}
	const most = 15
	h.sin, h.cos = math.Sincos(min(max(r.normal(5), -most), most) * (math.Pi / 180))
	return h
}

// line is a stroke on paper: a polyline with the radius of the pen at each point.
type line struct {
	at     []point
	radius []float64
}

// write turns a stroke of glyph space into a line whose place and size on the
// paper are still open.
func (h *hand) write(s stroke, r *random) line {
	for i := range s {
		s[i].x += r.normal(h.tremble)
		s[i].y += r.normal(h.tremble)
	}
	pts := s.curve()
	press := wave{h.sway, r.between(2, 7), r.between(0, 2*math.Pi)}
	l := line{at: pts, radius: make([]float64, len(pts))}
	for i, p := range pts {
		x, y := (p.x+h.bend[0].at(p.y))*h.aspect, p.y+h.bend[1].at(p.x)
		x += h.slant * (0.5 - y)
		l.at[i] = point{h.cos*x - h.sin*y, h.sin*x + h.cos*y}
		f := float64(i) / float64(len(pts)-1)
		l.radius[i] = h.radius * (1 + press.at(f)) * (1 - h.taper*f*f*f)
	}
	return l
}
