package learn

import "context"

// Result is how a network does on data.
type Result struct {
	Samples     int
	Loss        float64 // mean over the samples, without penalties
	Right       int
	Predictions []int     // of each sample: the class whose neurons spiked most, the first of several
	Counts      []float32 // [Samples][Neurons] spikes of each output neuron
	Neurons     int       // of the output layer
	Spikes      []int64   // of each layer, over all samples
}

// Accuracy is the share of samples whose prediction is their label.
func (r *Result) Accuracy() float64 { return float64(r.Right) / float64(max(r.Samples, 1)) }

// Evaluate runs the network on data without changing it. The data is asked for its
// samples of epoch −1: none is augmented.
func (t *Trainer) Evaluate(ctx context.Context, d Data) (*Result, error) {
	if err := t.prepare(d); err != nil {
		return nil, err
	}
	m, loss := t.m, t.loss()
	r := &Result{Samples: d.Len(), Neurons: m.last().n, Spikes: make([]int64, len(m.layers))}
	batch := make([]int, 0, t.batch())
	for lo := 0; lo < d.Len(); lo += len(batch) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch = batch[:0]
		for i := lo; i < min(lo+t.batch(), d.Len()); i++ {
			batch = append(batch, i)
		}
		m.load(d, batch, -1)
		m.forward()
		r.Loss += loss.Of(&m.output, m.labels, nil) * float64(len(batch))
		m.predict(loss)
		for b, p := range m.predicted {
			r.Predictions = append(r.Predictions, p)
			if p == m.labels[b] {
				r.Right++
			}
			r.Counts = append(r.Counts, m.counts(b)...)
		}
		m.spikes(r.Spikes)
	}
	r.Loss /= float64(r.Samples)
	return r, nil
}

// counts is how much each output neuron spiked in sample b.
func (m *machine) counts(b int) []float32 {
	n := m.last().n
	c := make([]float32, n)
	for t := range m.steps {
		for j, x := range m.output.Spikes[(b*m.steps+t)*n:][:n] {
			c[j] += x
		}
	}
	return c
}
