package learn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"dvsim/network"
	"dvsim/neuron"
	"dvsim/trace"
)

// chain makes a network of dense Leaky layers with biases.
func chain(sizes ...int) *network.Network {
	n := &network.Network{Name: "chain", DtUS: 1000, Input: network.Input{Shape: network.Shape{H: 1, W: sizes[0], C: 1}, Polarity: network.Merged}}
	for i, size := range sizes[1:] {
		w, b := make([]float32, sizes[i]*size), make([]float32, size)
		in := network.Init{Seed: 1}
		in.Fill(w, fmt.Sprint(i, ".weights"), sizes[i])
		in.Fill(b, fmt.Sprint(i, ".bias"), sizes[i])
		n.Layers = append(n.Layers, &network.Layer{
			Name: fmt.Sprint("layer", i), Shape: network.Flat(size), Bias: b,
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}},
			In:     []network.Conn{{From: i - 1, Synapses: &network.Dense{W: w}}},
		})
	}
	return n
}

// noise makes random spikes: each source spikes in a step with a chance of density.
func noise(samples, sources, steps, classes int, density float64, seed uint64) *batchData {
	r := rand.New(rand.NewPCG(seed, 1))
	d := &batchData{steps: steps, n: sources, inputs: make([]Input, samples)}
	for b := range samples {
		in := &d.inputs[b]
		for range steps {
			for i := range sources {
				if r.Float64() < density {
					in.Add(uint32(i), float32(1+r.IntN(3)/2))
				}
			}
			in.EndStep()
		}
		d.labels = append(d.labels, r.IntN(classes))
	}
	return d
}

// still makes constant inputs as MNIST has them: a fifth of the pixels is not 0.
func still(samples, sources, steps, classes int, seed uint64) *batchData {
	d := noise(samples, sources, 1, classes, 0.19, seed)
	d.steps = steps
	for b := range d.inputs {
		d.inputs[b].Constant = true
		for k := range d.inputs[b].Value {
			d.inputs[b].Value[k] *= 0.4
		}
	}
	return d
}

// recorded makes an encoded data set of random spikes.
func recorded(d *batchData) Data {
	set := &trace.Set{Layer: trace.Layer{H: 1, W: d.n, C: 1}, Steps: d.steps, Classes: make([]string, d.Classes())}
	for b := range d.inputs {
		m := trace.Sample{Label: d.labels[b]}
		for t := range d.steps {
			src, val := d.inputs[b].Step(t)
			for k, i := range src {
				m.Entries = trace.AppendPacked(m.Entries, i, int(val[k]))
			}
			m.Ends = append(m.Ends, uint32(len(m.Entries)))
		}
		set.Samples = append(set.Samples, m)
	}
	return Spikes(set)
}

// BenchmarkStep is one batch of training.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name string
		net  *network.Network
		data Data
	}{
		{"nmnist-3%", chain(2312, 256, 10), recorded(noise(128, 2312, 25, 10, 0.03, 1))},
		{"nmnist-6%", chain(2312, 256, 10), recorded(noise(128, 2312, 25, 10, 0.06, 1))},
		{"tutorial", chain(784, 256, 10), still(128, 784, 25, 10, 1)},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("net=%s/workers=%d", c.name, workers), func(b *testing.B) {
				tr := &Trainer{Net: c.net, Surrogate: FastSigmoid(25), Workers: workers}
				if err := tr.prepare(c.data); err != nil {
					b.Fatal(err)
				}
				defer tr.Close()
				b.ReportAllocs()
				for b.Loop() {
					loadAll(tr, c.data)
					if _, err := tr.step(1e-3); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
