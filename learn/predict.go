package learn

import "fmt"

// Predict puts the class of each sample into dst: the one whose neurons spiked
// most, the first of several, as torch's argmax has it. classes is 0 where each
// output neuron is a class, else as in [CrossEntropyPopulation].
func Predict(dst []int, out *Output, classes int) {
	sums := make([]float64, out.classes(classes))
	for b := range out.Samples {
		out.count(b, sums)
		dst[b] = first(sums)
	}
}

// PredictFirst puts the class of each sample into dst as the temporal losses see
// it: the output neuron that spiked first, the first of several; a neuron that
// never spiked counts as one that spiked in the last step.
func PredictFirst(dst []int, out *Output) {
	steps := make([]int, out.Neurons)
	for b := range out.Samples {
		out.firstSpikes(b, steps)
		dst[b] = 0
		for j, t := range steps {
			if t < steps[dst[b]] {
				dst[b] = j
			}
		}
	}
}

// Score puts how much sample b speaks for each class into dst, as loss understands
// the output: the spikes of the class's neurons, or for the temporal losses the
// steps from the first spike to the end. Its prediction is the class with the
// largest score, the first of several. dst has the length that [ClassesOf] tells.
func Score(dst []float64, loss Loss, out *Output, b int) {
	switch loss.(type) {
	case mseTemporal, ceTemporal:
		steps := make([]int, out.Neurons)
		out.firstSpikes(b, steps)
		for j, t := range steps {
			dst[j] = float64(out.Steps - 1 - t)
		}
	default:
		out.count(b, dst)
	}
}

// ClassesOf is how many classes the spikes of so many output neurons tell apart, as
// loss understands them.
func ClassesOf(loss Loss, neurons int) (int, error) {
	population := 0
	switch l := loss.(type) {
	case ceCount:
		population = l.population
	case mseCount:
		population = l.population
	}
	switch {
	case population == 0:
		return neurons, nil
	case neurons%population != 0:
		return 0, fmt.Errorf("learn: loss %s has %d classes; the %d neurons of the output layer are no multiple of that", loss.Name(), population, neurons)
	}
	return population, nil
}

// predict puts the class of each sample of the batch into predicted, as the loss
// understands the output.
func (m *machine) predict(loss Loss) {
	m.predicted = resize(m.predicted, m.samples)
	told, err := ClassesOf(loss, m.output.Neurons)
	if err != nil {
		panic(err) // prepare has seen to it
	}
	score := make([]float64, told)
	for b := range m.predicted {
		Score(score, loss, &m.output, b)
		m.predicted[b] = first(score)
	}
}

// first is the place of the largest score, the first of several.
func first(score []float64) (at int) {
	for c, x := range score {
		if x > score[at] {
			at = c
		}
	}
	return at
}

// Accuracy is the share of predictions that are the labels.
func Accuracy(predictions, labels []int) float64 {
	right := 0
	for i, p := range predictions {
		if p == labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}
