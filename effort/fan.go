package effort

import (
	"slices"

	"dvsim/network"
)

// fan has, for each source of a connection, how many synapses leave it: all, and
// those whose weight is not 0. The two share memory where no weight is 0.
type fan struct {
	all, effective []uint32
}

// newFan counts the synapses of a connection from a layer of one shape to one of
// another.
func newFan(s network.Synapses, in, out network.Shape) fan {
	f := fan{all: make([]uint32, in.Len())}
	for i := range f.all {
		f.all[i] = uint32(s.FanOut(in, out, i))
	}
	f.effective = f.all
	switch s := s.(type) {
	case *network.Dense:
		if slices.Contains(s.W, 0) {
			n := out.Len()
			f.effective = make([]uint32, in.Len())
			for i := range f.effective {
				f.effective[i] = nonzero(s.W[i*n : (i+1)*n])
			}
		}
	case *network.Sparse:
		if slices.Contains(s.Weight, 0) {
			f.effective = make([]uint32, in.Len())
			for i := range f.effective {
				f.effective[i] = nonzero(s.Weight[s.Row[i]:s.Row[i+1]])
			}
		}
	case *network.Conv2D:
		if slices.Contains(s.W, 0) {
			f.effective = convFan(s, in, out)
		}
	}
	return f
}

// convFan counts the synapses of a convolution whose weight is not 0: for each
// source those of the places of the kernel that reach an output.
func convFan(s *network.Conv2D, in, out network.Shape) []uint32 {
	kernel := make([]uint32, s.K*s.K*in.C) // output channels that are reached
	for k := range kernel {
		kernel[k] = nonzero(s.W[k*out.C : (k+1)*out.C])
	}
	fan := make([]uint32, in.Len())
	for y := range in.H {
		y0, y1, ky := s.Reach(y, out.H)
		for x := range in.W {
			x0, x1, kx := s.Reach(x, out.W)
			for dy := range max(0, y1-y0+1) {
				for dx := range max(0, x1-x0+1) {
					at := ((ky-dy*s.Step())*s.K + kx - dx*s.Step()) * in.C
					for c := range in.C {
						fan[in.Index(y, x, c)] += kernel[at+c]
					}
				}
			}
		}
	}
	return fan
}

func nonzero(w []float32) uint32 {
	n := uint32(0)
	for _, x := range w {
		if x != 0 {
			n++
		}
	}
	return n
}

// pooled is where each source of a pool goes, −1 for those beyond the last window.
func pooled(p *network.Pool, in, out network.Shape) []int32 {
	at := make([]int32, in.Len())
	for i := range at {
		y, x, c := i/in.C/in.W, i/in.C%in.W, i%in.C
		at[i] = -1
		if y/p.K < out.H && x/p.K < out.W {
			at[i] = int32(out.Index(y/p.K, x/p.K, c))
		}
	}
	return at
}

// weights counts the weights of a connection, and those that are not 0. A pair of
// neurons that a list lacks has a weight of 0.
func weights(s network.Synapses, in, out network.Shape) (all, effective int64) {
	switch s := s.(type) {
	case *network.Dense:
		return int64(len(s.W)), int64(nonzero(s.W))
	case *network.Conv2D:
		return int64(len(s.W)), int64(nonzero(s.W))
	case *network.Sparse:
		// A list may have several synapses for a pair.
		return max(int64(in.Len())*int64(out.Len()), int64(len(s.Weight))), int64(nonzero(s.Weight))
	}
	return 0, 0
}

// parameterBytes is what the synapses of a connection take.
func parameterBytes(s network.Synapses) int64 {
	if s, ok := s.(*network.Sparse); ok {
		return 4 * int64(len(s.Row)+len(s.Target)+len(s.Weight)+len(s.Delay))
	}
	return 4 * int64(s.Params())
}

// stateBytes is what the neurons of a layer have to remember: the potential, a
// current or conductance a receptor, and how long they are refractory.
func stateBytes(l *network.Layer) int64 {
	values := 1 + len(l.Neuron.TauSynUS)
	if l.Neuron.RefractoryUS > 0 {
		values++
	}
	return 4 * int64(values) * int64(l.Shape.Len())
}
