package neuron

import (
	"math"
	"math/bits"

	"dvsim/internal/kernel"
)

// touchLeaky is one touch of snnTorch's Leaky with all its options. With R = (v > θ)
// of the step before:
//
//	subtract  v' = (float32(β^d·v) + I) − R·θ
//	zero      v' = float32(β^d·(1 − R)·v) + I
//	none      v' = float32(β^d·v) + I
//	s = v' > θ
//
// and with ResetNow afterwards v' ← v' − (s − R)·θ (subtract) or v' − (s − R)·v'
// (zero). A hot neuron has d = 1, as it is touched in the next step.
func (c *Clocked) touchLeaky(s *State, acc []float32, lo, hi int, d int64, spikes []uint32) (out []uint32, hot, moved bool) {
	for j := lo; j < hi; j++ {
		v, th := s.V[j], at(c.theta, j)
		wasOver := v > th
		u := v
		if wasOver && c.reset == Zero {
			u = 0
		}
		in := acc[j]
		acc[j] = 0
		u = float32(c.decay(j, d)*u) + c.input(j, in)
		if wasOver && c.reset == Subtract {
			u -= th
		}
		fires := u > th
		if c.inhibit && fires {
			s.win.offer(j, u, u-th, wasOver)
			fires = false // until it has won
		}
		if fires {
			spikes = append(spikes, uint32(j))
		}
		if c.now {
			u = c.resetNow(u, th, fires, wasOver)
		}
		u = settle(u)
		s.V[j] = u
		hot = hot || u > th
		// One that spikes and is reset at once may end where it began, and spikes again.
		moved = moved || in != 0 || fires || math.Float32bits(u) != math.Float32bits(v)
	}
	return spikes, hot, moved
}

// resetNow is v' after the reset in the step of the spike.
func (c *Clocked) resetNow(u, th float32, fires, wasOver bool) float32 {
	switch {
	case fires == wasOver || c.reset == None:
		return u
	case c.reset == Zero && fires:
		return 0
	case c.reset == Zero:
		return u + u
	case fires:
		return u - th
	}
	return u + th
}

// winner is the neuron with the largest v' − θ of those that would fire, the
// first of them if there are several.
type winner struct {
	any      bool
	j        int
	u, above float32
	wasOver  bool
}

func (w *winner) offer(j int, u, above float32, wasOver bool) {
	if !w.any || above > w.above {
		*w = winner{any: true, j: j, u: u, above: above, wasOver: wasOver}
	}
}

// Win ends a step of a layer with inhibition, after all its touches, which must
// have come in ascending order: of the neurons that are over their threshold, the
// one that is furthest over it spikes. ok is false when there is none. Where the
// reset comes at once, the winner's potential changes here, so that
// [Clocked.Hot] has to be asked again for its group.
func (c *Clocked) Win(s *State) (j uint32, ok bool) {
	w := s.win
	s.win.any = false
	if w.any && c.now {
		s.V[w.j] = settle(c.resetNow(w.u, at(c.theta, w.j), true, w.wasOver))
	}
	return uint32(w.j), w.any
}

// settle makes potentials too small to matter +0.
func settle(v float32) float32 {
	if v < kernel.Tiny && v > -kernel.Tiny {
		return 0
	}
	return v
}

// appendBits appends base + i for every bit i of x, in ascending order.
func appendBits(dst []uint32, x uint64, base uint32) []uint32 {
	for ; x != 0; x &= x - 1 {
		dst = append(dst, base+uint32(bits.TrailingZeros64(x)))
	}
	return dst
}
