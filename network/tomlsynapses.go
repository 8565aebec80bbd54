package network

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"dvsim/internal/npz"
)

// synapseReader builds the synapses of one connection.
type synapseReader struct {
	r             *reader
	from, to      int // source and target; equal for a layer onto itself
	t             *table
	name          string // of the weights' random stream
	in, out       Shape
	weights, init string // the keys
	ready         bool   // both shapes are known
	failed        bool   // a problem was reported: the synapses are a stand-in
	ownDelays     bool   // the key delay was read with the synapses, which have one each
}

func (b *synapseReader) dense() Synapses {
	d := &Dense{}
	v, shape, layout, ok := b.source(product(b.in.Len(), b.out.Len()), b.in.Len())
	if !ok {
		return d
	}
	if shape == nil { // drawn
		d.W = v
		return d
	}
	d.W = b.accept(denseWeights(v, shape, layout, b.in, b.out))
	return d
}

func (b *synapseReader) conv(c *Conv2D) Synapses {
	v, shape, layout, ok := b.source(product(c.K, c.K, b.in.C, b.out.C), product(c.K, c.K, b.in.C))
	if !ok {
		return c
	}
	if shape == nil {
		c.W = v
		return c
	}
	c.W = b.accept(convWeights(v, shape, layout, c.K, b.in.C, b.out.C))
	return c
}

// accept passes weights on, or reports why they do not fit.
func (b *synapseReader) accept(w []float32, err error) []float32 {
	var h *hinted
	if errors.As(err, &h) {
		what := b.weights
		if name, ok := b.t.m[b.weights].(string); ok {
			what += fmt.Sprintf(" %q", name)
		}
		b.fail(b.weights, what+" "+h.msg, h.hint)
		return nil
	}
	return w
}

func (b *synapseReader) fail(key, msg, hint string) {
	b.failed = true
	b.t.bad(key, msg, hint)
}

// source finds the weights: an array in the file or the .npz with its shape and
// layout, or n drawn ones with a nil shape.
func (b *synapseReader) source(n, fanIn int) (v []float32, shape []int, layout string, ok bool) {
	t := b.t
	layout = t.choice("layout", layoutTorch, layouts)
	w, hasWeights := t.get(b.weights)
	it := t.sub(b.init)
	var in Init
	if it != nil {
		in = b.r.init(it)
	}
	switch {
	case hasWeights && t.has(b.init):
		b.fail(b.init, fmt.Sprintf("%s and %s exclude each other", b.weights, b.init), "")
	case !hasWeights && !t.has(b.init):
		b.fail(b.weights, "the connection has no weights", fmt.Sprintf(`write %s = "array in the .npz", %s = [[…]], or %s = { kind = "uniform" }`, b.weights, b.weights, b.init))
	case hasWeights:
		if key, isText := w.(string); isText {
			v, shape, ok = b.r.array(t, b.weights, key)
		} else {
			v, shape, ok = b.r.inline(t, b.weights)
		}
		if shape == nil {
			shape = []int{}
		}
		b.failed = b.failed || !ok
		return v, shape, layout, ok && b.ready
	case it == nil:
		b.failed = true // no table; said already
	case b.ready:
		if !b.r.afford(t, b.init, n) {
			b.failed = true
			break
		}
		v = make([]float32, n)
		in.Fill(v, b.name, fanIn)
		return v, nil, layout, true
	}
	return nil, nil, layout, false
}

// init reads an init table.
func (r *reader) init(t *table) Init {
	in := Init{Kind: t.choice("kind", "uniform", initKinds), Seed: r.seed}
	if seed, ok := t.integer("seed", 0, 1<<62); ok {
		in.Seed = uint64(seed)
	}
	switch in.Kind {
	case "uniform":
		in.Scale = t.number("scale", 1)
	case "normal":
		in.Mean = t.number("mean", 0)
		in.Std = t.number("std", 0)
	case "constant":
		in.Value = t.number("value", 0)
	}
	t.finish()
	return in
}

// array reads an array of the .npz.
func (r *reader) array(t *table, key, name string) ([]float32, []int, bool) {
	f := r.arrays(t, key)
	if f == nil {
		return nil, nil, false
	}
	if !r.known(t, key, f, name) {
		return nil, nil, false
	}
	info, err := f.Stat(name)
	if err == nil && !r.afford(t, key, info.Len()) {
		return nil, nil, false
	}
	v, shape, err := f.Float32s(name)
	if err != nil {
		t.bad(key, err.Error(), "")
		return nil, nil, false
	}
	return v, shape, true
}

// known reports a name that is not in the .npz.
func (r *reader) known(t *table, key string, f *npz.File, name string) bool {
	if f.Has(name) {
		return true
	}
	t.bad(key, fmt.Sprintf("%s has no array %q", r.weights, name), suggest(name, f.Names()))
	return false
}

// inline reads an array of numbers in the file itself.
func (r *reader) inline(t *table, key string) ([]float32, []int, bool) {
	v, shape, err := numbers(t.m[key])
	if err != nil {
		t.bad(key, fmt.Sprintf("%s %v", key, err), "")
		return nil, nil, false
	}
	return v, shape, true
}

