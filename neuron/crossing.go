package neuron

import "math"

// How exactly a crossing is found, in µs: a thousandth of the grid of arrivals.
const instantUS = 1e-6

// instant is when the potential of neuron j reaches its threshold, in µs after
// s.Since.
//
// The potential is D + (V − D)·e^(−x/τ) + Σ_r i_r·w_r(x), each w_r a hump. First it
// is asked whether all humps together can lift it so high at all; in a network that
// is driven by fluctuations that answers most questions. With one current the
// crossing has a closed form where τ = 2τ_r (a quadratic equation in e^(−x/τ)) and
// where τ = τ_r (Lambert's W). All else is left to [Current.search].
func (c *Current) instant(s *Charge, j int) (x float64, ok bool) {
	th, start := float64(at(c.theta, j)), 0.0
	if s.hold > 0 {
		start = s.hold
		u := c.free(s)
		s = &u
	}
	if s.V >= th {
		return start, true // an initial potential over the threshold
	}
	d := c.driven(j)
	if d < th && c.bound(s, d, 0) < th {
		return 0, false
	}
	switch only := c.only(s); {
	case only >= 0 && c.tau == 2*c.tauSyn[only]:
		x, ok = c.quadratic(s.I[only], s.V-d, th-d)
	case only >= 0 && c.tau == c.tauSyn[only] && d < th && s.I[only] > 0:
		x, ok = c.lambert(s.I[only], s.V-d, th-d)
	default:
		x, ok = c.search(s, d, th, j)
	}
	return start + x, ok
}

// only is the receptor that has the only current, −1 if there are several or none.
func (c *Current) only(s *Charge) int {
	found := -1
	for r := range c.tauSyn {
		if s.I[r] != 0 {
			if found >= 0 {
				return -1
			}
			found = r
		}
	}
	return found
}

// bound is a bound of the potential from x on, for ever.
func (c *Current) bound(s *Charge, d, x float64) float64 {
	v := d
	if s.V > d {
		v += (s.V - d) * exp(-x/c.tau)
	}
	for r, i := range s.I[:len(c.tauSyn)] {
		switch {
		case i <= 0:
		case x <= c.peak[r]:
			v += i * c.top[r]
		default:
			v += i * currentWeight(x, c.tau, c.tauSyn[r])
		}
	}
	return v
}

// quadratic solves u·y + i·(y − y²) = h for the largest y = e^(−x/τ) below 1: the
// first crossing. At y = 1 the left side is u < h.
func (c *Current) quadratic(i, u, h float64) (x float64, ok bool) {
	// i·y² − b·y + h = 0
	b := u + i
	disc := b*b - 4*i*h
	if disc < 0 {
		return 0, false
	}
	// Both roots without a difference of nearly equal numbers.
	q := 0.5 * (b + math.Copysign(math.Sqrt(disc), b))
	best := 0.0
	for _, y := range [2]float64{q / i, h / q} {
		if y < 1 && y > best {
			best = y
		}
	}
	if best == 0 {
		return 0, false
	}
	return -c.tau * math.Log(best), true
}

// lambert solves (u + i·y)·e^(−y) = h, y = x/τ, for the smaller y: with
// z = −(y + u/i) it is z·e^z = −h/i·e^(−u/i), and z the upper branch of W. A y below 0
// (but for rounding) tells that the potential has only to fall.
func (c *Current) lambert(i, u, h float64) (x float64, ok bool) {
	w, ok := lambertW(-h / i * math.Exp(-u/i))
	y := -w - u/i
	if !ok || y < -1e-12 {
		return 0, false
	}
	return c.tau * max(y, 0), true
}

