package learn

import "math"

// Regulariser is a term that is added to the loss for how often the neurons of a
// layer spike.
type Regulariser interface {
	// Name is the regulariser as [ParseRegulariser] reads it.
	Name() string
	// Of returns the term. counts[j] is how often neuron j spiked in a batch of so many
	// samples and steps. The derivative by each single spike of neuron j, the same in
	// every sample and step, is added to perSpike[j]; perSpike may be nil.
	Of(counts []float64, samples, steps int, perSpike []float32) float64
}

var regulariserForms = []form{
	{"l1_rate_sparsity", []argument{{name: "lambda", std: 1e-5, max: math.MaxFloat32}}},
	{"target_rate", []argument{fraction("rate", 0.1), {name: "lambda", std: 1, max: math.MaxFloat32}}},
}

// L1RateSparsity is lambda times the number of spikes of the layer in the batch:
// snnTorch's l1_rate_sparsity, whose lambda is 1e-5.
func L1RateSparsity(lambda float64) Regulariser {
	regulariserForms[0].must(lambda)
	return l1{lambda}
}

// TargetRate is lambda·Σ (r − rate)² over the neurons, where r is the share of the
// steps of the batch in which the neuron spiked (Bellec et al. 2020, "A solution to
// the learning dilemma for recurrent networks of spiking neurons": E_reg). It wakes
// silent neurons and calms busy ones.
func TargetRate(rate, lambda float64) Regulariser {
	regulariserForms[1].must(rate, lambda)
	return targetRate{rate, lambda}
}

// ParseRegulariser reads "l1_rate_sparsity:1e-4" or "target_rate:rate=0.05:lambda=10".
func ParseRegulariser(text string) (Regulariser, error) {
	at, v, err := parse("regulariser", text, regulariserForms)
	switch {
	case err != nil:
		return nil, err
	case at == 0:
		return l1{v[0]}, nil
	}
	return targetRate{v[0], v[1]}, nil
}

// Regularisers lists what [ParseRegulariser] knows, with default parameters.
func Regularisers() []string { return usages(regulariserForms) }

type l1 struct{ lambda float64 }

func (r l1) Name() string { return regulariserForms[0].text(r.lambda) }

func (r l1) Of(counts []float64, _, _ int, perSpike []float32) float64 {
	var sum float64
	for _, n := range counts {
		sum += n
	}
	for j := range perSpike {
		perSpike[j] += float32(r.lambda)
	}
	return r.lambda * sum
}

type targetRate struct{ rate, lambda float64 }

func (r targetRate) Name() string { return regulariserForms[1].text(r.rate, r.lambda) }

func (r targetRate) Of(counts []float64, samples, steps int, perSpike []float32) float64 {
	all := float64(samples) * float64(steps)
	var sum float64
	for j, n := range counts {
		d := n/all - r.rate
		sum += float64(d * d)
		if perSpike != nil {
			perSpike[j] += float32(2 * r.lambda * d / all)
		}
	}
	return r.lambda * sum
}
