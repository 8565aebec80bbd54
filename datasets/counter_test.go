package datasets

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"dvsim/events"
	"dvsim/network"
)

// BenchmarkCount bins recordings of the size of N-MNIST that are in memory.
func BenchmarkCount(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	ev := make([]events.Event, 4000)
	for i := range ev {
		ev[i] = events.Event{T: int64(i) * 75, X: uint16(max(0, min(33, 17+rng.NormFloat64()*6))), Y: uint16(max(0, min(33, 17+rng.NormFloat64()*6))), P: events.Polarity(rng.IntN(2))}
	}
	in := network.Input{Shape: network.Shape{H: 34, W: 34, C: 2}}
	var c counter
	c.start(in.Shape.Len(), false)
	c.lookup = newLookup(&in)
	ends := make([]uint32, 25)
	b.ReportAllocs()
	for b.Loop() {
		c.dt = BinWidth(ev[0].T, ev[len(ev)-1].T, 25)
		c.begin(ends[:0], 25)
		c.feed(ev)
		c.end()
	}
	b.ReportMetric(float64(len(ev))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

// fieldsOf names the fields of a struct.
func fieldsOf(v any) map[string]bool {
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
		names[f.Name] = true
	}
	return names
}