// lambertW is the upper branch of Lambert's W for −1/e ≤ a ≤ 0: the w ≥ −1 with
// w·e^w = a. ok is false for a smaller a.
func lambertW(a float64) (w float64, ok bool) {
	p2 := 2 * (math.E*a + 1)
	if p2 < 0 {
		return 0, false
	}
	// Near the branch point a series in p, elsewhere a/(1 + a) or so; then Halley's steps.
	p := math.Sqrt(p2)
	w = -1 + p - p2/3 + 11.0/72*p*p2
	if a > -0.25 {
		w = a * (1 - a + 1.5*a*a)
	}
	for range 20 {
		e := math.Exp(w)
		f := w*e - a
		step := f / (e*(w+1) - (w+2)*f/(2*w+2))
		if !(math.Abs(step) > 1e-16*max(1e-3, math.Abs(w))) { // also NaN, at the branch point
			break
		}
		w -= step
	}
	return max(w, -1), true
}

// search finds the first crossing whatever the parameters are: in intervals that
// become longer by and by, each halved until it is known of each part that the
// potential stays below, or that it only rises there. Ends of intervals are no
// evidence: a hump may go over the threshold and back between them.
func (c *Current) search(s *Charge, d, th float64, j int) (x float64, ok bool) {
	step := c.tau
	for _, tau := range c.tauSyn {
		step = min(step, tau)
	}
	far := 1e4 * c.tau
	for _, tau := range c.tauSyn {
		far = max(far, 1e4*tau)
	}
	h := hunt{shortest: instantUS}
	for a := 0.0; a < far; a, step = a+step, 2*step {
		if d < th && c.bound(s, d, a) < th {
			return 0, false
		}
		if x, ok := c.within(&h, s, d, th, j, a, a+step); ok {
			return x, true
		}
	}
	return 0, false
}

// hunt bounds the work of a search: a potential that stays a hair below the threshold
// for long would have to be looked at in billions of intervals. After every
// thousand the shortest interval is twice as long.
type hunt struct {
	shortest float64
	n        int
}

// within finds the first crossing in a < x ≤ b; the potential at a is below.
func (c *Current) within(h *hunt, s *Charge, d, th float64, j int, a, b float64) (x float64, ok bool) {
	if h.n++; h.n%1000 == 0 {
		h.shortest *= 2
	}
	high, rises := c.extent(s, d, a, b)
	switch {
	case high < th:
		return 0, false
	case rises || b-a <= h.shortest:
		if c.at(s, j, b) < th {
			return 0, false
		}
		return c.rising(s, d, th, j, a, b), true
	}
	m := a + (b-a)/2
	if x, ok := c.within(h, s, d, th, j, a, m); ok {
		return x, true
	}
	return c.within(h, s, d, th, j, m, b)
}

// extent is an upper bound of the potential in a ≤ x ≤ b, and whether it is sure to
// rise there throughout.
func (c *Current) extent(s *Charge, d, a, b float64) (high float64, rises bool) {
	u := s.V - d
	high = u * exp(-a/c.tau)
	if u < 0 {
		high = u * exp(-b/c.tau)
	}
	flow := 0.0 // the least sum of currents
	for r, i := range s.I[:len(c.tauSyn)] {
		if i == 0 {
			continue
		}
		tau := c.tauSyn[r]
		first, last := currentWeight(a, c.tau, tau), currentWeight(b, c.tau, tau)
		if i > 0 {
			top := max(first, last)
			if p := c.peak[r]; a < p && p < b {
				top = c.top[r]
			}
			high += i * top
			flow += i * exp(-b/tau)
		} else {
			high += i * min(first, last)
			flow += i * exp(-a/tau)
		}
	}
	return d + high, flow > high
}

// rising finds the crossing in a < x ≤ b, where the potential rises: by Newton's
// steps, and by halves where those would leave the interval.
func (c *Current) rising(s *Charge, d, th float64, j int, a, b float64) float64 {
	x := a + (b-a)/2
	for range 100 {
		v := c.at(s, j, x)
		if v < th {
			a = x
		} else {
			b = x
		}
		if b-a < instantUS {
			break
		}
		slope := -(v - d)
		for r, i := range s.I[:len(c.tauSyn)] {
			if i != 0 {
				slope += i * exp(-x/c.tauSyn[r])
			}
		}
		next := x - (v-th)*c.tau/slope
		if math.Abs(next-x) < instantUS/2 {
			return min(max(next, a), b)
		}
		if !(next > a && next < b) {
			next = a + (b-a)/2
		}
		x = next
	}
	return b
}
