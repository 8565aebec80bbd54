package sim

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
)

// floodNet is conv 2→4, pool, conv 4→8, pool, dense 10 over a sensor of 1280×720.
func floodNet() *network.Network {
	r := rand.New(rand.NewPCG(12, 7))
	leaky := func() *neuron.Params { return &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}} }
	in := network.Shape{H: 720, W: 1280, C: 2}
	net := &network.Network{Name: "flood", DtUS: 1000, Input: network.Input{Shape: in}}
	add := func(name string, s network.Shape, p *neuron.Params, syn network.Synapses) {
		net.Layers = append(net.Layers, &network.Layer{Name: name, Shape: s, Neuron: p, In: []network.Conn{{From: len(net.Layers) - 1, Synapses: syn}}})
	}
	add("conv1", network.Shape{H: 720, W: 1280, C: 4}, leaky(), &network.Conv2D{K: 3, Pad: 1, W: uniform(r, 9*2*4, -0.6, 0.7)})
	add("pool1", network.Shape{H: 360, W: 640, C: 4}, nil, &network.Pool{K: 2})
	add("conv2", network.Shape{H: 360, W: 640, C: 8}, leaky(), &network.Conv2D{K: 3, Pad: 1, W: uniform(r, 9*4*8, -0.3, 0.3)})
	add("pool2", network.Shape{H: 180, W: 320, C: 8}, nil, &network.Pool{K: 2})
	add("out", network.Flat(10), leaky(), &network.Dense{W: uniform(r, 180*320*8*10, -0.01, 0.01)})
	return net
}

// TestFloodOfALargeSensor: a megapixel sensor that sends 100 M events a second. What
// the engine holds is bounded, and the spikes are those of stepping everything.
func TestFloodOfALargeSensor(t *testing.T) {
	if testing.Short() {
		t.Skip("steps 5 million neurons")
	}
	net := floodNet()
	r := rand.New(rand.NewPCG(1, 1))
	const perStep = 100_000
	ms := func(k int) []events.Event {
		ev := make([]events.Event, perStep)
		for i := range ev {
			ev[i] = events.Event{T: int64(k)*1000 + int64(i)*1000/perStep, X: uint16(r.IntN(1280)), Y: uint16(r.IntN(720)), P: events.Polarity(r.IntN(2))}
		}
		return ev
	}
	first := append(ms(0), ms(1)...)
	if d := differ(feed(t, NewDense, net, Options{}, first, 0), feed(t, crewed, net, Options{Workers: 2}, first, 0)); d != "" {
		t.Errorf("dense, then event: %s", d)
	}
	e := NewEvent(net, &Options{Workers: 2})
	var before, after runtime.MemStats
	for k := range 60 {
		if err := e.Feed(ms(k)); err != nil {
			t.Fatal(err)
		}
		if k == 20 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	stats, err := e.Finish()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v, spikes %v; %d MB held", stats, stats.Spikes, after.HeapAlloc>>20)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
		t.Errorf("40 ms of flood have grown the heap by %d MB, to %d", grown>>20, after.HeapAlloc>>20)
	}
	if stats.Spikes[0] < 1000 || stats.Spikes[1] < 1000 {
		t.Errorf("spikes %v: a flood that makes none tests nothing", stats.Spikes)
	}
}
