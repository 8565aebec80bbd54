package sim

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
)

// benchNet is 34×34×2 inputs → hidden → 10, dense, without recurrence.
func benchNet(hidden int, dtUS int64) *network.Network {
	r := rand.New(rand.NewPCG(1, 2))
	in := network.Shape{H: 34, W: 34, C: 2}
	p := func() *neuron.Params {
		if dtUS == 0 {
			return &neuron.Params{Model: neuron.LIF, TauUS: 10_000, Threshold: []float32{2}}
		}
		return &neuron.Params{Model: neuron.Leaky, TauUS: 10_000, Threshold: []float32{2}}
	}
	layer := func(name string, from, ins, n int) *network.Layer {
		return &network.Layer{Name: name, Shape: network.Flat(n), Neuron: p(), In: []network.Conn{{From: from, Synapses: &network.Dense{W: uniform(r, ins*n, -0.2, 0.25)}}}}
	}
	return &network.Network{
		Name: "dense", DtUS: dtUS, Input: network.Input{Shape: in},
		Layers: []*network.Layer{layer("hidden", -1, in.Len(), hidden), layer("out", 0, hidden, 10)},
	}
}

// benchRecurrent is n neurons with fan synapses each and delays of 0.5 to 4 ms on
// a step of 0.1 ms, kept going by random input.
func benchRecurrent(n, fan int, dtUS int64) *network.Network {
	r := rand.New(rand.NewPCG(5, 6))
	random := func(ins, fan int, lo, hi float32, delay int32) *network.Sparse {
		list := make([]network.Synapse, 0, ins*fan)
		for i := range ins {
			for range fan {
				list = append(list, network.Synapse{Source: int32(i), Target: r.Int32N(int32(n)), Weight: lo + (hi-lo)*r.Float32(), Delay: 1 + r.Int32N(delay)})
			}
		}
		return network.NewSparse(ins, list)
	}
	in := network.Shape{H: 34, W: 34, C: 2}
	delay := int32(40)
	if dtUS == 0 {
		delay = 4000
	}
	return &network.Network{
		Name: "recurrent", DtUS: dtUS, Input: network.Input{Shape: in},
		Layers: []*network.Layer{{
			Name: "n", Shape: network.Flat(n), Neuron: &neuron.Params{Model: neuron.LIF, TauUS: 20_000, RefractoryUS: 2000},
			In: []network.Conn{
				{From: -1, Synapses: random(in.Len(), n/20, 0.1, 0.4, 1)},
				{From: 0, Synapses: random(n, fan, -0.3, 0.25, delay)},
			},
		}},
	}
}

// dvs is traffic of the density of a small event camera: rate events a ms, over
// the whole sensor.
func dvs(n, rate int) []events.Event {
	r := rand.New(rand.NewPCG(9, 9))
	ev := make([]events.Event, n)
	for i := range ev {
		ev[i] = events.Event{T: int64(i) * 1000 / int64(rate), X: uint16(r.IntN(34)), Y: uint16(r.IntN(34)), P: events.Polarity(r.IntN(2))}
	}
	return ev
}

func benchEngine(b *testing.B, make func(*network.Network, *Options) Engine, net *network.Network, workers int, ev []events.Event) {
	b.ReportAllocs()
	e := make(net, &Options{Workers: workers})
	span := ev[len(ev)-1].T + 1
	feed := func() {
		if err := e.Feed(ev); err != nil {
			b.Fatal(err)
		}
		for i := range ev {
			ev[i].T += span
		}
	}
	feed()
	before := e.Stats()
	for b.Loop() {
		feed()
	}
	after := e.Stats()
	b.ReportMetric(float64(after.SynapticEvents-before.SynapticEvents)/b.Elapsed().Seconds()/1e6, "Msyn/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(after.Events-before.Events), "ns/event")
}

// BenchmarkDense is bound by rows of weights.
func BenchmarkDense(b *testing.B) {
	for _, dt := range []int64{1000, 100, 0} {
		for name, make := range map[string]func(*network.Network, *Options) Engine{"event": NewEvent, "dense": NewDense} {
			if dt == 0 && name == "dense" {
				continue
			}
			b.Run(fmt.Sprintf("engine=%s/dt=%dus", name, dt), func(b *testing.B) {
				benchEngine(b, make, benchNet(1000, dt), 1, dvs(20_000, 48))
			})
		}
	}
}

// BenchmarkRecurrent is bound by synapses and queue.
func BenchmarkRecurrent(b *testing.B) {
	for _, dt := range []int64{100, 0} {
		b.Run(fmt.Sprintf("dt=%dus", dt), func(b *testing.B) {
			benchEngine(b, NewEvent, benchRecurrent(4000, 100, dt), 1, dvs(20_000, 48))
		})
	}
}

// BenchmarkIdle is what an event costs by itself: one synapse, long silences.
func BenchmarkIdle(b *testing.B) {
	for _, dt := range []int64{1000, 1, 0} {
		net := line(34, &neuron.Params{Model: neuron.LIF, TauUS: 20_000}, 0.5)
		net.DtUS = dt
		ev := dvs(20_000, 1)
		for i := range ev {
			ev[i].Y = 0
		}
		b.Run(fmt.Sprintf("dt=%dus", dt), func(b *testing.B) { benchEngine(b, NewEvent, net, 1, ev) })
	}
}
