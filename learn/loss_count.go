package learn

// CrossEntropyCount is the cross-entropy of the output spikes summed over the
// steps: the loss of snnTorch's tutorial and its ce_count_loss.
func CrossEntropyCount() Loss { return newLoss(0, 0) }

// CrossEntropyPopulation is CrossEntropyCount where each class has several output
// neurons, Neurons/classes side by side, whose spikes count together.
func CrossEntropyPopulation(classes int) Loss { return newLoss(0, float64(classes)) }

// CrossEntropyRate is the mean over the steps of the cross-entropy of the spikes
// in each: snnTorch's ce_rate_loss.
func CrossEntropyRate() Loss { return newLoss(1) }

// MSECount is the mean square of the difference between the spikes of a neuron and
// its target, divided by the number of steps: snnTorch's mse_count_loss. The
// target is the whole part of steps·correct for the neuron of the right class, and
// of steps·incorrect for the others.
func MSECount(correct, incorrect float64) Loss { return newLoss(4, correct, incorrect, 0) }

// MSECountPopulation is MSECount where each class has several output neurons, as
// in [CrossEntropyPopulation]; targets grow with their number.
func MSECountPopulation(correct, incorrect float64, classes int) Loss {
	return newLoss(4, correct, incorrect, float64(classes))
}

type ceCount struct{ population int }

func (l ceCount) Name() string    { return lossForms[0].short(float64(l.population)) }
func (ceCount) OnPotential() bool { return false }

func (l ceCount) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.classes(l.population)
	sums, d := make([]float64, n), make([]float64, n)
	var loss float64
	for b := range out.Samples {
		out.count(b, sums)
		loss += crossEntropy(sums, labels[b], d)
		if g != nil {
			g.spread(out, b, d, 1/float64(out.Samples))
		}
	}
	return loss / float64(out.Samples)
}

type ceRate struct{}

func (ceRate) Name() string      { return lossForms[1].name }
func (ceRate) OnPotential() bool { return false }

func (ceRate) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.Neurons
	x, d := make([]float64, n), make([]float64, n)
	rows := out.Samples * out.Steps
	var loss float64
	for r := range rows {
		for j, s := range out.Spikes[r*n : (r+1)*n] {
			x[j] = float64(s)
		}
		loss += crossEntropy(x, labels[r/out.Steps], d)
		if g != nil {
			for j, v := range d {
				g.PerSpike[r*n+j] += float32(v / float64(rows))
			}
		}
	}
	return loss / float64(rows)
}

type mseCount struct {
	correct, incorrect float64
	population         int
}

func (l mseCount) Name() string {
	return lossForms[4].short(l.correct, l.incorrect, float64(l.population))
}

func (mseCount) OnPotential() bool { return false }

func (l mseCount) Of(out *Output, labels []int, g *Gradient) float64 {
	n := out.classes(l.population)
	sums, d := make([]float64, n), make([]float64, n)
	share := float64(out.Neurons) / float64(n)
	on, off := int(float64(out.Steps)*l.correct*share), int(float64(out.Steps)*l.incorrect*share)
	norm := float64(out.Samples) * float64(n) * float64(out.Steps)
	var loss float64
	for b := range out.Samples {
		out.count(b, sums)
		for c, x := range sums {
			target := off
			if c == labels[b] {
				target = on
			}
			d[c] = x - float64(target)
			loss += float64(d[c] * d[c])
		}
		if g != nil {
			g.spread(out, b, d, 2/norm)
		}
	}
	return loss / norm
}
