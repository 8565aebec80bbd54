package sim

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/internal/npz"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/neuron"
)

// leakyCase is one sequence of the reference file: T steps of N neurons.
type leakyCase struct {
	Model      string    `json:"model"`
	Beta       any       `json:"beta"`
	Threshold  *float32  `json:"threshold"`
	Reset      string    `json:"reset_mechanism"`
	ResetDelay *bool     `json:"reset_delay"`
	Inhibition bool      `json:"inhibition"`
	Graded     float32   `json:"graded_spikes_factor"`
	V          []float32 `json:"V"`
	Weight     [][]float32
	Bias       []float32

	t, n          int
	in, spk, memb []float32
}

func readLeaky(t *testing.T, f *npz.File, name string) *leakyCase {
	t.Helper()
	text, err := f.String(name + ".config")
	if err != nil {
		t.Fatal(err)
	}
	c := new(leakyCase)
	if err := json.Unmarshal([]byte(text), c); err != nil {
		t.Fatal(err)
	}
	var shape []int
	if c.in, shape, err = f.Float32s(name + ".input"); err != nil {
		t.Fatal(err)
	}
	c.t, c.n = shape[0], shape[1]
	c.spk, c.memb = floats(t, f, name+".spk"), floats(t, f, name+".mem")
	return c
}

func (c *leakyCase) params() *neuron.Params {
	p := &neuron.Params{Model: neuron.Leaky, Reset: neuron.Reset(c.Reset), Inhibition: c.Inhibition, Graded: c.Graded}
	switch b := c.Beta.(type) {
	case float64:
		p.Beta = []float32{float32(b)}
	case []any:
		for _, x := range b {
			p.Beta = append(p.Beta, float32(x.(float64)))
		}
	}
	if c.Threshold != nil {
		p.Threshold = []float32{*c.Threshold}
	}
	p.ResetNow = c.ResetDelay != nil && !*c.ResetDelay
	return p
}

// network turns the currents into weights: one input for each value, which spikes
// in its step. With skip, values of 0 have no spike, and neurons that get none are
// not touched: sparse synapses; otherwise one dense connection.
func (c *leakyCase) network(skip bool) (*network.Network, []events.Event) {
	net := &network.Network{
		Name: "currents", DtUS: 1000,
		Input:  network.Input{Shape: network.Shape{H: c.t, W: c.n, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{Name: "neurons", Shape: network.Flat(c.n), Neuron: c.params()}},
	}
	var ev []events.Event
	var list []network.Synapse
	dense := make([]float32, c.t*c.n*c.n)
	for i, x := range c.in {
		dense[i*c.n+i%c.n] = x
		list = append(list, network.Synapse{Source: int32(i), Target: int32(i % c.n), Weight: x})
		if !skip || x != 0 {
			ev = append(ev, events.Event{T: int64(i/c.n) * 1000, X: uint16(i % c.n), Y: uint16(i / c.n)})
		}
	}
	conn := network.Conn{From: network.FromInput, Synapses: &network.Dense{W: dense}}
	if skip {
		conn.Synapses = network.NewSparse(c.t*c.n, list)
	}
	net.Layers[0].In = []network.Conn{conn}
	return net, ev
}

// TestLeakyAgainstSNNTorch runs every Leaky sequence of the reference through both
// engines: with one dense connection, where every neuron is touched in every step,
// and with sparse synapses, where only those are that get something.
func TestLeakyAgainstSNNTorch(t *testing.T) {
	f, err := npz.Open(reference.Shared(t, "truth/snntorch/neurons.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases := 0
	for _, name := range f.Names() {
		name, isConfig := strings.CutSuffix(name, ".config")
		if !isConfig || !strings.HasPrefix(name, "leaky_") {
			continue
		}
		cases++
		c := readLeaky(t, f, name)
		for engine, make := range engines {
			for _, skip := range []bool{false, true} {
				net, ev := c.network(skip)
				t.Run(name+"/"+engine+"/"+net.Layers[0].In[0].Synapses.Kind(), func(t *testing.T) { c.compare(t, make, net, ev) })
			}
		}
	}
	if cases != 21 {
		t.Errorf("%d Leaky cases in the reference, want 21", cases)
	}
}

// TestRecurrentLeakyAgainstSNNTorch: RLeaky is Leaky with a connection to itself
// that takes one step.
func TestRecurrentLeakyAgainstSNNTorch(t *testing.T) {
	f, err := npz.Open(reference.Shared(t, "truth/snntorch/neurons.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"rleaky_one_to_one", "rleaky_all_to_all"} {
		c := readLeaky(t, f, name)
		for engine, make := range engines {
			net, ev := c.network(false)
			back := &network.Dense{W: zeros(c.n * c.n)}
			for i := range c.n {
				for j := range c.n {
					switch {
					case c.V == nil:
						back.W[i*c.n+j] = c.Weight[j][i]
					case i == j:
						back.W[i*c.n+j] = c.V[i]
					}
				}
			}
			l := net.Layers[0]
			l.In = append(l.In, network.Conn{From: 0, Delay: 1, Synapses: back})
			l.Bias = c.Bias
			t.Run(name+"/"+engine, func(t *testing.T) { c.compare(t, make, net, ev) })
		}
	}
}

func zeros(n int) []float32 { return make([]float32, n) }

// compare holds the spikes of a run to the reference, and the potentials after
// every step, each by a run that ends there.
func (c *leakyCase) compare(t *testing.T, make func(*network.Network, *Options) Engine, net *network.Network, ev []events.Event) {
	t.Helper()
	t0 := int64(0)
	r := feed(t, make, net, Options{T0: &t0, DurationUS: int64(c.t) * 1000}, ev, 0)
	got := zeros(c.t * c.n)
	for k, g := range r.mem.Groups(1) {
		for _, j := range g.Index {
			got[int(k)*c.n+int(j)] = net.SpikeSize(0)
		}
	}
	for i := range got {
		if got[i] != c.spk[i] {
			t.Fatalf("step %d, neuron %d: spike %v, snnTorch has %v", i/c.n, i%c.n, got[i], c.spk[i])
		}
	}
	for k := range c.t {
		if testing.Short() && k%10 != 9 {
			continue
		}
		cut := len(ev)
		for i, e := range ev {
			if e.T > int64(k)*1000 {
				cut = i
				break
			}
		}
		r := feed(t, make, net, Options{T0: &t0, DurationUS: int64(k+1) * 1000}, ev[:cut], 0)
		for j, v := range r.v[0] {
			if want := c.memb[k*c.n+j]; !closeTo(float64(v), float64(want)) {
				t.Fatalf("step %d, neuron %d: potential %v, snnTorch has %v", k, j, v, want)
			}
		}
	}
}

// closeTo is the bar for potentials against other programs: 1e-5 relative, with an
// absolute floor for values near 0 that are differences of larger ones.
func closeTo(a, b float64) bool { return math.Abs(a-b) <= 1e-5*max(math.Abs(b), 0.1) }
