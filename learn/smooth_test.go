package learn

import (
	"fmt"
	"math"
	"testing"

	"dvsim/network"
	"dvsim/neuron"
)

// smoothed is a plain float64 simulation of a chain of layers in which a spike is
// the integral of the surrogate instead of a step. Resets are detached: who
// resets when is given from outside, as found in the first run.
type smoothed struct {
	net   *network.Network
	sg    Surrogate
	w     [][]float64 // of each layer, [source][neuron]
	bias  [][]float64
	beta  [][]float64
	theta [][]float64
	reset [][]bool // [layer][(b·T + t)·n + j]; nil in the first run
	u, s  [][]float64
}

func smooth(n *network.Network, sg Surrogate) *smoothed {
	m := &smoothed{net: n, sg: sg}
	wide := func(x []float32, n int, other float64) []float64 {
		out := make([]float64, n)
		for j := range out {
			switch len(x) {
			case 0:
				out[j] = other
			case 1:
				out[j] = float64(x[0])
			default:
				out[j] = float64(x[j])
			}
		}
		return out
	}
	for _, l := range n.Layers {
		w := l.In[0].Synapses.(*network.Dense).W
		m.w = append(m.w, wide(w, len(w), 0))
		m.bias = append(m.bias, wide(l.Bias, l.Shape.Len(), 0))
		m.beta = append(m.beta, wide(l.Neuron.Beta, l.Shape.Len(), 0))
		m.theta = append(m.theta, wide(l.Neuron.Threshold, l.Shape.Len(), 1))
	}
	return m
}

func (m *smoothed) run(d *batchData) {
	first := m.reset == nil
	m.u, m.s = nil, nil
	var before []float64
	sources := d.n
	for i, l := range m.net.Layers {
		n := l.Shape.Len()
		scale := float64(l.Neuron.Graded)
		if scale == 0 {
			scale = 1
		}
		size := len(d.inputs) * d.steps * n
		u, s := make([]float64, size), make([]float64, size)
		if first {
			m.reset = append(m.reset, make([]bool, size))
		}
		for b := range d.inputs {
			for t := range d.steps {
				r := b*d.steps + t
				acc := make([]float64, n)
				if i == 0 {
					src, val := d.inputs[b].Step(t)
					for k, x := range src {
						for j := range n {
							acc[j] += float64(val[k]) * m.w[i][int(x)*n+j]
						}
					}
				} else {
					for x := range sources {
						for j := range n {
							acc[j] += before[r*sources+x] * m.w[i][x*n+j]
						}
					}
				}
				for j := range n {
					v := 0.0
					if t > 0 {
						v = u[(r-1)*n+j]
					}
					if first {
						m.reset[i][r*n+j] = v > m.theta[i][j]
					}
					over := m.reset[i][r*n+j]
					if over && l.Neuron.Reset == neuron.Zero {
						v = 0
					}
					x := m.beta[i][j]*v + acc[j] + m.bias[i][j]
					if over && l.Neuron.Reset != neuron.Zero && l.Neuron.Reset != neuron.None {
						x -= m.theta[i][j]
					}
					u[r*n+j] = x
					y, _ := m.sg.Integral(x - m.theta[i][j])
					s[r*n+j] = scale * y
				}
			}
		}
		m.u, m.s = append(m.u, u), append(m.s, s)
		before, sources = s, n
	}
}

// value is the loss of the run, in double precision.
func (m *smoothed) value(d *batchData, loss Loss) float64 {
	last := len(m.s) - 1
	x := m.s[last]
	if loss.OnPotential() {
		x = m.u[last]
	}
	sum := 0.0
	for i, v := range x {
		sum += weight(i, m.net.Layers[last].Shape.Len(), d.steps, d.labels) * v
	}
	return sum
}

// TestGradientsAreDerivatives holds the way back to central differences of the
// smoothed network: the trainer is given the smoothed run as its history.
func TestGradientsAreDerivatives(t *testing.T) {
	for _, reset := range []neuron.Reset{neuron.Subtract, neuron.Zero, neuron.None} {
		for _, sg := range []Surrogate{Atan(2), FastSigmoid(5), Sigmoid(4), Tent(1), StraightThrough()} {
			for _, loss := range []Loss{exactCount{}, exactPotential{}} {
				for _, graded := range []float32{0, 0.5} {
					t.Run(fmt.Sprintf("%s/%s/%s/%g", reset, sg, loss.Name(), graded), func(t *testing.T) {
						checkDerivatives(t, reset, sg, loss, graded)
					})
				}
			}
		}
	}
}

