package trace

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

// call is one call of Recorder.Spikes.
type call struct {
	layer  int
	t      int64
	index  []uint32
	counts []uint16
}

// script is a run: what an engine tells a recorder.
type script struct {
	info     Info
	calls    []call
	duration int64
}

func (s *script) Info() Info { return s.info }

func (s *script) Replay(r Recorder) error {
	if err := r.Begin(s.info); err != nil {
		return err
	}
	for _, c := range s.calls {
		if err := r.Spikes(c.layer, c.t, c.index, c.counts); err != nil {
			return err
		}
	}
	return r.End(s.duration)
}

// flat lists the spikes of a layer as (t, index, count).
func (s *script) flat(layer int) (out [][3]int64) {
	for _, c := range s.calls {
		if c.layer != layer {
			continue
		}
		for i, j := range c.index {
			n := int64(1)
			if c.counts != nil {
				n = int64(c.counts[i])
			}
			out = append(out, [3]int64{c.t, int64(j), n})
		}
	}
	return out
}

// list keeps calls as they come: the plainest recorder.
type list struct{ script }

func (l *list) Begin(info Info) error { l.script = script{info: info}; return nil }
func (l *list) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	l.calls = append(l.calls, call{layer, t, slices.Clone(index), slices.Clone(counts)})
	return nil
}
func (l *list) End(d int64) error { l.duration = d; return nil }

// tiny is a trace made by hand.
func tiny() *script {
	return &script{
		info: Info{
			Network: "edges", Source: "clip.aedat4", T0: 1_500_000, DtUS: 1000,
			Layers: []Layer{{Name: "input", H: 2, W: 3, C: 2}, {Name: "out", H: 1, W: 1, C: 4, Labels: []string{"0°", "45°", "90°", "135°"}}},
		},
		calls: []call{
			{0, 0, []uint32{0, 5, 11}, []uint16{1, 2, 700}},
			{1, 1, []uint32{3}, nil},
			{0, 3, []uint32{7}, nil},
			{1, 3, []uint32{0, 1}, nil},
			{0, 300, []uint32{1}, []uint16{2}},
		},
		duration: 400,
	}
}

// drawScript makes a random run.
func drawScript(t *rapid.T) *script {
	s := &script{info: Info{
		Network: rapid.StringMatching(`[a-z]{0,8}`).Draw(t, "network"),
		T0:      rapid.Int64().Draw(t, "t0"),
		DtUS:    rapid.Int64Range(0, 5000).Draw(t, "dt"),
	}}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	layers := rapid.IntRange(1, 4).Draw(t, "layers")
	next := make([]int64, layers)
	for l := range layers {
		s.info.Layers = append(s.info.Layers, Layer{
			Name: fmt.Sprintf("l%d", l), H: 1 + rng.IntN(3), W: 1 + rng.IntN(9), C: []int{1, 2, 30, 300}[rng.IntN(4)],
		})
	}
	for range rapid.IntRange(0, 60).Draw(t, "calls") {
		l := rng.IntN(layers)
		c := call{layer: l, t: next[l] + rng.Int64N([]int64{1, 3, 100, 1 << 40}[rng.IntN(4)])}
		next[l] = c.t + 1
		n := s.info.Layers[l].Len()
		p := []float64{0.001, 0.1, 1}[rng.IntN(3)]
		counted := l == 0 && rng.IntN(2) == 0
		for j := range n {
			if rng.Float64() < p {
				c.index = append(c.index, uint32(j))
				if counted {
					c.counts = append(c.counts, uint16(1+rng.IntN(1+rng.IntN(65535))))
				}
			}
		}
		if !slices.ContainsFunc(c.counts, func(n uint16) bool { return n != 1 }) {
			c.counts = nil // as Recorder wants it
		}
		if len(c.index) > 0 {
			s.calls = append(s.calls, c)
			s.duration = max(s.duration, c.t+1)
		}
	}
	return s
}

// sameSpikes compares two runs layer by layer.
func sameSpikes(t interface{ Fatalf(string, ...any) }, got, want *script) {
	if fmt.Sprint(got.info) != fmt.Sprint(want.info) {
		t.Fatalf("info = %+v, want %+v", got.info, want.info)
	}
	if got.duration != want.duration {
		t.Fatalf("duration = %d, want %d", got.duration, want.duration)
	}
	for l := range want.info.Layers {
		if g, w := got.flat(l), want.flat(l); !slices.Equal(g, w) {
			t.Fatalf("layer %d: %d spikes, want %d: %.200v, want %.200v", l, len(g), len(w), g, w)
		}
	}
}

