package learn

// The temporal losses look at the step in which each output neuron spikes first,
// the last step if it never does, as snnTorch's SpikeTime has it. How a first
// spike moves with the potential has no derivative; −1 stands for it, at the step
// of the first spike alone (the last step for a silent neuron): more potential,
// earlier spike.

// MSETemporal is the mean square of the difference between the step of the first
// spike and its target, both divided by the number of steps: snnTorch's
// mse_temporal_loss. The target is step on for the neuron of the right class and
// step off for the others; negative ones count from the end, −1 is the last step.
// A spike less than tolerance steps away from its target counts as on time.
//
// snnTorch's own default off of −1 means step 0 in version 1.0.0 where on is 0 or
// more; here it means the last step, as its documentation says.
func MSETemporal(on, off, tolerance int) Loss {
	return newLoss(6, float64(on), float64(off), float64(tolerance))
}

// CrossEntropyTemporal is the cross-entropy of the negated step of the first
// spike: snnTorch's ce_temporal_loss.
func CrossEntropyTemporal() Loss { return newLoss(7, 0) }

// CrossEntropyTemporalReciprocal is the cross-entropy of 1/(step of the first spike
// + 1): snnTorch's ce_temporal_loss with inverse='reciprocal'.
func CrossEntropyTemporalReciprocal() Loss { return newLoss(7, 1) }

// firstSpikes puts the step of the first spike of each neuron in sample b into
// step: the last one for neurons that never spike.
func (out *Output) firstSpikes(b int, step []int) {
	for j := range step {
		step[j] = out.Steps - 1
	}
	for t := out.Steps - 1; t >= 0; t-- {
		at := (b*out.Steps + t) * out.Neurons
		for j, s := range out.Spikes[at : at+out.Neurons] {
			if s != 0 {
				step[j] = t
			}
		}
	}
}

// sooner adds the gradient of a loss whose derivative by the step of the first
// spike of neuron j is d.
func (g *Gradient) sooner(out *Output, b, step, j int, d float64) {
	g.PerSpike[(b*out.Steps+step)*out.Neurons+j] -= float32(d)
}

type mseTemporal struct{ on, off, tolerance int }

func (l mseTemporal) Name() string {
	return lossForms[6].short(float64(l.on), float64(l.off), float64(l.tolerance))
}

func (mseTemporal) OnPotential() bool { return false }

func (l mseTemporal) Of(out *Output, labels []int, g *Gradient) float64 {
	steps := make([]int, out.Neurons)
	fromEnd := func(t int) int {
		if t < 0 {
			return t + out.Steps
		}
		return t
	}
	on, off := fromEnd(l.on), fromEnd(l.off)
	norm := float64(out.Samples) * float64(out.Neurons) * float64(out.Steps) * float64(out.Steps)
	var loss float64
	for b := range out.Samples {
		out.firstSpikes(b, steps)
		for j, t := range steps {
			late := t - off
			if j == labels[b] {
				late = t - on
			}
			if late < l.tolerance && -late < l.tolerance {
				continue
			}
			loss += float64(late * late)
			if g != nil {
				g.sooner(out, b, t, j, 2*float64(late)/norm)
			}
		}
	}
	return loss / norm
}

type ceTemporal struct{ reciprocal bool }

func (l ceTemporal) Name() string {
	if l.reciprocal {
		return lossForms[7].short(1)
	}
	return lossForms[7].name
}

func (ceTemporal) OnPotential() bool { return false }

func (l ceTemporal) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.Neurons
	steps, x, d := make([]int, n), make([]float64, n), make([]float64, n)
	var loss float64
	for b := range out.Samples {
		out.firstSpikes(b, steps)
		for j, t := range steps {
			x[j] = -float64(t)
			if l.reciprocal {
				x[j] = 1 / float64(t+1)
			}
		}
		loss += crossEntropy(x, labels[b], d)
		if g == nil {
			continue
		}
		for j, t := range steps {
			byStep := -d[j]
			if l.reciprocal {
				byStep = -d[j] * x[j] * x[j]
			}
			g.sooner(out, b, t, j, byStep/float64(out.Samples))
		}
	}
	return loss / float64(out.Samples)
}
