package learn

// Predict puts the class of each sample into dst: the one whose neurons spiked
// most, the first of several, as torch's argmax has it. classes is 0 where each
// output neuron is a class, else as in [CrossEntropyPopulation].
func Predict(dst []int, out *Output, classes int) {
	sums := make([]float64, out.classes(classes))
	for b := range out.Samples {
		out.count(b, sums)
		dst[b] = 0
		for c, n := range sums {
			if n > sums[dst[b]] {
				dst[b] = c
			}
		}
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