// values reads one value or one a neuron or channel: a number, an array, or the
// name of an array in the .npz. Values for the neurons of a layer with sites are
// in torch's order unless layout says otherwise.
func (r *reader) values(t *table, key string, s Shape, layout string) []float32 {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	var flat []float32
	if name, isText := v.(string); isText {
		flat, _, ok = r.array(t, key, name)
	} else {
		flat, _, ok = r.inline(t, key)
	}
	if !ok {
		return nil
	}
	if len(flat) == s.Len() && len(flat) > 1 && layout == layoutTorch {
		flat = toHWC(flat, s)
	}
	return flat
}

// sparse reads a list of synapses: [source, target, weight, delay] each, or the
// arrays NAME.row, NAME.target, NAME.weight and NAME.delay of the .npz.
func (b *synapseReader) sparse() Synapses {
	v, ok := b.t.get("synapses")
	switch {
	case b.t.has("rule") && ok:
		b.t.get("rule")
		b.fail("rule", "synapses and rule exclude each other", "")
		return &Sparse{}
	case b.t.has("rule"):
		return b.wired()
	case !ok:
		b.fail("synapses", "a sparse connection needs synapses", `write synapses = [[source, target, weight, delay], …], the first part of the names of arrays in the .npz, a file "list.csv", or a rule`)
		return &Sparse{}
	}
	if !b.ready {
		return &Sparse{}
	}
	if name, isText := v.(string); isText {
		if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".npz") {
			return b.listFile(name)
		}
		return b.sparseArrays(name)
	}
	list, ok := v.([]any)
	if !ok {
		b.failed = true
		b.t.wrong("synapses", "an array of [source, target, weight, delay]")
		return &Sparse{}
	}
	if !b.r.afford(b.t, "synapses", b.in.Len()+4*len(list)) {
		b.failed = true
		return &Sparse{}
	}
	var syn []Synapse
	faults := 0
	for i, e := range list {
		s, msg := b.synapse(e)
		if msg == "" {
			syn = append(syn, s)
			continue
		}
		b.failed = true
		if faults++; faults > 10 {
			continue
		}
		line := b.r.line(fmt.Sprintf("%s.synapses[%d]", b.t.path, i), join(b.t.path, "synapses"))
		b.r.add(line, b.t.where, fmt.Sprintf("synapse %d: %s", i+1, msg), "")
	}
	if faults > 10 {
		b.fail("synapses", fmt.Sprintf("%s further synapses are wrong", count(faults-10)), "")
	}
	if b.failed {
		return &Sparse{}
	}
	return NewSparse(b.in.Len(), syn)
}

// synapse reads [source, target, weight] or [source, target, weight, delay].
func (b *synapseReader) synapse(v any) (s Synapse, msg string) {
	list, ok := v.([]any)
	if !ok || len(list) < 3 || len(list) > 4 {
		return s, "write [source, target, weight] or [source, target, weight, delay]"
	}
	src, ok1 := list[0].(int64)
	dst, ok2 := list[1].(int64)
	w, ok3 := toFloat(list[2])
	if !ok1 || !ok2 || !ok3 {
		return s, "source and target are whole numbers, the weight is a number"
	}
	if src < 0 || src >= int64(b.in.Len()) {
		return s, fmt.Sprintf("source %d does not exist, there are %s", src, count(b.in.Len()))
	}
	if dst < 0 || dst >= int64(b.out.Len()) {
		return s, fmt.Sprintf("target %d does not exist, there are %s", dst, count(b.out.Len()))
	}
	s = Synapse{Source: int32(src), Target: int32(dst), Weight: float32(w)}
	if len(list) == 4 {
		s.Delay, msg = b.synapseDelay(list[3])
	}
	return s, msg
}

// synapseDelay reads a delay as the key delay does.
func (b *synapseReader) synapseDelay(v any) (int32, string) {
	dt := b.r.net.DtUS
	d, isInt := v.(int64)
	if !isInt || dt == 0 && d != 0 {
		text, ok := v.(string)
		if !ok {
			return 0, `a delay is a time such as "5ms", or steps in a clocked network`
		}
		us, err := ParseDuration(text)
		if err != nil {
			return 0, err.Error()
		}
		if dt > 0 && us%dt != 0 {
			return 0, fmt.Sprintf("delay %q is no whole number of steps of %s", text, formatDuration(dt))
		}
		d = us / max(dt, 1)
	}
	if d < 0 || d > math.MaxInt32 {
		return 0, fmt.Sprintf("delay %d is impossible", d)
	}
	return int32(d), ""
}

// sparseArrays reads the rows from the .npz.
func (b *synapseReader) sparseArrays(name string) Synapses {
	t := b.t
	s := &Sparse{}
	f := b.r.arrays(t, "synapses")
	if f == nil {
		b.failed = true
		return s
	}
	ints := func(part string, optional bool) []int32 {
		full := name + "." + part
		if optional && !f.Has(full) {
			return nil
		}
		if !b.r.known(t, "synapses", f, full) {
			b.failed = true
			return nil
		}
		v, _, err := f.Int64s(full)
		out := make([]int32, len(v))
		for i, x := range v {
			if out[i] = int32(x); int64(out[i]) != x && err == nil {
				err = fmt.Errorf("array %q: %d at index %d is too large", full, x, i)
			}
		}
		if err != nil {
			b.fail("synapses", err.Error(), "")
		}
		return out
	}
	s.Row = ints("row", false)
	s.Target = ints("target", false)
	s.Delay = ints("delay", true)
	w, _, ok := b.r.array(t, "synapses", name+".weight")
	b.failed = b.failed || !ok
	s.Weight = w
	return s
}
