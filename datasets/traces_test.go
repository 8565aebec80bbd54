package datasets_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/sim"
	"dvsim/trace"
)

// traced runs events through a network with a hidden layer and returns its trace as a file.
func traced(t testing.TB, dt int64, hidden int, ev []events.Event) ([]byte, *trace.Memory) {
	t.Helper()
	in := *in8()
	w := make([]float32, in.Shape.Len()*hidden)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range w {
		w[i] = rng.Float32() - 0.4
	}
	net := &network.Network{Name: "n", DtUS: dt, Input: in, Layers: []*network.Layer{{
		Name: "hidden", Shape: network.Flat(hidden), Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}, Threshold: []float32{0.5}},
		In: []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: w}}},
	}}}
	var mem trace.Memory
	eng := sim.NewEvent(net, &sim.Options{Record: &mem})
	if err := eng.Feed(ev); err != nil {
		t.Fatal(err)
	}
	if _, err := eng.Finish(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := mem.Replay(trace.NewWriter(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), &mem
}

func TestFromTraces(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	dir := t.TempDir()
	var evs [][]events.Event
	var mems []*trace.Memory
	for i, class := range []string{"a", "b", "b"} {
		ev := someEvents(rng, g8, 200+300*i, false)
		b, mem := traced(t, 1000, 20, ev)
		if err := os.MkdirAll(filepath.Join(dir, class), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, class, string(rune('1'+i))+".dvt"), b, 0o644); err != nil {
			t.Fatal(err)
		}
		evs, mems = append(evs, ev), append(mems, mem)
	}
	l, err := datasets.Find(dir, datasets.FindOptions{})
	if err != nil || l.Kind != datasets.KindTraces {
		t.Fatal(l, err)
	}

	// The input spikes of a trace are those that encoding the recording gives.
	var recs []datasets.Recording
	for i, ev := range evs {
		recs = append(recs, toyRecording(l.Train[i].Name, l.Train[i].Label, g8, ev...))
	}
	want, _ := encode(t, recs, datasets.Encoding{Input: in8(), DtUS: 1000, Classes: l.Classes})
	for i := range want.Samples {
		want.Samples[i].Name = l.Train[i].Name
	}
	got, rep, err := datasets.FromTraces(context.Background(), l.Train, datasets.TraceOptions{Classes: l.Classes})
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Check(); err != nil || !sameSamples(got, want) {
		t.Errorf("the input differs: %v", err)
	}
	if rep.Recordings != 3 || rep.Spikes != int64(len(evs[0])+len(evs[1])+len(evs[2])) {
		t.Errorf("%+v", rep)
	}

	// The hidden layer.
	got, rep, err = datasets.FromTraces(context.Background(), l.Train, datasets.TraceOptions{Layer: "hidden", Steps: 40, Classes: l.Classes, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Check(); err != nil || got.Layer.Name != "hidden" || got.Layer.Len() != 20 || got.Steps != 40 || got.DtUS != 1000 {
		t.Errorf("%+v, %v", got.Layer, err)
	}
	all := int64(0)
	for i, mem := range mems {
		if n := got.Samples[i].Spikes(); n == 0 {
			t.Errorf("trace %d: no spikes at all", i)
		}
		for at, g := range mem.Groups(1) {
			if at >= 40 {
				continue
			}
			step := got.Samples[i].Step(int(at))
			for k, j := range g.Index {
				if k >= len(step) || step[k] != trace.Pack(j, 1) {
					t.Fatalf("trace %d, step %d: %v, want %v", i, at, step, g.Index)
				}
			}
		}
		all += mem.Counts()[1]
	}
	if all != rep.Spikes+rep.Cut.N || rep.Cut.N == 0 {
		t.Errorf("%d spikes and %d cut, of %d", rep.Spikes, rep.Cut.N, all)
	}
}

func TestFromTracesErrors(t *testing.T) {
	ev := someEvents(rand.New(rand.NewPCG(4, 4)), g8, 300, false)
	good, _ := traced(t, 1000, 20, ev)
	other, _ := traced(t, 500, 20, ev)
	wide, _ := traced(t, 1000, 21, ev)
	var continuous bytes.Buffer
	w := trace.NewWriter(&continuous)
	if err := errors.Join(w.Begin(trace.Info{Layers: []trace.Layer{{Name: "input", H: 8, W: 8, C: 2}}}), w.End(5)); err != nil {
		t.Fatal(err)
	}
	var endless bytes.Buffer
	w = trace.NewWriter(&endless)
	if err := errors.Join(w.Begin(trace.Info{DtUS: 1, Layers: []trace.Layer{{Name: "input", H: 8, W: 8, C: 2}}}), w.End(1<<50)); err != nil {
		t.Fatal(err)
	}
	rec := func(name string, b []byte) datasets.Recording { return datasets.Memory(name, 0, b) }
	for name, c := range map[string]struct {
		recs []datasets.Recording
		o    datasets.TraceOptions
		want string
	}{
		"none":       {nil, datasets.TraceOptions{Classes: classes(1)}, "no traces"},
		"label":      {[]datasets.Recording{rec("a.dvt", good)}, datasets.TraceOptions{}, "a.dvt: label 0"},
		"steps":      {[]datasets.Recording{rec("a.dvt", good)}, datasets.TraceOptions{Classes: classes(1), Steps: -1}, "-1 steps"},
		"layer":      {[]datasets.Recording{rec("a.dvt", good)}, datasets.TraceOptions{Classes: classes(1), Layer: "out"}, `a.dvt: there is no layer "out"; the trace has "input", "hidden"`},
		"step":       {[]datasets.Recording{rec("a.dvt", good), rec("b.dvt", other)}, datasets.TraceOptions{Classes: classes(1)}, "a step is 1,000 µs in a.dvt but 500 µs in b.dvt"},
		"shape":      {[]datasets.Recording{rec("a.dvt", good), rec("b.dvt", wide)}, datasets.TraceOptions{Classes: classes(1), Layer: "hidden"}, `layer "hidden" is 1x1x20 in a.dvt but 1x1x21 in b.dvt`},
		"continuous": {[]datasets.Recording{rec("a.dvt", continuous.Bytes())}, datasets.TraceOptions{Classes: classes(1)}, "a.dvt: the trace of a continuous network has no steps"},
		"endless":    {[]datasets.Recording{rec("a.dvt", endless.Bytes())}, datasets.TraceOptions{Classes: classes(1)}, "a.dvt: it lasts 1,125,899,906,842,624 steps"},
		"no trace":   {[]datasets.Recording{toyRecording("a", 0, g8)}, datasets.TraceOptions{Classes: classes(1)}, "a.toy: is a recording, not a trace"},
		"bytes":      {[]datasets.Recording{rec("a.dvt", []byte("???"))}, datasets.TraceOptions{Classes: classes(1)}, "a.dvt: dvt: byte 0"},
		"cut":        {[]datasets.Recording{rec("a.dvt", good[:len(good)-20])}, datasets.TraceOptions{Classes: classes(1)}, "a.dvt: dvt: byte "},
		"made up":    {[]datasets.Recording{{Name: "x.dvt"}}, datasets.TraceOptions{Classes: classes(1)}, "without content"},
	} {
		if _, _, err := datasets.FromTraces(context.Background(), c.recs, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	recs := []datasets.Recording{rec("bad.dvt", []byte("???")), rec("cut.dvt", good[:len(good)-20]), rec("a.dvt", good)}
	s, rep, err := datasets.FromTraces(context.Background(), recs, datasets.TraceOptions{Classes: classes(1), Salvage: true})
	if err != nil || len(s.Samples) != 2 || rep.Unreadable.Names[0] != "bad.dvt" || rep.Lossy.Names[0] != "cut.dvt" {
		t.Errorf("salvaged: %+v, %v", rep, err)
	}
}
