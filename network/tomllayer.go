package network

import (
	"fmt"
	"math"

	"dvsim/neuron"
)

// layerReader builds one layer from its table.
type layerReader struct {
	r     *reader
	t     *table
	i     int
	layer *Layer
	names map[string]int // layers by name
	kind  string
	from  int // source of the first connection
	// conns runs beside layer.In: where each connection comes from.
	conns    []*connReader
	broken   bool // its shape could not be found; said already
	noNeuron bool // its neuron is a stand-in; said already
}

// connReader is where a connection stands in the file.
type connReader struct {
	t      *table
	suffix string // "_rec" for the keys of a recurrent layer's second connection
	broken bool   // its synapses could not be built; said already
}

// key is the name in the file of a key that Check reports.
func (c *connReader) key(key string) string {
	switch key {
	case "weights", "delay":
		return key + c.suffix
	case "from":
		return "from"
	}
	return key
}

var layerKinds = []string{"dense", "conv2d", "pool", "recurrent", "sparse", kindPopulation, kindNone}

// kindNone is the kind of a layer whose table has no connection: all of them, if
// there are any, stand in [[layer.in]]. For people it has a second name.
const (
	kindNone       = "none"
	kindPopulation = "population"
)

var connKinds = []string{"dense", "conv2d", "pool", "sparse"}

// shape reads what says the layer's size: kind, source, and the sizes.
func (l *layerReader) shape() {
	t := l.t
	if l.kind = t.choice("kind", "dense", layerKinds); l.kind == kindPopulation {
		l.kind = kindNone
	}
	l.from = l.i - 1 // the layer before; FromInput for the first
	if l.kind != kindNone && !l.source(t, &l.from) {
		l.broken = true
		t.get("size")
		return
	}
	switch l.kind {
	case "conv2d":
		channels, ok := t.integer("channels", 1, maxNeurons)
		c, okC := l.conv(t)
		if !t.has("channels") {
			t.bad("channels", "a conv2d layer needs channels", "")
		}
		in, okIn := l.sourceShape()
		if l.broken = !ok || !okC || !okIn; !l.broken {
			l.layer.Shape = c.OutShape(in, channels)
			if l.layer.Shape.H < 1 || l.layer.Shape.W < 1 {
				t.bad("kernel", fmt.Sprintf("a kernel of %d×%d with pad %d does not fit %d×%d sites", c.K, c.K, c.Pad, in.H, in.W), "")
				l.broken = true
			}
		}
	case "pool":
		p, ok := l.pool(t)
		in, okIn := l.sourceShape()
		if l.broken = !ok || !okIn; !l.broken {
			l.layer.Shape = p.OutShape(in)
			if l.layer.Shape.H < 1 || l.layer.Shape.W < 1 {
				t.bad("kernel", fmt.Sprintf("a pool of %d×%d does not fit %d×%d sites", p.K, p.K, in.H, in.W), "")
				l.broken = true
			}
		}
	default:
		l.broken = !l.size()
	}
}

// size reads size = 100 or size = [rows, columns, channels].
func (l *layerReader) size() bool {
	t := l.t
	v, ok := t.get("size")
	if !ok {
		t.bad("size", fmt.Sprintf("a layer of kind %s needs a size", l.kind), "write size = 100, or size = [rows, columns, channels]")
		return false
	}
	list, isList := v.([]any)
	if !isList {
		n, ok := t.integer("size", 1, maxNeurons)
		l.layer.Shape = Flat(n)
		return ok
	}
	var d [3]int
	ok = len(list) == 3
	for i, e := range list {
		n, isInt := e.(int64)
		if ok = ok && isInt && n >= 1 && n <= maxNeurons; ok {
			d[i] = int(n)
		}
	}
	s := Shape{d[0], d[1], d[2]}
	if ok = ok && s.valid(); !ok {
		t.bad("size", "size must be a whole number or [rows, columns, channels]", "")
		return false
	}
	l.layer.Shape = s
	return true
}

// source reads the key from.
func (l *layerReader) source(t *table, from *int) bool {
	name := t.str("from", "")
	if name == "" {
		if t.has("from") {
			if _, ok := t.m["from"].(string); ok {
				t.bad("from", "from is empty", "")
			}
			return false
		}
		return true
	}
	if name == InputName {
		*from = FromInput
		return true
	}
	if i, ok := l.names[name]; ok {
		*from = i
		return true
	}
	all := []string{InputName}
	for _, o := range l.r.net.Layers {
		all = append(all, o.Name)
	}
	t.bad("from", fmt.Sprintf("unknown layer %q", name), suggest(name, all))
	return false
}

