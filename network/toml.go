package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"dvsim/events"
	"dvsim/internal/npz"
)

// Options steers how a network is built.
type Options struct {
	// Geometry is the size of the recording, for networks that take theirs from it;
	// unknown means [DefaultGeometry].
	Geometry events.Geometry
	// Weights is the .npz that overrules the one that the network's file names.
	Weights string
	// DtUS overrules the step, in µs; see [Network.AtStep].
	DtUS int64
	// Seed of the weights that are drawn, of a built-in network too; 0 leaves the
	// seed that the file has (0 if it has none) and that of the built-in network.
	// What has a seed of its own, init = { seed = … }, keeps it.
	Seed uint64
	// MaxWeights bounds the numbers that a network may hold; 0 is 2³⁰ (4 GiB).
	MaxWeights int
}

// DefaultGeometry is the size of the input of a network that takes it from the
// recording, when there is no recording: that of a DAVIS346.
var DefaultGeometry = events.Geometry{Width: 346, Height: 260}

// maxFile bounds the text of a network. Long lists belong into the .npz.
const maxFile = 16 << 20

// weightsName is the file beside the network that holds its weights, unless the
// network names another.
const weightsName = "weights.npz"

// Parse reads the text of a network file (docs/formats/network.md). Weights come
// from opt.Weights only; Open looks beside the file.
func Parse(text []byte, opt Options) (*Network, error) {
	return parse(text, "", "", opt)
}

// parse reads a network file. file is for messages and to find its weights; name
// is what the network is called if the file does not say it.
func parse(text []byte, file, name string, opt Options) (*Network, error) {
	return (&reader{file: file, name: name, opt: opt}).parse(text)
}

func (r *reader) parse(text []byte) (*Network, error) {
	opt := r.opt
	if r.budget = opt.MaxWeights; r.budget == 0 {
		r.budget = 1 << 30
	}
	if len(text) > maxFile {
		r.add(0, "", fmt.Sprintf("the file has %s bytes, at most %s are read", count(len(text)), count(maxFile)), "put weights and synapses into the .npz")
		return nil, r.found
	}
	lines, last, ok := keyLines(string(text))
	if !ok {
		r.add(last, "", "arrays or tables are nested too deep", "")
		return nil, r.found
	}
	r.lines = lines
	var m map[string]any
	if _, err := toml.Decode(string(text), &m); err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			msg := pe.Message
			if msg == "" {
				msg = strings.TrimPrefix(err.Error(), "toml: ")
			}
			r.add(pe.Position.Line, "", msg, "")
		} else {
			r.add(0, "", err.Error(), "")
		}
		return nil, r.found
	}
	defer r.close()
	r.network(&table{r: r, m: m})
	r.check()
	if len(r.found) > 0 {
		slices.SortStableFunc(r.found, func(a, b Problem) int { return a.Line - b.Line })
		return nil, r.found
	}
	if opt.DtUS > 0 {
		return r.net.AtStep(opt.DtUS), nil
	}
	return r.net, nil
}

// reader builds a network from a file and collects what is wrong with it.
type reader struct {
	file   string
	name   string
	opt    Options
	lines  map[string]int
	found  Problems
	net    *Network
	layers []*layerReader
	seed   uint64
	budget int // numbers that may still be allocated

	weights  string // the path of the .npz
	npz      *npz.File
	npzTried bool // opened, or a problem is noted
}

func (r *reader) add(line int, where, msg, hint string) {
	p := Problem{File: r.file, Line: line, Where: where, Msg: msg, Hint: hint}
	if !slices.Contains(r.found, p) { // a key may be read twice
		r.found = append(r.found, p)
	}
}

// line is the line of the first of the paths that has one.
func (r *reader) line(paths ...string) int {
	for _, p := range paths {
		if n := r.lines[p]; n > 0 {
			return n
		}
	}
	return 0
}

// afford takes n numbers from the budget; it reports when that is not enough.
func (r *reader) afford(t *table, key string, n int) bool {
	if n > r.budget {
		t.bad(key, fmt.Sprintf("%s numbers are needed here, too many for one network", count(n)), "")
		return false
	}
	r.budget -= n
	return true
}

func (r *reader) close() {
	if r.npz != nil {
		r.npz.Close()
	}
}

