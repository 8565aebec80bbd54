package neuron

import (
	"math"

	"dvsim/internal/kernel"
)

// Delta is the arithmetic of one layer of LIF neurons with delta synapses in
// continuous time: parameters made ready, no state.
//
//	v(t) = D + (v0 − D)·exp(−(t − t0)/τ) between events,  v ← v + w at an arrival
//
// with D the drive. Time is in whole µs. A neuron fires in the first µs in which
// v ≥ θ, after what arrives in this µs has been summed; then v = VReset until the
// refractory period is over, and what arrives before its end is dropped.
type Delta struct {
	exp    *Exp
	tau    float64
	theta  []float32 // 1 or n
	drive  []float32 // 1 or n, nil without drive
	vInit  []float32
	vReset float64
	refUS  int64
}

// Cell is the state of one neuron of a continuous layer.
type Cell struct {
	// Since is when V was so, in µs; during a refractory period its end.
	Since int64
	// V is the potential. The cell has room for a float64, so that rounding does not
	// add up over many arrivals.
	V float64
}

// NewDelta makes parameters ready that have passed [Params.Check] for a continuous network.
func NewDelta(p *Params) *Delta {
	d := &Delta{
		exp: NewExp(p.TauUS), tau: p.TauUS, theta: orDefault(p.Threshold, 1), vInit: orDefault(p.VInit, 0),
		vReset: float64(p.VReset), refUS: p.RefractoryUS,
	}
	for _, x := range p.Drive {
		if x != 0 {
			d.drive = p.Drive
		}
	}
	return d
}

// NewCells returns the state of n neurons at time 0.
func (d *Delta) NewCells(n int) []Cell {
	c := make([]Cell, n)
	for j := range c {
		c[j].V = float64(at(d.vInit, j))
	}
	return c
}

// Potential is the potential of neuron j at time t ≥ c.Since, if nothing arrives;
// VReset while it is refractory.
func (d *Delta) Potential(c *Cell, j int, t int64) float64 {
	if t <= c.Since {
		return c.V
	}
	e := d.exp.At(t - c.Since)
	if d.drive == nil {
		return float64(e * c.V)
	}
	D := float64(at(d.drive, j))
	return D + float64(e*(c.V-D))
}

// Arrive adds w to the potential of neuron j at time t and reports whether it
// fires. Times of one cell do not go back.
func (d *Delta) Arrive(c *Cell, j int, t int64, w float32) (fires bool) {
	if t < c.Since {
		return false
	}
	c.V = d.Potential(c, j, t) + float64(w)
	if c.V < kernel.Tiny && c.V > -kernel.Tiny {
		c.V = 0
	}
	c.Since = t
	if c.V < float64(at(d.theta, j)) {
		return false
	}
	d.Fire(c, t)
	return true
}

// Fire is what a spike at time t does to a neuron.
func (d *Delta) Fire(c *Cell, t int64) {
	c.V = d.vReset
	c.Since = t + d.refUS
}

// Crossing predicts the µs in which neuron j fires if nothing arrives before. ok
// is false when it never does. With v0 < θ < D the crossing is at
// t* = τ·ln((D − v0)/(D − θ)) after Since, and the neuron fires in the first whole
// µs from there on, one at least after Since.
func (d *Delta) Crossing(c *Cell, j int) (t int64, ok bool) {
	th := float64(at(d.theta, j))
	if c.V >= th {
		return c.Since, true // an initial potential over the threshold
	}
	if d.drive == nil {
		return 0, false
	}
	D := float64(at(d.drive, j))
	if D <= th {
		return 0, false
	}
	x := math.Ceil(d.tau * math.Log((D-c.V)/(D-th)))
	if x > 1<<60 {
		return 0, false
	}
	return c.Since + max(1, int64(x)), true
}

// Spontaneous reports whether any neuron may ever fire without input: because of
// its drive, or because it starts over its threshold.
func (d *Delta) Spontaneous(cells []Cell) bool {
	for j := range cells {
		if _, ok := d.Crossing(&cells[j], j); ok {
			return true
		}
		if d.drive != nil && at(d.drive, j) > at(d.theta, j) {
			return true
		}
	}
	return false
}

// at is the value of neuron j of a parameter that has one value for the layer or
// one a neuron.
func at(x []float32, j int) float32 {
	if len(x) == 1 {
		return x[0]
	}
	return x[j]
}
