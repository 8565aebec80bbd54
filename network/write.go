package network

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dvsim/internal/npz"
)

// maxInline is how many numbers a list in the text may have; longer ones become
// arrays of the .npz.
const maxInline = 16

// Write writes the two files of a network: the text, in the format of
// docs/formats/network.md, and the .npz of its arrays, which the text expects
// beside it as weights.npz. What is read from them is the same network in the
// sense of [Diff], bit for bit: numbers in the text are the shortest decimals that
// give the float32 back, arrays are float32 in the layout of this package. A layer
// without a name is called by its number, layer1 for the first. Equal networks
// give equal bytes.
//
// A network that does not pass Check, or has a text that is not UTF-8 or a time
// of more than 292 years, is not written. Memory: the weights once more.
func Write(text, weights io.Writer, n *Network) error {
	t, arrays, err := encode(n)
	if err != nil {
		return err
	}
	if err := npz.Write(weights, arrays...); err != nil {
		return err
	}
	_, err = text.Write(t)
	return err
}

func encode(n *Network) ([]byte, []npz.Array, error) {
	if err := n.Check(); err != nil {
		return nil, nil, err
	}
	w := &writer{n: n, names: n.layerNames(), taken: map[string]bool{}}
	w.network()
	for i := range n.Layers {
		w.layer(i)
	}
	if w.err == nil && w.b.Len() > maxFile {
		w.err = fmt.Errorf("network: the text of %q has %s bytes, at most %s are read", n.Name, count(w.b.Len()), count(maxFile))
	}
	return w.b.Bytes(), w.arrays, w.err
}

// writer makes the text of a network and the arrays that go with it.
type writer struct {
	n      *Network
	names  []string // of the layers, none empty
	b      bytes.Buffer
	arrays []npz.Array
	taken  map[string]bool // names of arrays
	err    error           // the first one
}

func (w *writer) fail(format string, a ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("network: "+format, a...)
	}
}

func (w *writer) line(format string, a ...any) { fmt.Fprintf(&w.b, format+"\n", a...) }

// array puts an array into the .npz and returns its name in quotes. The name is
// the one that is asked for, unless another array has it: a layer may be called
// "a.in1", too.
func (w *writer) array(name string, shape []int, data any) string {
	for w.taken[name] {
		name += "_"
	}
	w.taken[name] = true
	w.arrays = append(w.arrays, npz.Array{Name: name, Shape: shape, Data: data})
	return w.quote(name)
}

// values is one value, a list of a few, or the name of an array.
func (w *writer) values(name string, v []float32) string {
	switch {
	case len(v) == 1:
		return decimal(v[0])
	case len(v) <= maxInline:
		return list(v)
	}
	return w.array(name, nil, v)
}

func (w *writer) network() {
	n := w.n
	w.line("# A network of dvsim (docs/formats/network.md). A name in quotes where numbers are")
	w.line("# expected is an array of the .npz; layout = \"dvsim\" has dense weights as")
	w.line("# [source][neuron], conv2d as [ky][kx][in][out], neurons by row, column, channel.")
	if n.Name != "" {
		w.line("name = %s", w.quote(n.Name))
	}
	if n.Doc != "" {
		w.line("doc = %s", w.quote(n.Doc))
	}
	if n.Continuous() {
		w.line("continuous = true")
	} else {
		w.line("dt = %s", w.duration(n.DtUS))
	}
	w.line("weights = %s", w.quote(weightsName))
	in := &n.Input
	w.line("\n[input]")
	w.line("width = %d", in.Shape.W)
	w.line("height = %d", in.Shape.H)
	mode := in.Polarity
	if mode == "" {
		mode = Split
	}
	w.line("polarity = %s", w.quote(string(mode)))
	if in.Sensor.Known() {
		w.line("sensor = %s", w.quote(in.Sensor.String()))
	}
	if in.Binary {
		w.line("binary = true")
	}
	w.spikes(in.Spikes)
}

func (w *writer) layer(i int) {
	l := w.n.Layers[i]
	w.line("\n[[layer]]")
	w.line("name = %s", w.quote(w.names[i]))
	in := l.In
	switch {
	case w.ownConn(i):
		w.conn(i, 0, false)
		in = in[1:]
	default:
		w.line("kind = %s", w.quote(kindNone))
		w.size(l.Shape)
		w.layout(l)
	}
	if len(l.Bias) > 0 {
		w.line("bias = %s", w.values(w.names[i]+".bias", l.Bias))
	}
	if len(l.Labels) > 0 {
		q := make([]string, len(l.Labels))
		for k, s := range l.Labels {
			q[k] = w.quote(s)
		}
		w.line("labels = [%s]", strings.Join(q, ", "))
	}
	if !l.Relay() {
		w.line("neuron = { %s }", w.neuron(w.names[i], l.Neuron))
	}
	for k := range l.Poisson {
		w.poisson(&l.Poisson[k])
	}
	for k := range in {
		w.line("\n[[layer.in]]")
		w.conn(i, len(l.In)-len(in)+k, true)
	}
}

