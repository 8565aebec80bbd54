package network

import (
	"fmt"
	"strings"

	"dvsim/neuron"
)

// Check looks for everything that is wrong with the network and returns it as
// [Problems], or nil. What passes Check runs.
func (n *Network) Check() error { return n.problems().err() }

func (n *Network) problems() Problems {
	c := checker{n: n}
	c.network()
	for i, l := range n.Layers {
		if l == nil {
			c.add(place{i, -1, ""}, "the layer is nil", "")
			continue
		}
		c.layer(i, l)
	}
	c.cycles()
	return c.found
}

type checker struct {
	n     *Network
	found Problems
}

func (c *checker) add(at place, msg, hint string) {
	where := ""
	switch {
	case at.layer >= 0:
		where = c.n.where(at.layer)
		if l := c.n.Layers[at.layer]; at.conn >= 0 && len(l.In) > 1 {
			where += ", connection from " + c.sourceName(l.In[at.conn].From)
		}
	case at.key != "":
		where = at.key
	}
	c.found = append(c.found, Problem{Where: where, Msg: msg, Hint: hint, place: at})
}

// where names a layer: by its name, or by its number if it has none.
func (n *Network) where(layer int) string {
	if l := n.Layers[layer]; l != nil && l.Name != "" {
		return fmt.Sprintf("layer %q", l.Name)
	}
	return fmt.Sprintf("layer %d", layer)
}

