package network

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dvsim/events"
)

// InputSpike is a spike of an input that a network brings with it: a generator that
// replays a list.
type InputSpike struct {
	T     int64 // µs after the start, ≥ 0
	Index uint32
}

// Spikes is a recording that has the input spikes that the network brings with it, or
// none: what a network runs on by itself. Time 0 is that of the run (sim.Options.T0).
func (n *Network) Spikes() events.Reader {
	g := n.Input.Geometry()
	return &spikeReader{in: &n.Input, left: n.Input.Spikes, head: events.Header{Geometry: g}}
}

type spikeReader struct {
	in   *Input
	left []InputSpike
	head events.Header
}

func (r *spikeReader) Header() *events.Header { return &r.head }

func (r *spikeReader) Read(dst []events.Event) (int, error) {
	if len(r.left) == 0 {
		return 0, io.EOF
	}
	n := min(len(dst), len(r.left))
	s := r.in.Shape
	for k, p := range r.left[:n] {
		i := int(p.Index)
		e := events.Event{T: p.T, X: uint16(i / s.C % s.W), Y: uint16(i / s.C / s.W), P: events.On}
		if s.C == 2 && i%2 == 0 || r.in.Polarity == OffOnly {
			e.P = events.Off
		}
		dst[k] = e
	}
	r.left = r.left[n:]
	return n, nil
}

func (c *checker) spikes() {
	at := place{-1, -1, InputName}
	in := &c.n.Input
	if len(in.Spikes) == 0 {
		return
	}
	if g := in.Geometry(); g.Width != in.Shape.W || g.Height != in.Shape.H {
		c.add(at, "an input with a list of spikes is of the size of its sensor", "leave out the sensor")
	}
	last := int64(0)
	for k, s := range in.Spikes {
		switch {
		case s.T < last:
			c.add(at, fmt.Sprintf("the spikes of the list must ascend in time; number %d at %d µs comes after one at %d µs", k, s.T, last), "")
			return
		case int(s.Index) >= in.Shape.Len():
			c.add(at, fmt.Sprintf("spike %d: input %d does not exist, there are %s", k, s.Index, count(in.Shape.Len())), "")
			return
		}
		last = s.T
	}
}

// spikes reads the key spikes of [input]: [[index, "time"], …], the name of two
// arrays of the .npz (NAME.index, NAME.time in µs), or a file "list.csv" with lines
// index,time.
func (r *reader) spikes(t *table) {
	v, ok := t.get("spikes")
	if !ok {
		return
	}
	var list []InputSpike
	switch v := v.(type) {
	case string:
		var err error
		if strings.HasSuffix(v, ".csv") {
			list, err = r.spikeFile(t, v)
		} else {
			list, err = r.spikeArrays(t, v)
		}
		if err != nil {
			t.bad("spikes", err.Error(), "")
			return
		}
	case []any:
		if !r.afford(t, "spikes", 2*len(v)) {
			return
		}
		for k, e := range v {
			pair, ok := e.([]any)
			if !ok || len(pair) != 2 {
				t.bad("spikes", fmt.Sprintf("spike %d: write [input, \"time\"]", k+1), "")
				return
			}
			s, msg := inputSpike(pair[0], pair[1])
			if msg != "" {
				t.bad("spikes", fmt.Sprintf("spike %d: %s", k+1, msg), "")
				return
			}
			list = append(list, s)
		}
	default:
		t.wrong("spikes", `an array of [input, "time"], or a name`)
		return
	}
	slices.SortStableFunc(list, func(a, b InputSpike) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	})
	r.net.Input.Spikes = list
}

// inputSpike makes a spike of a number and a time with a unit, or of whole µs.
func inputSpike(index, at any) (s InputSpike, msg string) {
	i, ok := index.(int64)
	if !ok || i < 0 || i > maxNeurons {
		return s, fmt.Sprintf("%s is no input", show(index))
	}
	us, isInt := at.(int64)
	if text, isText := at.(string); isText {
		var err error
		if us, err = ParseDuration(text); err != nil {
			return s, err.Error()
		}
	} else if !isInt || us < 0 {
		return s, `a time has a unit: "1.5ms"`
	}
	return InputSpike{us, uint32(i)}, ""
}

func (r *reader) spikeFile(t *table, name string) ([]InputSpike, error) {
	if r.file == "" {
		return nil, fmt.Errorf("%q cannot be read: the network is no file that it could lie beside", name)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.file), path)
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []InputSpike
	in := bufio.NewScanner(f)
	for line := 1; in.Scan(); line++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || text[0] == '#' || line == 1 && strings.HasPrefix(text, "index") {
			continue
		}
		if !r.afford(t, "spikes", 2) {
			return nil, nil
		}
		a, b, _ := strings.Cut(text, ",")
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		var index, at any = a, b
		if n, err := strconv.ParseInt(a, 10, 64); err == nil {
			index = n
		}
		if n, err := strconv.ParseInt(b, 10, 64); err == nil {
			at = n
		}
		s, msg := inputSpike(index, at)
		if msg != "" {
			return nil, fmt.Errorf("%s: line %d: %s; a line is index,time", path, line, msg)
		}
		list = append(list, s)
	}
	return list, in.Err()
}

func (r *reader) spikeArrays(t *table, name string) ([]InputSpike, error) {
	f := r.arrays(t, "spikes")
	if f == nil || !r.known(t, "spikes", f, name+".index") || !r.known(t, "spikes", f, name+".time") {
		return nil, nil
	}
	var cols [2][]int64
	for k, part := range []string{".index", ".time"} {
		st, err := f.Stat(name + part)
		if err != nil {
			return nil, err
		}
		if !r.afford(t, "spikes", 2*st.Len()) {
			return nil, nil
		}
		if cols[k], _, err = f.Int64s(name + part); err != nil {
			return nil, err
		}
	}
	if len(cols[0]) != len(cols[1]) {
		return nil, fmt.Errorf("%s indices and %s times", count(len(cols[0])), count(len(cols[1])))
	}
	list := make([]InputSpike, len(cols[0]))
	for k := range list {
		if i, us := cols[0][k], cols[1][k]; i < 0 || i > math.MaxInt32 || us < 0 {
			return nil, fmt.Errorf("spike %d: input %d at %d µs is impossible", k, i, us)
		}
		list[k] = InputSpike{cols[1][k], uint32(cols[0][k])}
	}
	return list, nil
}

// spikes writes the list: in the text where it is short.
func (w *writer) spikes(list []InputSpike) {
	if len(list) == 0 {
		return
	}
	if len(list) <= maxInline/2 {
		parts := make([]string, len(list))
		for k, s := range list {
			parts[k] = fmt.Sprintf("[%d, %s]", s.Index, w.duration(s.T))
		}
		w.line("spikes = [%s]", strings.Join(parts, ", "))
		return
	}
	index, at := make([]int32, len(list)), make([]int64, len(list))
	for k, s := range list {
		index[k], at[k] = int32(s.Index), s.T
	}
	name := InputName
	for w.taken[name+".index"] || w.taken[name+".time"] {
		name += "_"
	}
	w.array(name+".index", nil, index)
	w.array(name+".time", nil, at)
	w.line("spikes = %s", w.quote(name))
}
