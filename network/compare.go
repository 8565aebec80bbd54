package network

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"dvsim/neuron"
)

// Difference is the first thing in which two networks differ: what it is, and how
// each of the two has it.
type Difference struct {
	What          string // `shape of layer "hidden"`
	First, Second string // "256", "100"
}

// String returns, for example,
//
//	shape of layer "hidden": 256 in the first, 100 in the second
func (d *Difference) String() string {
	return fmt.Sprintf("%s: %s in the first, %s in the second", d.What, d.First, d.Second)
}

// Diff compares two networks that have passed Check. It returns nil where both mean
// the same: equal structure and equal parameters, bit for bit, with defaults filled
// in. Name and Doc of the network do not count; layers without a name have the one
// that files give them, layer1 for the first. Differences of structure come first;
// where there are only others, [Network.Fingerprint] is equal.
func Diff(a, b *Network) *Difference {
	x, y := a.structure(), b.structure()
	for i := range min(len(x), len(y)) { // as many layers give as many facts
		if x[i] != y[i] {
			return &Difference{x[i].what, x[i].value, y[i].value}
		}
	}
	c := comparer{}
	c.text("size of the recordings", a.Input.Geometry().String(), b.Input.Geometry().String())
	c.text("spikes of the input", spikeText(a.Input.Spikes), spikeText(b.Input.Spikes))
	names := a.layerNames()
	for i := range a.Layers {
		c.layer(fmt.Sprintf("of layer %q", names[i]), a.Layers[i], b.Layers[i])
	}
	return c.found
}