func (c *checker) sourceName(from int) string {
	if from < FromInput || from >= len(c.n.Layers) || from >= 0 && c.n.Layers[from] == nil {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%q", c.n.SourceName(from))
}

func (c *checker) network() {
	n := c.n
	whole := place{-1, -1, ""}
	input := place{-1, -1, InputName}
	if n.DtUS < 0 {
		c.add(whole, fmt.Sprintf("the step is %d µs", n.DtUS), "a step is positive; 0 makes the network continuous")
	}
	if len(n.Layers) == 0 {
		c.add(whole, "the network has no layers", "")
	}
	names := map[string]int{}
	for i, l := range n.Layers {
		if l == nil || l.Name == "" {
			continue
		}
		if l.Name == InputName {
			c.add(place{i, -1, "name"}, `the name "input" is taken by the input`, "choose another")
		}
		if first, dup := names[l.Name]; dup {
			c.add(place{i, -1, "name"}, fmt.Sprintf("the name is already that of layer %d", first), "names must differ")
			continue
		}
		names[l.Name] = i
	}
	in := n.Input
	switch {
	case !in.Shape.valid():
		c.add(input, fmt.Sprintf("the shape %d×%d×%d (rows × columns × channels) is impossible", in.Shape.H, in.Shape.W, in.Shape.C), "")
	case max(in.Shape.H, in.Shape.W) > maxPixels:
		c.add(input, fmt.Sprintf("the shape %s has a side of more than %s", in.Shape, count(maxPixels)), "pixels are counted with 16 bits; fold a long input into rows")
	}
	switch in.Polarity {
	case "", Split, Merged, OnOnly, OffOnly:
		if want := in.Polarity.Channels(); in.Shape.C != want && in.Shape.valid() {
			mode := in.Polarity
			if mode == "" {
				mode = Split
			}
			c.add(input, fmt.Sprintf("polarity %q makes %d channels, the shape has %d", mode, want, in.Shape.C), "")
		}
	default:
		c.add(input, fmt.Sprintf("unknown polarity %q", in.Polarity), suggest(string(in.Polarity), polarities))
	}
	if g := in.Sensor; g.Width < 0 || g.Height < 0 || (g.Width > 0) != (g.Height > 0) || max(g.Width, g.Height) > maxPixels {
		c.add(input, fmt.Sprintf("the sensor size %d×%d is impossible", g.Width, g.Height), "")
	}
	if len(c.found) == 0 {
		c.spikes()
	}
}

func (c *checker) layer(i int, l *Layer) {
	at := place{i, -1, ""}
	if !l.Shape.valid() {
		c.add(at, fmt.Sprintf("the shape %d×%d×%d (rows × columns × channels) is impossible", l.Shape.H, l.Shape.W, l.Shape.C),
			fmt.Sprintf("a layer has 1 to %s neurons", count(maxNeurons)))
		return // nothing else can be judged
	}
	size := l.Shape.Len()
	if k := len(l.Bias); k != 0 && k != size && k != l.Shape.C {
		want := count(size)
		if size != l.Shape.C {
			want = fmt.Sprintf("%s (one a channel) or %s (one a neuron)", count(l.Shape.C), count(size))
		}
		c.add(place{i, -1, "bias"}, fmt.Sprintf("%s biases are needed, there are %s", want, count(k)), "")
	}
	for _, msg := range finite("biases", l.Bias) {
		c.add(place{i, -1, "bias"}, msg, "")
	}
	if k := len(l.Labels); k != 0 && k != l.Shape.C {
		c.add(place{i, -1, "labels"}, fmt.Sprintf("%d labels for %s channels", k, count(l.Shape.C)), "give one a channel, or none")
	}
	if c.n.Continuous() && len(l.Bias) > 0 {
		c.add(place{i, -1, "bias"}, "a continuous network has no bias", "use the neuron's drive")
	}
	if l.Relay() {
		c.relay(i, l)
	} else {
		if len(l.In) == 0 && len(l.Bias) == 0 && len(l.Neuron.Drive) == 0 && len(l.Poisson) == 0 {
			c.add(at, "nothing arrives at the layer", "give it a connection, a bias, a drive or a generator")
		}
		if len(l.Bias) > 0 && l.Neuron.Model == neuron.COBA {
			c.add(place{i, -1, "bias"}, "a layer of model coba has no bias", "use the neuron's drive")
		}
		c.poisson(i, l)
		for _, msg := range l.Neuron.Check(size, c.n.DtUS) {
			c.add(place{i, -1, "neuron"}, msg, "")
		}
	}
	for k := range l.In {
		c.conn(i, k)
	}
}

// relay checks a layer without neurons: it may only pool.
func (c *checker) relay(i int, l *Layer) {
	if len(l.Bias) > 0 {
		c.add(place{i, -1, "bias"}, "a layer without neurons has no bias", "")
	}
	if len(l.Poisson) > 0 {
		c.add(place{i, -1, "poisson"}, "a layer without neurons has no generator", "")
	}
	if len(l.In) == 0 {
		c.add(place{i, -1, ""}, "nothing arrives at the layer", "")
	}
	for k, cn := range l.In {
		if _, ok := cn.Synapses.(*Pool); !ok && cn.Synapses != nil {
			c.add(place{i, k, "neuron"}, fmt.Sprintf("a layer without neurons can only pool, this is %s", cn.Synapses.Kind()), "give it a neuron")
		}
	}
	c.relaySizes(i, l)
}

func (c *checker) conn(i, k int) {
	n, l := c.n, c.n.Layers[i]
	cn := &l.In[k]
	at := place{i, k, ""}
	if cn.From < FromInput || cn.From >= len(n.Layers) {
		c.add(place{i, k, "from"}, fmt.Sprintf("source %d does not exist", cn.From), fmt.Sprintf("the layers are 0 to %d, the input is %d", len(n.Layers)-1, FromInput))
		return
	}
	if cn.Synapses == nil {
		c.add(at, "the connection has no synapses", "")
		return
	}
	if l.Neuron != nil {
		c.receptor(place{i, k, "receptor"}, l, cn.Receptor)
	} else if cn.Receptor != 0 {
		c.add(place{i, k, "receptor"}, "a layer without neurons has no receptors", "")
	}
	if cn.Delay < 0 {
		c.add(place{i, k, "delay"}, fmt.Sprintf("the delay is %d", cn.Delay), "a delay is not negative")
	}
	if cn.From >= 0 && n.Layers[cn.From] == nil {
		return
	}
	if in := n.Source(cn.From); in.valid() {
		for _, f := range cn.Synapses.check(in, l.Shape) {
			c.add(place{i, k, f.key}, f.msg, "")
		}
		if l.Neuron != nil && l.Neuron.Model == neuron.COBA {
			c.conductances(place{i, k, "weights"}, cn.Synapses)
		}
	}
}

// cycles reports each cycle of connections without delay by its names, and
// layers that stand before their source.
func (c *checker) cycles() {
	n := c.n
	sources := make([][]int, len(n.Layers)) // without delay
	for i, l := range n.Layers {
		if l == nil {
			continue
		}
		for k := range l.In {
			cn := &l.In[k]
			if cn.From >= 0 && cn.From < len(n.Layers) && cn.Synapses != nil && cn.MinDelay() == 0 {
				sources[i] = append(sources[i], cn.From)
			}
		}
	}
	inCycle := make([]bool, len(n.Layers))
	for i := range n.Layers {
		if inCycle[i] {
			continue
		}
		path := cycleThrough(i, sources)
		if path == nil {
			continue
		}
		names := make([]string, len(path))
		for k, at := range path {
			names[k] = c.n.SourceName(at)
			inCycle[at] = true
		}
		// The connection that closes the cycle is the one to delay: it arrives at i.
		k := 0
		for j := range n.Layers[i].In {
			if n.Layers[i].In[j].From == path[len(path)-2] {
				k = j
			}
		}
		c.add(place{i, k, "delay"}, "a cycle without delay: "+strings.Join(names, " → "), "give one of these connections a delay of at least one step")
	}
	for i, from := range sources {
		for k, j := range from {
			if j > i && !inCycle[i] {
				c.add(place{i, k, "from"}, fmt.Sprintf("its source %q comes later and the connection has no delay", n.Layers[j].Name), "move the source before it, or give a delay")
			}
		}
	}
}

// cycleThrough returns the shortest cycle that starts and ends at start, in the
// direction of the spikes, or nil.
func cycleThrough(start int, sources [][]int) []int {
	next := make(map[int]int) // from a layer towards start, along the spikes
	queue := []int{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, from := range sources[at] {
			if from == start {
				path := []int{start}
				for at != start {
					path = append(path, at)
					at = next[at]
				}
				return append(path, start)
			}
			if _, seen := next[from]; !seen {
				next[from] = at
				queue = append(queue, from)
			}
		}
	}
	return nil
}

var polarities = []string{string(Split), string(Merged), string(OnOnly), string(OffOnly)}
