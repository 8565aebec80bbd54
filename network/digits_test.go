package network_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"

	"dvsim/datasets"
	"dvsim/datasets/saccades"
	"dvsim/events"
	"dvsim/events/dvs"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/sim"
	"dvsim/trace"
)

// votes counts the spikes of the output of the network digits in each of several
// stretches of time.
type votes struct {
	unit   int64
	length int64 // of a stretch, µs
	counts [][10]int
}

func (v *votes) Begin(i trace.Info) error {
	v.unit = i.DtUS
	return nil
}

func (v *votes) Spikes(layer int, t int64, index []uint32, _ []uint16) error {
	if layer != 2 { // input, hidden, out
		return nil
	}
	at := int(t * v.unit / v.length)
	for len(v.counts) <= at {
		v.counts = append(v.counts, [10]int{})
	}
	for _, j := range index {
		v.counts[at][j]++
	}
	return nil
}

func (v *votes) End(int64) error { return nil }

// winner is the digit of a stretch, −1 where nothing was said.
func (v *votes) winner(at int) int {
	if at >= len(v.counts) {
		return -1
	}
	c := v.counts[at][:]
	best := slices.Max(c)
	if best == 0 {
		return -1
	}
	return slices.Index(c, best)
}

// read is the digit that a network sees in a whole recording.
func read(t *testing.T, n *network.Network, r events.Reader) int {
	t.Helper()
	v := &votes{length: 1_000_000}
	if _, err := sim.Run(context.Background(), sim.NewEvent(n, &sim.Options{Record: v}), r); err != nil {
		t.Fatal(err)
	}
	return v.winner(0)
}

// fresh are recordings that nobody has trained on, or chosen by.
func fresh(n int) saccades.Part {
	_, p := saccades.Strokes(27_182, 0, n)
	return p
}

// TestDigits: the network recognises recordings that it has never seen, by a
// sensor that it has never seen.
func TestDigits(t *testing.T) {
	n, err := network.Builtin("digits", events.Geometry{})
	if err != nil {
		t.Fatal(err)
	}
	if n.Input.Geometry() != dvs.NMNISTGeometry || len(n.Layers[1].Labels) != 10 {
		t.Fatalf("it takes %v and tells %v", n.Input.Geometry(), n.Layers[1].Labels)
	}
	part := fresh(300)
	rec := part.Recorder(27_182)
	right := 0
	var ev []events.Event
	for i := range part.Len() {
		ev = rec.Events(ev[:0], i)
		if read(t, n, events.FromSlice(events.Header{Geometry: dvs.NMNISTGeometry}, ev)) == part.Label(i) {
			right++
		}
	}
	share := float64(right) / float64(part.Len())
	t.Logf("it recognises %.3f", share)
	if share < 0.98 {
		t.Errorf("it recognises %.3f of %d recordings", share, part.Len())
	}
}

// TestDigitsReal: it recognises real recordings of N-MNIST too, of which it has
// seen as little as of MNIST.
func TestDigitsReal(t *testing.T) {
	if testing.Short() {
		t.Skip("1,000 recordings")
	}
	l, err := datasets.Find(reference.Shared(t, "data", "nmnist-small"), datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n, err := network.Builtin("digits", events.Geometry{})
	if err != nil {
		t.Fatal(err)
	}
	right, all := 0, append(l.Train, l.Test...)
	for i := range all {
		rec, err := all[i].Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, n, rec); strconv.Itoa(got) == l.Classes[all[i].Label] {
			right++
		}
		rec.Close()
	}
	share := float64(right) / float64(len(all))
	t.Logf("it recognises %.3f", share)
	if share < 0.89 {
		t.Errorf("it recognises %.3f of %d real recordings", share, len(all))
	}
}

// TestDigitsStream: 300 digits in one recording, one after the other with pauses of
// 190 ms, at any phase of the step. The network forgets each before the next comes.
func TestDigitsStream(t *testing.T) {
	const period = 500_003 // µs
	part := fresh(300)
	if testing.Short() {
		part = part.First(100)
	}
	rec := part.Recorder(27_182)
	stream := []events.Event{{T: 0}} // the clock begins here
	var ev []events.Event
	for i := range part.Len() {
		ev = rec.Events(ev[:0], i)
		for _, e := range ev {
			e.T += int64(i) * period
			stream = append(stream, e)
		}
	}
	n, err := network.Builtin("digits", dvs.NMNISTGeometry)
	if err != nil {
		t.Fatal(err)
	}
	v := &votes{length: period}
	if _, err := sim.Run(context.Background(), sim.NewEvent(n, &sim.Options{Record: v}), events.FromSlice(events.Header{Geometry: dvs.NMNISTGeometry}, stream)); err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range part.Len() {
		if v.winner(i) == part.Label(i) {
			right++
		}
	}
	share := float64(right) / float64(part.Len())
	t.Logf("it recognises %.3f", share)
	if share < 0.98 {
		t.Errorf("it recognises %.3f of a stream", share)
	}
}

// TestDigitsNoise: the blank ground of a sensor that it has never seen, with its
// noise, says nothing in 3 s.
func TestDigitsNoise(t *testing.T) {
	rec := dvs.NewNMNIST(27_182)
	blank := make([]uint8, 28*28)
	var all, ev []events.Event
	for k := range 10 {
		ev = rec.Record(ev[:0], blank, uint64(k))
		for _, e := range ev {
			e.T += int64(k) * dvs.NMNISTDuration
			all = append(all, e)
		}
	}
	n, err := network.Builtin("digits", dvs.NMNISTGeometry)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sim.Run(context.Background(), sim.NewEvent(n, nil), events.FromSlice(events.Header{Geometry: dvs.NMNISTGeometry}, all))
	if err != nil {
		t.Fatal(err)
	}
	if st.Events < 1000 || st.Spikes[1] > 0 {
		t.Errorf("%d events of noise: %d spikes of out", st.Events, st.Spikes[1])
	}
}

// TestDigitsFolder: what is committed has less than a megabyte and is the network
// that is built in, for any sensor, a fresh one for each caller.
func TestDigitsFolder(t *testing.T) {
	var bytes int64
	for _, name := range []string{"net.toml", "weights.npz", "digits.log"} {
		st, err := os.Stat("digits/" + name)
		if err != nil {
			t.Fatal(err)
		}
		bytes += st.Size()
	}
	if bytes > 1_000_000 {
		t.Errorf("the network has %d bytes", bytes)
	}
	want, err := network.Open("digits", network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		n, err := network.Builtin("digits", events.Geometry{})
		if err != nil {
			t.Fatal(err)
		}
		if d := network.Diff(want, n); d != nil {
			t.Error(d)
		}
		n.Layers[0].In[0].Synapses.(*network.Dense).W[0]++ // it is the caller's
	}
	n, err := network.Load("digits", network.Options{Geometry: events.Geometry{Width: 346, Height: 260}, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Check(); err != nil || n.Input.Geometry().Width != 346 {
		t.Errorf("%v; it takes %v", err, n.Input.Geometry())
	}
	n.Input.Sensor = events.Geometry{}
	if d := network.Diff(want, n); d != nil {
		t.Errorf("for another sensor: %v", d)
	}
}