// Fingerprint is 16 hexadecimal digits that are equal for networks of one
// structure: step, input, layers with their names, shapes, neuron models and
// resets, and who is connected with whom and with what delay. Weights, biases, β, θ
// and other values do not count: it is equal before and after training.
func (n *Network) Fingerprint() string {
	h := fnv.New64a()
	for _, f := range n.structure() {
		fmt.Fprintf(h, "%s\n%s\n", f.what, f.value)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// Describe is the network in one word: "784-256-10", the numbers of inputs and
// neurons. Where layers have sites, shapes: "34×34×2-16×16×4-10".
func (n *Network) Describe() string {
	sites := false
	for _, l := range n.Layers {
		sites = sites || l.Shape != Flat(l.Shape.C)
	}
	parts := []string{fmt.Sprint(n.Input.Shape.Len())}
	if sites {
		parts[0] = n.Input.Shape.String()
	}
	for _, l := range n.Layers {
		parts = append(parts, l.Shape.String())
	}
	return strings.Join(parts, "-")
}

// layerNames are the names of the layers; one that has none is called by its
// number, as in a file.
func (n *Network) layerNames() []string {
	names, taken := make([]string, len(n.Layers)), map[string]bool{}
	for i, l := range n.Layers {
		names[i] = l.Name
		taken[l.Name] = true
	}
	for i := range names {
		if names[i] == "" {
			name := fmt.Sprintf("layer%d", i+1)
			for taken[name] {
				name += "_"
			}
			names[i], taken[name] = name, true
		}
	}
	return names
}

// fact is one thing that the structure of a network consists of.
type fact struct{ what, value string }

// structure lists what a network consists of, values aside. The number of layers
// comes first, the number of its connections first in each layer, so that the
// lists of two networks run side by side up to the first difference.
func (n *Network) structure() []fact {
	step := "none, it is continuous"
	if !n.Continuous() {
		step = formatDuration(n.DtUS)
	}
	mode := n.Input.Polarity
	if mode == "" {
		mode = Split
	}
	out := []fact{
		{"number of layers", fmt.Sprint(len(n.Layers))},
		{"step", step},
		{"shape of the input", n.Input.Shape.String()},
		{"polarity of the input", string(mode)},
		{"binary input", fmt.Sprint(n.Input.Binary)},
	}
	names := n.layerNames()
	for i, l := range n.Layers {
		of := fmt.Sprintf(" of layer %q", names[i])
		bias := "none"
		switch len(l.Bias) {
		case 0:
		case l.Shape.Len():
			bias = "one a neuron"
		default:
			bias = "one a channel"
		}
		out = append(out,
			fact{fmt.Sprintf("name of layer %d", i+1), names[i]},
			fact{"number of connections" + of, fmt.Sprint(len(l.In))},
			fact{"shape" + of, l.Shape.String()},
			fact{"neuron" + of, modelText(l.Neuron) + generators(l)},
			fact{"bias" + of, bias},
		)
		for k, c := range l.In {
			from := InputName
			if c.From != FromInput {
				from = names[c.From]
			}
			kind := c.Synapses.Kind()
			if d := detail(c.Synapses); d != "" {
				kind += " " + d
			}
			out = append(out, fact{
				fmt.Sprintf("connection %d%s", k+1, of),
				fmt.Sprintf("%s from %q, delay %s", kind, from, delays(&c)) + receptor(c.Receptor),
			})
		}
	}
	return out
}

// modelText is a neuron model with the rules that are no values.
func modelText(p *neuron.Params) string {
	if p == nil {
		return "none"
	}
	reset := string(p.Reset)
	if reset == "" {
		reset = resets[p.Model][0]
	}
	s := fmt.Sprintf("%s, reset %s", p.Model, reset)
	if p.ResetNow {
		s += " at once"
	}
	if p.Inhibition {
		s += ", inhibition"
	}
	if k := len(p.TauSynUS); k > 0 {
		s += fmt.Sprintf(", %d receptors", k)
	}
	return s
}

// generators tells the random spikes of a layer; nothing where there are none.
func generators(l *Layer) string {
	s := ""
	for _, p := range l.Poisson {
		s += fmt.Sprintf(", %v Hz from outside%s, seed %d", p.RateHz, receptor(p.Receptor), p.Seed)
	}
	return s
}

// receptor names one that is not the first.
func receptor(r int) string {
	if r == 0 {
		return ""
	}
	return fmt.Sprintf(" onto receptor %d", r)
}

// delays is the delay of a connection; of a sparse one also a sum over who is
// connected with whom.
func delays(c *Conn) string {
	s, ok := c.Synapses.(*Sparse)
	if !ok {
		return fmt.Sprint(c.Delay)
	}
	h := fnv.New64a()
	for _, x := range [][]int32{s.Row, s.Target, s.Delay} {
		binary.Write(h, binary.LittleEndian, x)
	}
	return fmt.Sprintf("%d to %d, %s synapses (%016x)", c.MinDelay(), c.MaxDelay(), count(len(s.Target)), h.Sum64())
}

// spikeText is a sum over a list of input spikes.
func spikeText(list []InputSpike) string {
	h := fnv.New64a()
	for _, s := range list {
		fmt.Fprintln(h, s.T, s.Index)
	}
	return fmt.Sprintf("%s (%016x)", count(len(list)), h.Sum64())
}

// comparer looks for the first difference among the values of two networks of
// one structure.
type comparer struct{ found *Difference }

func (c *comparer) text(what, a, b string) {
	if c.found == nil && a != b {
		c.found = &Difference{what, a, b}
	}
}

// values compares n values; a list of one holds for all, and none means def.
func (c *comparer) values(what, of string, a, b []float32, n int, def float32) {
	at := func(v []float32, j int) float32 {
		switch len(v) {
		case 0:
			return def
		case 1:
			return v[0]
		}
		return v[j]
	}
	if len(a) < 2 && len(b) < 2 {
		n = 1
	}
	for j := 0; c.found == nil && j < n; j++ {
		if x, y := at(a, j), at(b, j); math.Float32bits(x) != math.Float32bits(y) {
			c.found = &Difference{fmt.Sprintf("%s %d %s", what, j, of), fmt.Sprint(x), fmt.Sprint(y)}
		}
	}
}

func (c *comparer) layer(of string, a, b *Layer) {
	c.text("labels "+of, fmt.Sprintf("%q", a.Labels), fmt.Sprintf("%q", b.Labels))
	c.values("bias", of, a.Bias, b.Bias, len(a.Bias), 0)
	for k := range a.Poisson {
		c.values(fmt.Sprintf("weight of generator %d", k+1), of, []float32{a.Poisson[k].Weight}, []float32{b.Poisson[k].Weight}, 1, 0)
	}
	if !a.Relay() {
		c.neurons(of, a.Neuron, b.Neuron, a.Shape.Len())
	}
	for k := range a.In {
		at := fmt.Sprintf("of connection %d %s", k+1, of)
		switch s := a.In[k].Synapses.(type) {
		case *Dense:
			c.values("weight", at, s.W, b.In[k].Synapses.(*Dense).W, len(s.W), 0)
		case *Conv2D:
			c.values("weight", at, s.W, b.In[k].Synapses.(*Conv2D).W, len(s.W), 0)
		case *Sparse:
			c.values("weight", at, s.Weight, b.In[k].Synapses.(*Sparse).Weight, len(s.Weight), 0)
		case *Pool:
			t := b.In[k].Synapses.(*Pool)
			c.values("weight", at, []float32{s.Scale()}, []float32{t.Scale()}, 1, 0)
		}
	}
}

func (c *comparer) neurons(of string, p, q *neuron.Params, n int) {
	decay := func(p *neuron.Params) string {
		if len(p.Beta) > 0 {
			return "β"
		}
		return fmt.Sprintf("τ = %v µs", p.TauUS)
	}
	c.text("decay "+of, decay(p), decay(q))
	c.values("β", of, p.Beta, q.Beta, n, 0)
	c.values("threshold", of, p.Threshold, q.Threshold, n, 1)
	c.values("initial potential", of, p.VInit, q.VInit, n, 0)
	c.values("drive", of, p.Drive, q.Drive, n, 0)
	c.values("reset potential", of, []float32{p.VReset}, []float32{q.VReset}, 1, 0)
	size := func(p *neuron.Params) []float32 {
		if p.Graded == 0 {
			return []float32{1}
		}
		return []float32{p.Graded}
	}
	c.values("size of a spike", of, size(p), size(q), 1, 1)
	c.text("synaptic time constants "+of, fmt.Sprint(p.TauSynUS), fmt.Sprint(q.TauSynUS))
	c.values("reversal potential", of, p.Reversal, q.Reversal, len(p.Reversal), 0)
	for r := range p.TauSynUS {
		init := func(p *neuron.Params) []float32 {
			if r < len(p.SynInit) {
				return p.SynInit[r]
			}
			return nil
		}
		c.values(fmt.Sprintf("initial value of receptor %d of neuron", r), of, init(p), init(q), n, 0)
	}
	c.text("refractory time "+of, formatDuration(p.RefractoryUS), formatDuration(q.RefractoryUS))
}