func TestMemoryReplaysWhatItRecorded(t *testing.T) {
	var m Memory // used again and again: Begin must forget everything
	rapid.Check(t, func(t *rapid.T) {
		s := drawScript(t)
		if err := s.Replay(&m); err != nil {
			t.Fatal(err)
		}
		var got list
		if err := m.Replay(&got); err != nil {
			t.Fatal(err)
		}
		sameSpikes(t, &got.script, s)
		if !slices.IsSortedFunc(got.calls, func(a, b call) int {
			if a.t != b.t {
				return int(max(min(a.t-b.t, 1), -1))
			}
			return a.layer - b.layer
		}) {
			t.Fatalf("Memory.Replay is not in the order (time, layer)")
		}
		for l, n := range m.Counts() {
			var want, neurons int64
			for _, f := range s.flat(l) {
				want += f[2]
			}
			for _, k := range m.NeuronCounts(l) {
				neurons += k
			}
			if n != want || neurons != want {
				t.Fatalf("layer %d: Counts = %d, sum of NeuronCounts = %d, want %d", l, n, neurons, want)
			}
		}
	})
}

func TestRate(t *testing.T) {
	var m Memory
	if err := tiny().Replay(&m); err != nil {
		t.Fatal(err)
	}
	// 3 spikes of 4 neurons in 400 steps of 1 ms.
	if got, want := m.Rate(1), 3/0.4/4; got != want {
		t.Errorf("Rate = %v, want %v", got, want)
	}
	if got := m.Counts(); !slices.Equal(got, []int64{706, 3}) {
		t.Errorf("Counts = %v", got)
	}
}

// TestHashDefinition computes the hash from its definition, byte by byte.
func TestHashDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScript(t)
		var h Hash
		if err := s.Replay(&h); err != nil {
			t.Fatal(err)
		}
		var all []byte
		for l, layer := range s.info.Layers {
			var rec []byte
			for _, f := range s.flat(l) {
				rec = binary.LittleEndian.AppendUint64(rec, uint64(f[0]))
				rec = binary.LittleEndian.AppendUint32(rec, uint32(f[1]))
				rec = binary.LittleEndian.AppendUint32(rec, uint32(f[2]))
			}
			all = binary.LittleEndian.AppendUint64(all, uint64(layer.H*layer.W*layer.C))
			all = binary.LittleEndian.AppendUint64(all, uint64(len(rec)/16))
			all = binary.LittleEndian.AppendUint64(all, xxhash.Sum64(rec))
		}
		if want := fmt.Sprintf("%016x", xxhash.Sum64(all)); h.Sum() != want {
			t.Fatalf("Sum = %s, want %s", h.Sum(), want)
		}
	})
}

// TestHashIgnoresInterleaving: layers may be told one after the other or mixed.
func TestHashIgnoresInterleaving(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScript(t)
		var a, b Hash
		if err := s.Replay(&a); err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(s.calls, func(x, y call) int { return x.layer - y.layer })
		s.duration, s.info.Network = 0, "another name"
		if err := s.Replay(&b); err != nil {
			t.Fatal(err)
		}
		if a.Sum() != b.Sum() {
			t.Fatalf("%s != %s", a.Sum(), b.Sum())
		}
	})
}

// TestGoldenHash pins the definition: these numbers are in files and in people's
// notes. The number of the tiny trace was computed by a program in another language
// that was written from the specification.
func TestGoldenHash(t *testing.T) {
	var h Hash
	if err := tiny().Replay(&h); err != nil {
		t.Fatal(err)
	}
	if got, want := h.Sum(), "8ab17b4c02407af0"; got != want {
		t.Errorf("hash of the tiny trace = %s, want %s: the definition has changed", got, want)
	}
	if err := h.Begin(Info{}); err != nil {
		t.Fatal(err)
	}
	// xxHash64 of nothing, from the specification's reference implementation.
	if got, want := h.Sum(), "ef46db3751d8e999"; got != want {
		t.Errorf("hash of a trace without layers = %s, want %s", got, want)
	}
}