func checkDerivatives(t *testing.T, reset neuron.Reset, sg Surrogate, loss Loss, graded float32) {
	net := chain(7, 6, 5, 3)
	for i, l := range net.Layers {
		l.Neuron.Reset, l.Neuron.Graded = reset, graded
		l.Neuron.Beta, l.Neuron.Threshold = nil, nil
		for j := range l.Shape.Len() {
			l.Neuron.Beta = append(l.Neuron.Beta, 0.6+0.05*float32(j)-0.02*float32(i))
			l.Neuron.Threshold = append(l.Neuron.Threshold, 0.4+0.1*float32(j))
		}
	}
	data := noise(4, 7, 9, 3, 0.4, 3)
	m := smooth(net, sg)
	m.run(data)
	tr := &Trainer{Net: net, Surrogate: sg, Loss: loss, LearnBeta: PerNeuron, LearnThreshold: PerNeuron}
	if err := tr.prepare(data); err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	loadAll(tr, data)
	tr.m.forward() // sizes; the history is replaced
	m.inject(tr.m)
	if _, err := tr.judge(); err != nil {
		t.Fatal(err)
	}
	tr.m.backward()
	tr.keep()
	for i, l := range tr.m.layers {
		got := map[string][]float32{"weights": l.in.arranged(l.in.param().grad), "bias": l.pBias.grad, "beta": l.pBeta.grad, "threshold": l.pTheta.grad}
		for name, x := range map[string][]float64{"weights": m.w[i], "bias": m.bias[i], "beta": m.beta[i], "threshold": m.theta[i]} {
			m.compare(t, fmt.Sprintf("%s of %s", name, l.name), x, got[name], data, loss)
		}
	}
}

// inject makes the smoothed run the machine's history: every neuron spikes in every
// step, by the smoothed amount.
func (m *smoothed) inject(to *machine) {
	for i, l := range to.layers {
		rows := to.rows()
		for r := range rows {
			for j := range l.n {
				l.block(j/l.width, rows)[r*l.width+j%l.width] = float32(m.u[i][r*l.n+j])
			}
		}
		for b := range to.samples {
			out := &l.out[b]
			out.Reset()
			for step := range to.steps {
				r := b*to.steps + step
				for p := range l.blocks * l.words {
					l.starts[r*l.blocks*l.words+p] = uint32(len(out.Source) + min(64*p, l.n))
				}
				for j := range l.n {
					out.Add(uint32(j), float32(m.s[i][r*l.n+j]))
				}
				out.EndStep()
			}
		}
	}
	last := len(m.s) - 1
	to.output.total = nil
	for i := range m.s[last] {
		to.output.Spikes[i] = float32(m.s[last][i])
		to.output.Potential[i] = float32(m.u[last][i])
	}
}

// compare holds gradients to central differences, to 1e-3 of the largest.
func (m *smoothed) compare(t *testing.T, what string, x []float64, got []float32, d *batchData, loss Loss) {
	t.Helper()
	const h = 1e-5
	want := make([]float64, len(x))
	largest := 0.0
	for k, v := range x {
		x[k] = v + h
		m.run(d)
		up := m.value(d, loss)
		x[k] = v - h
		m.run(d)
		want[k] = (up - m.value(d, loss)) / (2 * h)
		x[k] = v
		largest = max(largest, math.Abs(want[k]))
	}
	if largest == 0 {
		return // resets that take no gradient
	}
	for k := range want {
		if math.Abs(float64(got[k])-want[k]) > 1e-3*largest {
			t.Fatalf("%s: gradient %d is %.6g, the difference quotient %.6g (largest %.3g)", what, k, got[k], want[k], largest)
		}
	}
}

// exactCount and exactPotential are weighted sums of spikes and of potentials: their
// derivatives are the weights.
type exactCount struct{}

func (exactCount) Name() string      { return "weighted spikes" }
func (exactCount) OnPotential() bool { return false }
func (exactCount) Of(o *Output, labels []int, g *Gradient) float64 {
	for i := range o.Spikes {
		g.PerSpike[i] += float32(weight(i, o.Neurons, o.Steps, labels))
	}
	return 0
}

type exactPotential struct{}

func (exactPotential) Name() string      { return "weighted potentials" }
func (exactPotential) OnPotential() bool { return true }
func (exactPotential) Of(o *Output, labels []int, g *Gradient) float64 {
	for i := range o.Potential {
		g.PerPotential[i] += float32(weight(i, o.Neurons, o.Steps, labels))
	}
	return 0
}

func weight(i, neurons, steps int, labels []int) float64 {
	w := math.Sin(float64(3*i + 1))
	if labels[i/neurons/steps] == i%neurons {
		w++
	}
	return w
}