// network reads the top of the file.
func (r *reader) network(t *table) {
	n := &Network{Name: t.str("name", ""), Doc: t.str("doc", "")}
	r.net = n
	if n.Name == "" {
		n.Name = r.name
	}
	continuous := t.boolean("continuous")
	dt, hasDt := t.duration("dt")
	switch {
	case continuous && t.has("dt"):
		t.bad("dt", "a continuous network has no step", "leave out dt or continuous")
	case hasDt && dt == 0:
		t.bad("dt", "the step must be longer than 0", "a network without steps is continuous = true")
	case !continuous && !t.has("dt"):
		t.bad("dt", "the file does not say its step", `write dt = "1ms", or continuous = true for a network without steps`)
	}
	switch {
	case continuous:
	case dt > 0:
		n.DtUS = dt
	default:
		n.DtUS = 1 // a problem is noted; every time is a whole number of these steps
	}
	if seed, ok := t.integer("seed", 0, 1<<62); ok {
		r.seed = uint64(seed)
	}
	if r.opt.Seed != 0 {
		r.seed = r.opt.Seed
	}
	r.weights = r.opt.Weights
	if file := t.str("weights", weightsName); r.weights == "" && r.file != "" {
		r.weights = file
		if !filepath.IsAbs(file) {
			r.weights = filepath.Join(filepath.Dir(r.file), file)
		}
	}
	in := t.sub("input")
	if in == nil {
		in = &table{r: r, m: map[string]any{}, path: "input"}
	}
	r.input(in)
	tables := t.subs("layer")
	t.finish()
	names := map[string]int{}
	for i, lt := range tables {
		l := &layerReader{r: r, t: lt, i: i, layer: &Layer{}}
		l.layer.Name = lt.str("name", fmt.Sprintf("layer%d", i+1))
		lt.where = fmt.Sprintf("layer %q", l.layer.Name)
		r.layers = append(r.layers, l)
		n.Layers = append(n.Layers, l.layer)
		if _, dup := names[l.layer.Name]; !dup {
			names[l.layer.Name] = i
		}
	}
	for _, l := range r.layers {
		l.names = names
		l.shape()
	}
	for _, l := range r.layers {
		l.rest()
	}
	if !t.has("input") && n.Sensorless() {
		n.Input = Input{Shape: Shape{1, 1, 1}, Polarity: Merged} // nobody looks
	}
}

// input reads [input].
func (r *reader) input(t *table) {
	t.where = InputName
	in := &r.net.Input
	in.Polarity = PolarityMode(t.choice("polarity", string(Split), polarities))
	w, okW := t.integer("width", 1, maxPixels)
	h, okH := t.integer("height", 1, maxPixels)
	g := orDefaultGeometry(r.opt.Geometry)
	switch {
	case okW && okH:
		g = events.Geometry{Width: w, Height: h}
	case t.has("width") != t.has("height"):
		key := "width"
		if t.has("height") {
			key = "height"
		}
		t.bad(key, "width and height go together", "give both, or none to take the size of the recording")
	}
	in.Shape = Shape{g.Height, g.Width, in.Polarity.Channels()}
	if s := t.str("sensor", ""); s != "" {
		var err error
		if in.Sensor, err = events.ParseGeometry(s); err != nil {
			t.bad("sensor", err.Error(), "")
		}
	}
	in.Binary = t.boolean("binary")
	r.spikes(t)
	t.finish()
}

// check adds what Check finds, with lines, but for what follows from problems
// that are already reported.
func (r *reader) check() {
	for _, p := range r.net.problems() {
		at := p.place
		p.File = r.file
		switch {
		case at.layer < 0:
			p.Line = r.line(at.key)
		default:
			l := r.layers[at.layer]
			path := l.t.path
			if at.conn >= 0 && at.conn < len(l.conns) {
				c := l.conns[at.conn]
				if c.broken && at.key != "delay" && at.key != "from" {
					continue
				}
				path = c.t.path
				at.key = c.key(at.key)
			}
			if l.noNeuron && at.key == "neuron" {
				continue
			}
			if l.broken && at.key != "name" && at.key != "delay" && at.key != "from" {
				continue
			}
			p.Line = r.line(join(path, at.key), join(path, "size"), path, l.t.path)
		}
		r.found = append(r.found, p)
	}
}

// arrays opens the .npz; nil when it cannot be, which is reported once.
func (r *reader) arrays(t *table, key string) *npz.File {
	if r.npzTried {
		return r.npz
	}
	r.npzTried = true
	if r.weights == "" {
		t.bad(key, fmt.Sprintf("%s = %s names an array, but there is no .npz", key, show(t.m[key])), "")
		return nil
	}
	f, err := npz.Open(r.weights)
	switch {
	case errors.Is(err, os.ErrNotExist):
		t.bad(key, fmt.Sprintf("the weights %s do not exist", r.weights), "name the file with weights = at the top, or with --weights")
	case err != nil:
		t.bad(key, fmt.Sprintf("the weights cannot be read: %v", err), "")
	}
	r.npz = f
	return f
}