func TestRulesAreChecked(t *testing.T) {
	for _, c := range []struct {
		name string
		call call
		want string
	}{
		{"layer", call{2, 400, []uint32{0}, nil}, "spikes of layer 2, but 2 layers"},
		{"time", call{1, 3, []uint32{2}, nil}, "time 3 after time 3"},
		{"negative", call{1, -1, []uint32{2}, nil}, "negative time -1"},
		{"order", call{0, 400, []uint32{2, 2}, nil}, "neuron 2 after neuron 2"},
		{"range", call{1, 400, []uint32{4}, nil}, "neuron 4 of 4"},
		{"counts", call{0, 400, []uint32{1, 2}, []uint16{1}}, "1 counts for 2 spikes"},
		{"zero", call{0, 400, []uint32{1}, []uint16{0}}, "spikes 0 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tiny()
			s.calls = append(s.calls, c.call)
			var m Memory
			if err := s.Replay(&m); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want one with %q", err, c.want)
			}
		})
	}
	var m Memory
	if err := m.Begin(Info{Layers: []Layer{{Name: "none", H: 0, W: 1, C: 1}}}); err == nil {
		t.Error("a layer without neurons is accepted")
	}
}

func TestTee(t *testing.T) {
	var a, b Memory
	s := tiny()
	if err := s.Replay(Tee(&a, nil, &b)); err != nil {
		t.Fatal(err)
	}
	if d := Diff(&a, &b); d != nil {
		t.Errorf("the two differ: %v", d)
	}
	if Tee(nil, &a) != Recorder(&a) {
		t.Error("a Tee of one is not that one")
	}
	s.calls = append(s.calls, call{1, 0, []uint32{0}, nil})
	if err := s.Replay(Tee(&a, &b)); err == nil {
		t.Error("the error of a recorder is lost")
	}
}

func TestDiff(t *testing.T) {
	var a Memory
	if err := tiny().Replay(&a); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*script)
		want   string
	}{
		{"equal", func(s *script) { s.info.Network = "other" }, "<nil>"},
		{"missing", func(s *script) { s.calls[3].index = []uint32{1} }, `layer 1 "out", time 3, neuron 0: a 1, b 0`},
		{"extra", func(s *script) { s.calls[1].index = []uint32{0, 3} }, `layer 1 "out", time 1, neuron 0: a 0, b 1`},
		{"time", func(s *script) { s.calls[1].t = 2 }, `layer 1 "out", time 1, neuron 3: a 1, b 0`},
		{"count", func(s *script) { s.calls[0].counts[1] = 9 }, `layer 0 "input", time 0, neuron 5: a 2, b 9`},
		{"no counts", func(s *script) { s.calls[0].counts = nil }, `layer 0 "input", time 0, neuron 5: a 2, b 1`},
		{"end", func(s *script) { s.calls = s.calls[:4] }, `layer 0 "input", time 300, neuron 1: a 2, b 0`},
		{"duration", func(s *script) { s.duration = 5 }, "the spikes are equal, the durations are 400 and 5"},
		{"step", func(s *script) { s.info.DtUS = 0 }, "the steps are 1000 and 0 µs"},
		{"layers", func(s *script) { s.info.Layers = s.info.Layers[:1]; s.calls = nil }, "there are 2 and 1 layers"},
		{"shape", func(s *script) { s.info.Layers[1].W = 3 }, `the shapes of layer 1 are 1×1×4 ("out") and 1×3×4 ("out")`},
		// The earlier time wins over the lower layer.
		{"two", func(s *script) { s.calls[1].index[0]--; s.calls[4].index[0]++ }, `layer 1 "out", time 1, neuron 2: a 0, b 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tiny()
			c.change(s)
			var b Memory
			if err := s.Replay(&b); err != nil {
				t.Fatal(err)
			}
			got := "<nil>"
			if d := Diff(&a, &b); d != nil {
				got = d.String()
			}
			if got != c.want {
				t.Errorf("Diff = %s, want %s", got, c.want)
			}
		})
	}
}

func TestHashAllocatesNothing(t *testing.T) {
	var h Hash
	s := tiny()
	if err := s.Replay(&h); err != nil {
		t.Fatal(err)
	}
	c := s.calls[0]
	if a := testing.AllocsPerRun(100, func() { h.Spikes(0, 500, c.index, c.counts) }); a != 0 {
		t.Errorf("%v allocations a call", a)
	}
}
