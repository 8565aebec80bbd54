package learn

import "math"

// CrossEntropyMaxMembrane is the cross-entropy of the largest potential that each
// output neuron reaches: snnTorch's ce_max_membrane_loss. The gradient goes to the
// step of that potential, the first of equal ones.
func CrossEntropyMaxMembrane() Loss { return newLoss(2) }

// CrossEntropyMembrane is the sum over the steps of the cross-entropy of the
// potentials: the loss that snnTorch's Tutorial 5 writes out.
func CrossEntropyMembrane() Loss { return newLoss(3) }

// MSEMembrane is the mean square of the difference between the potential and its
// target in every step: on for the neuron of the right class, off for the others.
// It is snnTorch's mse_membrane_loss, but for a negative off where on is not below
// it: snnTorch 1.0.0 takes 0 then.
func MSEMembrane(on, off float64) Loss { return newLoss(5, on, off) }

type ceMaxMembrane struct{}

func (ceMaxMembrane) Name() string      { return lossForms[2].name }
func (ceMaxMembrane) OnPotential() bool { return true }

func (ceMaxMembrane) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.Neurons
	top, d, at := make([]float64, n), make([]float64, n), make([]int, n)
	var loss float64
	for b := range out.Samples {
		for j := range top {
			top[j] = math.Inf(-1)
		}
		first := b * out.Steps * n
		for i, v := range out.Potential[first : first+out.Steps*n] {
			if j := i % n; float64(v) > top[j] {
				top[j], at[j] = float64(v), first+i
			}
		}
		loss += crossEntropy(top, labels[b], d)
		if g != nil {
			for j, v := range d {
				g.PerPotential[at[j]] += float32(v / float64(out.Samples))
			}
		}
	}
	return loss / float64(out.Samples)
}

type ceMembrane struct{}

func (ceMembrane) Name() string      { return lossForms[3].name }
func (ceMembrane) OnPotential() bool { return true }

func (l ceMembrane) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.Neurons
	x, d := make([]float64, n), make([]float64, n)
	var loss float64
	for r := range out.Samples * out.Steps {
		for j, v := range out.Potential[r*n : (r+1)*n] {
			x[j] = float64(v)
		}
		loss += crossEntropy(x, labels[r/out.Steps], d)
		if g != nil {
			for j, v := range d {
				g.PerPotential[r*n+j] += float32(v / float64(out.Samples))
			}
		}
	}
	return loss / float64(out.Samples)
}

type mseMembrane struct{ on, off float64 }

func (l mseMembrane) Name() string    { return lossForms[5].short(l.on, l.off) }
func (mseMembrane) OnPotential() bool { return true }

func (l mseMembrane) Of(out *Output, labels []int, g *Gradient) float64 {
	norm := float64(len(out.Potential))
	var loss float64
	for i, v := range out.Potential {
		target := l.off
		if i%out.Neurons == labels[i/(out.Neurons*out.Steps)] {
			target = l.on
		}
		d := float64(v) - target
		loss += float64(d * d)
		if g != nil {
			g.PerPotential[i] += float32(2 * d / norm)
		}
	}
	return loss / norm
}
