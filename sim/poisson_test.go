package sim

import (
	"math"
	"testing"

	"dvsim/network"
	"dvsim/neuron"
)

// TestPoissonTable: the table of a mean has exactly the probabilities that it was
// made of, and they are Poisson's.
func TestPoissonTable(t *testing.T) {
	for _, mean := range []float64{1e-12, 1e-3, 0.5, 1, 2, 7.3, 100, 9999.5} {
		counts, first := poissonCounts(mean)
		total, m, v := uint64(0), 0.0, 0.0
		for i, c := range counts {
			total += c
			k, q := float64(first+i), float64(c)/(1<<32)
			m += k * q
			v += (k - mean) * (k - mean) * q
			lg, _ := math.Lgamma(k + 1)
			if want := math.Exp(k*math.Log(mean) - mean - lg); math.Abs(q-want) > 1e-11+float64(len(counts))/(1<<32) {
				t.Fatalf("mean %v: probability %v of %v spikes, want %v", mean, q, k, want)
			}
		}
		if total != 1<<32 || math.Abs(m-mean) > 1e-6*math.Sqrt(mean)+1e-8 || math.Abs(v-mean) > 1e-4*mean+1e-8 {
			t.Errorf("mean %v: %d draws, mean %v, variance %v", mean, total, m, v)
		}
		p := newPoisson(mean, 1, 0, 1, 1)
		back := map[float32]uint64{}
		width := 32 - p.shift
		for _, e := range p.table {
			back[e.value[1]] += e.cut >> width
			back[e.value[0]] += 1<<p.shift - e.cut>>width
		}
		for i, c := range counts {
			if k := float32(first + i); back[k] != c {
				t.Errorf("mean %v: %d draws of the table give %v spikes, want %d", mean, back[k], k, c)
			}
		}
	}
}

// TestPoissonStreams: mean, variance, and no correlation with the neighbour, the
// step before, and another generator.
func TestPoissonStreams(t *testing.T) {
	const n, steps, mean = 301, 2000, 2.0
	p, q := newPoisson(mean, 1, 0, 7, n), newPoisson(mean, 1, 0, 8, n)
	var sum, sq, beside, before, other float64
	last := make([]float32, n)
	for k := range int64(steps) {
		a, b := make([]float32, n), make([]float32, n)
		p.add(a, 0, n, k)
		q.add(b, 0, n, k)
		for j, x := range a {
			d := float64(x) - mean
			sum += d
			sq += d * d
			beside += d * (float64(a[(j+1)%n]) - mean)
			before += d * (float64(last[j]) - mean)
			other += d * (float64(b[j]) - mean)
		}
		// A block draws what the whole draws.
		c := make([]float32, n)
		p.add(c, 0, 63, k)
		p.add(c, 63, 64, k)
		p.add(c, 64, n, k)
		for j := range c {
			if c[j] != a[j] {
				t.Fatalf("step %d, neuron %d: %v in blocks, %v at once", k, j, c[j], a[j])
			}
		}
		last = a
	}
	root := math.Sqrt(n * steps)
	for name, z := range map[string]float64{
		"mean": sum / math.Sqrt(mean) / root, "variance": (sq/mean - n*steps) / math.Sqrt(2+1/mean) / root,
		"neighbour": beside / mean / root, "step before": before / mean / root, "other generator": other / mean / root,
	} {
		if math.Abs(z) > 5 {
			t.Errorf("%s is %.1f standard deviations off", name, z)
		}
	}
}

func BenchmarkPoisson(b *testing.B) {
	const n = 10_000
	p := newPoisson(2, 0.1, 0, 1, n)
	acc := make([]float32, n)
	k := int64(0)
	for b.Loop() {
		p.add(acc, 0, n, k)
		k++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/neuron")
}

// TestInhibitionWithGenerators: one of many neurons spikes in a step, in layers too
// large for one block.
func TestInhibitionWithGenerators(t *testing.T) {
	const n = 700
	net := &network.Network{Name: "winner", DtUS: 1000, Input: network.Input{Shape: network.Shape{H: 1, W: 1, C: 1}, Polarity: network.Merged}}
	for _, s := range []network.Synapses{&network.Dense{W: make([]float32, n*n)}, network.NewSparse(n, nil)} {
		net.Layers = []*network.Layer{{
			Name: "a", Shape: network.Flat(n), Poisson: []network.Poisson{{RateHz: 800, Weight: 0.3, Seed: 1}},
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}, Inhibition: true},
			In:     []network.Conn{{From: 0, Delay: 1, Synapses: s}},
		}}
		opt := Options{DurationUS: 50_000, Workers: 4}
		want := feed(t, NewDense, net, opt, nil, 0)
		if d := differ(want, feed(t, crewed, net, opt, nil, 0)); d != "" {
			t.Error(d)
		}
		if got := want.stats.Spikes[0]; got < 40 || got > 50 {
			t.Errorf("%d spikes in 50 steps", got)
		}
	}
}
