package learn

import (
	"fmt"
	"math"
)

// LatencyOptions are those of snnTorch's spikegen.latency.
type LatencyOptions struct {
	// Tau is the time constant in steps; 0 means 1. Normalize and Linear together
	// choose their own.
	Tau float64
	// Threshold is the least value that is told from 0; 0 means 0.01. Smaller values
	// spike as late as it does, or never with Clip.
	Threshold float64
	// First is the step from which on spikes may come.
	First int
	// Linear makes the time fall along a line with the value, not logarithmically.
	Linear bool
	// Normalize stretches the times so that the last spike comes in the last step.
	Normalize bool
	// Clip drops the spikes of values below Threshold.
	Clip bool
	// Bypass drops spikes that would come after the last step. Without it they are an
	// error.
	Bypass bool
}

func (o LatencyOptions) filled() LatencyOptions {
	if o.Tau == 0 {
		o.Tau = 1
	}
	if o.Threshold == 0 {
		o.Threshold = 0.01
	}
	return o
}

func (o LatencyOptions) values() []float64 {
	bit := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	return []float64{o.Tau, o.Threshold, float64(o.First), bit(o.Linear), bit(o.Normalize), bit(o.Clip), bit(o.Bypass)}
}

// check reports options that do not fit together or into so many steps.
func (o LatencyOptions) check(steps int) error {
	if err := codingForms[latencyInput].check(o.values()...); err != nil {
		return err
	}
	if o.First > steps-1 {
		return fmt.Errorf("first is %d, after the last of %d steps", o.First, steps)
	}
	return nil
}

// latencyEpsilon keeps the logarithm finite at the threshold, as in snnTorch.
const latencyEpsilon = 1e-7

// time is when value x spikes, in steps, before it is stretched and rounded. It
// falls as x grows. Arithmetic is torch's, in float32.
func (o LatencyOptions) time(x float32, steps int) float32 {
	if o.Linear {
		tau := o.Tau
		if o.Normalize {
			tau = float64(steps - 1 - o.First)
		}
		return min(float32(float32(-tau)*(x-1)), float32(-tau*(o.Threshold-1))) + float32(o.First)
	}
	x = max(x, float32(o.Threshold+latencyEpsilon))
	t := float32(float32(o.Tau) * float32(math.Log(float64(x/(x-float32(o.Threshold))))))
	if o.First > 0 {
		t += float32(o.First)
	}
	return t
}

// round is the step of a spike at time t in a sample whose latest is at last, or
// −1 where none comes.
func (o LatencyOptions) round(x, t, last float32, steps int) (int, error) {
	first := float32(o.First)
	if o.Normalize && !o.Linear {
		t = float32((t-first)*float32(steps-o.First-1))/(last-first) + first
	}
	step := math.RoundToEven(float64(t))
	switch {
	case step > float64(steps-1) && !o.Bypass:
		return 0, fmt.Errorf("a value of %.3g would spike in step %.0f of %d (steps count from 0); choose a smaller tau, normalize, or bypass what comes too late", x, step, steps)
	case step > float64(steps-1), o.Clip && x < float32(o.Threshold):
		return -1, nil
	}
	return int(step), nil
}

// Latency puts the step in which each value of a sample spikes into dst, −1 where
// it never does: snnTorch's spikegen.latency. Values lie between 0 and 1; the
// brightest spike first. Without Linear, it is when a leaky membrane with time
// constant Tau, driven by x, reaches Threshold.
func Latency(dst []int, x []float32, steps int, o LatencyOptions) error {
	o = o.filled()
	if err := o.check(steps); err != nil {
		return fmt.Errorf("learn: latency coding: %w", err)
	}
	last := float32(math.Inf(-1))
	for i, v := range x {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("learn: latency coding: value %d is %v; values must lie between 0 and 1", i, v)
		}
		last = max(last, o.time(v, steps))
	}
	for i, v := range x {
		step, err := o.round(v, o.time(v, steps), last, steps)
		if err != nil {
			return fmt.Errorf("learn: latency coding: %w", err)
		}
		dst[i] = step
	}
	return nil
}