// sourceShape is the shape of the first source, which must come before a layer
// that takes its shape from it.
func (l *layerReader) sourceShape() (Shape, bool) {
	if l.from >= l.i {
		l.t.bad("from", fmt.Sprintf("a %s layer takes its shape from its source, which must come before it", l.kind),
			"add a backward connection with [[layer.in]]")
		return Shape{}, false
	}
	if l.from >= 0 && l.r.layers[l.from].broken {
		return Shape{}, false // said there
	}
	return l.r.net.Source(l.from), true
}

// rest reads connections, neuron, bias and labels, when all shapes are known.
func (l *layerReader) rest() {
	t := l.t
	kind := l.kind
	if kind == "recurrent" {
		kind = "dense"
	}
	if kind != kindNone {
		l.conn(t, kind, l.from, "")
	}
	if l.kind == "recurrent" {
		l.conn(t, kind, l.i, "_rec")
	}
	for k, ct := range t.subs("in") {
		ct.where = fmt.Sprintf("layer %q, in %d", l.layer.Name, k+1)
		from := l.i - 1
		ok := l.source(ct, &from)
		if !ct.has("from") {
			ct.bad("from", "a further connection must say where it comes from", "")
			ok = false
		}
		def := "dense"
		if ct.has("synapses") || ct.has("rule") {
			def = "sparse"
		}
		kind := ct.choice("kind", def, connKinds)
		if ok {
			l.conn(ct, kind, from, "")
		} else {
			ct.known = append(ct.known, connKeys...)
		}
		ct.finish()
	}
	l.neuron()
	l.bias()
	l.poisson()
	l.layer.Labels = t.texts("labels")
	t.choice("layout", layoutTorch, layouts)
	t.elsewhere = l.elsewhere()
	t.finish()
}

// elsewhere says of keys of neurons and of other kinds of layers where they belong.
func (l *layerReader) elsewhere() map[string]string {
	m := map[string]string{
		"channels": "only a conv2d layer has channels",
		"kernel":   "only a conv2d or pool layer has a kernel",
		"stride":   "only a conv2d layer has a stride",
		"pad":      "only a conv2d layer has a pad",
		"average":  "only a pool layer has average",
		"synapses": "only a sparse layer has synapses",
		"rule":     "only a sparse layer has a rule",
	}
	if l.kind == kindNone {
		for _, k := range []string{"from", "weights", "init", "delay", "rule", "weight", "receptor"} {
			m[k] = "the connections of a layer of kind none stand in [[layer.in]]"
		}
	}
	for _, k := range []string{"model", "beta", "tau", "threshold", "reset", "reset_now", "inhibition", "graded", "refractory", "drive", "v_reset", "v_init", "tau_syn", "reversal", "syn_init"} {
		m[k] = fmt.Sprintf("did you mean %q inside neuron = { … }?", k)
	}
	return m
}

// connKeys are the keys of a connection, known where one cannot be read further.
var connKeys = []string{"weights", "layout", "init", "delay", "kernel", "stride", "pad", "average", "weight", "synapses", "rule", "receptor"}

// conn reads one connection and appends it.
func (l *layerReader) conn(t *table, kind string, from int, suffix string) {
	c := &connReader{t: t, suffix: suffix}
	cn := Conn{From: from}
	in := Shape{}
	if from == FromInput || !l.r.layers[from].broken {
		in = l.r.net.Source(from)
	}
	name := fmt.Sprintf("%s.weights", l.layer.Name)
	if len(l.layer.In) > 0 {
		name = fmt.Sprintf("%s.in%d.weights", l.layer.Name, len(l.layer.In))
	}
	b := synapseReader{
		r: l.r, t: t, name: name, in: in, out: l.layer.Shape,
		weights: "weights" + suffix, init: "init" + suffix, from: from, to: l.i,
		ready: in.valid() && l.layer.Shape.valid() && !l.broken,
	}
	switch kind {
	case "dense":
		cn.Synapses = b.dense()
	case "conv2d":
		conv, ok := l.conv(t)
		b.ready = b.ready && ok
		cn.Synapses = b.conv(conv)
	case "pool":
		p, ok := l.pool(t)
		b.failed = !ok
		cn.Synapses = p
	case "sparse":
		cn.Synapses = b.sparse()
	}
	c.broken = b.failed || !b.ready
	if !b.ownDelays {
		cn.Delay = l.delay(t, "delay"+suffix, suffix != "")
	}
	if c.broken && kind == "sparse" && cn.Delay == 0 {
		cn.Delay = 1 // the synapses may have had delays: no cycle is to be seen here
	}
	cn.Receptor, _ = t.integer("receptor", 0, neuron.MaxReceptors-1)
	l.layer.In = append(l.layer.In, cn)
	l.conns = append(l.conns, c)
}

