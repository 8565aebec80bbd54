package learn

// Output is what the output layer did with a batch: the side of a [Loss] that it
// reads. Arrays are stored sample by sample, within a sample step by step, within
// a step neuron by neuron: element (b·Steps + t)·Neurons + j.
type Output struct {
	Samples, Steps, Neurons int
	Spikes                  []float32 // 0 or 1 (times the layer's graded factor)
	Potential               []float32 // membrane potential after the step, snnTorch's mem

	total []float64 // [Samples][Neurons] Spikes summed over the steps; nil where nobody has done it
}

// Gradient is where a [Loss] adds its derivatives, in the order of [Output]. Both
// arrays are zero before. PerSpike is the derivative of the loss with respect to
// each spike, PerPotential with respect to each potential; a loss that never
// looks at potentials leaves PerPotential nil (see [Loss.OnPotential]).
type Gradient struct {
	PerSpike, PerPotential []float32
}