// ownConn reports whether the first connection can stand in the layer's own
// table: convolutions and pools give the layer its shape there, which needs a
// source that comes before.
func (w *writer) ownConn(i int) bool {
	in := w.n.Layers[i].In
	if len(in) == 0 {
		return false
	}
	switch in[0].Synapses.(type) {
	case *Conv2D, *Pool:
		return in[0].From < i
	}
	return true
}

func (w *writer) size(s Shape) {
	if s == Flat(s.C) {
		w.line("size = %d", s.C)
		return
	}
	w.line("size = [%d, %d, %d]", s.H, s.W, s.C)
}

// layout says how values of single neurons stand in the file, where it matters.
func (w *writer) layout(l *Layer) {
	values := len(l.Bias)
	if p := l.Neuron; p != nil {
		values = max(values, len(p.Beta), len(p.Threshold), len(p.Drive), len(p.VInit))
	}
	if l.Shape != Flat(l.Shape.C) && values == l.Shape.Len() {
		w.line("layout = %q", layoutDVSim)
	}
}

// conn writes connection k of layer i, into the layer's table or, if further,
// into one of its own.
func (w *writer) conn(i, k int, further bool) {
	l := w.n.Layers[i]
	c := &l.In[k]
	if further || c.From != i-1 {
		from := InputName
		if c.From != FromInput {
			from = w.names[c.From]
		}
		w.line("from = %s", w.quote(from))
	}
	name := w.names[i]
	if k > 0 {
		name = fmt.Sprintf("%s.in%d", name, k)
	}
	w.line("kind = %s", w.quote(c.Synapses.Kind()))
	size := func() {
		if !further {
			w.size(l.Shape)
		}
	}
	weights := name + ".weights"
	switch s := c.Synapses.(type) {
	case *Dense:
		size()
		w.line("layout = %q", layoutDVSim)
		shape := []int{w.n.Source(c.From).Len(), l.Shape.Len()}
		if len(s.W) <= maxInline {
			w.line("weights = %s", rows(s.W, shape[1]))
		} else {
			w.line("weights = %s", w.array(weights, shape, s.W))
		}
	case *Conv2D:
		if !further {
			w.line("channels = %d", l.Shape.C)
		}
		w.line("kernel = %d", s.K)
		if s.Step() != 1 {
			w.line("stride = %d", s.Step())
		}
		if s.Pad != 0 {
			w.line("pad = %d", s.Pad)
		}
		w.line("layout = %q", layoutDVSim)
		if len(s.W) <= maxInline {
			w.line("weights = %s", list(s.W))
		} else {
			w.line("weights = %s", w.array(weights, []int{s.K, s.K, w.n.Source(c.From).C, l.Shape.C}, s.W))
		}
	case *Pool:
		w.pool(s)
		if !further {
			w.layout(l)
		}
	case *Sparse:
		size()
		if !further {
			w.layout(l)
		}
		w.sparse(name, s)
	}
	if c.Delay != 0 {
		w.line("delay = %s", w.delay(c.Delay))
	}
	if c.Receptor != 0 {
		w.line("receptor = %d", c.Receptor)
	}
}

func (w *writer) poisson(p *Poisson) {
	w.line("\n[[layer.poisson]]")
	w.line("rate = %s", strconv.FormatFloat(p.RateHz, 'e', -1, 64))
	w.line("weight = %s", decimal(p.Weight))
	if p.Receptor != 0 {
		w.line("receptor = %d", p.Receptor)
	}
	w.line("seed = %d", p.Seed)
}

func (w *writer) pool(p *Pool) {
	w.line("kernel = %d", p.K)
	switch {
	case p.Scale() == 1:
	case p.Weight == averageWeight(p.K):
		w.line("average = true")
	default:
		w.line("weight = %s", decimal(p.Weight))
	}
}

func (w *writer) sparse(name string, s *Sparse) {
	own := false // delays that the list says
	for _, d := range s.Delay {
		own = own || d != 0
	}
	// Delays that are all 0 overrule the connection's, which a list cannot say.
	if len(s.Target) <= maxInline/4 && (own || len(s.Delay) == 0) {
		w.line("synapses = %s", w.synapses(s, own))
		return
	}
	for w.taken[name+".row"] {
		name += "_"
	}
	w.array(name+".row", nil, s.Row)
	w.array(name+".target", nil, s.Target)
	w.array(name+".weight", nil, s.Weight)
	if len(s.Delay) > 0 {
		w.array(name+".delay", nil, s.Delay)
	}
	w.line("synapses = %s", w.quote(name))
}

// synapses lists them in the text.
func (w *writer) synapses(s *Sparse, delays bool) string {
	var parts []string
	for i := range len(s.Row) - 1 {
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			e := fmt.Sprintf("[%d, %d, %s", i, s.Target[k], decimal(s.Weight[k]))
			if delays {
				e += ", " + w.delay(int64(s.Delay[k]))
			}
			parts = append(parts, e+"]")
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