// delay reads a delay: a time, or steps in a clocked network.
func (l *layerReader) delay(t *table, key string, recurrent bool) int64 {
	dt := l.r.net.DtUS
	v, ok := t.get(key)
	if !ok {
		if recurrent && dt > 0 {
			return 1
		}
		if recurrent {
			t.bad(key, "a recurrent connection of a continuous network needs a delay", fmt.Sprintf(`write %s = "1ms"`, key))
			return 1
		}
		return 0
	}
	if steps, isInt := v.(int64); isInt && (dt > 0 || steps == 0) {
		if steps < 0 || steps > math.MaxInt32 {
			t.wrong(key, "a time, or a whole number of steps that is not negative")
			return 1
		}
		return steps
	}
	us, ok := t.duration(key)
	if !ok {
		return 1
	}
	if dt == 0 {
		return us
	}
	if us%dt != 0 {
		t.bad(key, fmt.Sprintf("%s = %q is no whole number of steps of %s", key, v, formatDuration(dt)), "")
		return 1
	}
	return us / dt
}

// conv reads the sizes of a convolution.
func (l *layerReader) conv(t *table) (*Conv2D, bool) {
	k, ok := t.integer("kernel", 1, maxSide)
	if !t.has("kernel") {
		t.bad("kernel", "a convolution needs a kernel", "write kernel = 3")
	}
	c := &Conv2D{K: k, Stride: 1}
	if s, okS := t.integer("stride", 1, maxSide); okS {
		c.Stride = s
	} else if t.has("stride") {
		ok = false
	}
	if p, okP := t.integer("pad", 0, maxSide); okP {
		c.Pad = p
	} else if t.has("pad") {
		ok = false
	}
	return c, ok
}

// pool reads the sizes of a pooling.
func (l *layerReader) pool(t *table) (*Pool, bool) {
	k, ok := t.integer("kernel", 1, maxSide)
	if !t.has("kernel") {
		t.bad("kernel", "a pool needs a kernel", "write kernel = 2")
	}
	p := &Pool{K: max(k, 1)}
	if t.boolean("average") {
		p.Weight = averageWeight(p.K)
	}
	if w := t.number("weight", 0); t.has("weight") {
		p.Weight = float32(w)
		switch {
		case t.has("average"):
			t.bad("weight", "weight and average exclude each other", "")
		case p.Weight == 0:
			t.bad("weight", "a pool of weight 0 hands on nothing", "leave the weight out for 1")
		}
	}
	return p, ok
}

// neuron reads the neuron table.
func (l *layerReader) neuron() {
	t := l.t.sub("neuron")
	if t == nil {
		if l.kind == "pool" || l.kind == kindNone && l.onlyPools() {
			return // a relay
		}
		if !l.t.has("neuron") {
			l.t.bad("neuron", "the layer needs a neuron", `write neuron = { model = "leaky", beta = 0.9 }`)
		}
		l.layer.Neuron = &neuron.Params{Model: neuron.LIF} // a stand-in
		l.noNeuron = true
		return
	}
	n := neuronReader{l: l, t: t}
	l.layer.Neuron = n.params()
	t.finish()
}

// onlyPools reports whether all that arrives at the layer is pooled.
func (l *layerReader) onlyPools() bool {
	for _, c := range l.layer.In {
		if _, ok := c.Synapses.(*Pool); !ok {
			return false
		}
	}
	return len(l.layer.In) > 0
}

// bias reads the bias: a number, an array, an array of the .npz, or true to draw it.
func (l *layerReader) bias() {
	t := l.t
	v, ok := t.get("bias")
	if !ok {
		return
	}
	if draw, isBool := v.(bool); isBool {
		if draw && !l.broken && l.r.afford(t, "bias", l.layer.Shape.C) {
			l.layer.Bias = make([]float32, l.layer.Shape.C)
			Init{Seed: l.r.seed}.Fill(l.layer.Bias, l.layer.Name+".bias", l.fanIn())
		}
		return
	}
	b := l.r.values(t, "bias", l.layer.Shape, l.layout())
	if len(b) == 1 && l.layer.Shape.C > 1 && !l.broken && l.r.afford(t, "bias", l.layer.Shape.C) {
		x := b[0]
		b = make([]float32, l.layer.Shape.C)
		for i := range b {
			b[i] = x
		}
	}
	l.layer.Bias = b
}

// fanIn is the number of synapses that arrive at a neuron through the first connection.
func (l *layerReader) fanIn() int {
	if len(l.layer.In) == 0 {
		return 1
	}
	in := l.r.net.Source(l.layer.In[0].From)
	if c, ok := l.layer.In[0].Synapses.(*Conv2D); ok {
		return product(c.K, c.K, in.C)
	}
	return in.Len()
}

// layout is how the layer's arrays are stored in the file.
func (l *layerReader) layout() string {
	if s, ok := l.t.m["layout"].(string); ok {
		return s
	}
	return layoutTorch
}
