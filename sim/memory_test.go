package sim

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"dvsim/events"
)

// traffic is random events on the sensor of the golden networks: rate a ms.
func traffic(n, rate int) []events.Event {
	r := rand.New(rand.NewPCG(3, 3))
	ev := make([]events.Event, n)
	for i := range ev {
		ev[i] = events.Event{T: int64(i) * 1000 / int64(rate), X: uint16(r.IntN(32)), Y: uint16(r.IntN(24)), P: events.Polarity(r.IntN(2))}
	}
	return ev
}

// later moves events by the time that they take, so that a slice can be fed over
// and over.
func later(ev []events.Event, rate int) {
	for i := range ev {
		ev[i].T += int64(len(ev)) * 1000 / int64(rate)
	}
}

// TestFeedAllocatesNothing: in the steady state Feed lives on the memory of the
// windows before.
func TestFeedAllocatesNothing(t *testing.T) {
	for _, net := range goldenNets() {
		const rate = 30
		ev := traffic(3000, rate)
		engines := map[string]Engine{"event": NewEvent(net, &Options{Window: 500})}
		if !net.Continuous() {
			engines["dense"] = NewDense(net, nil)
		}
		for name, e := range engines {
			ev := append([]events.Event(nil), ev...)
			feed := func() {
				if err := e.Feed(ev); err != nil {
					t.Fatal(err)
				}
				later(ev, rate)
			}
			warm := 20
			if testing.Short() {
				warm = 6
			}
			for range warm {
				feed()
			}
			// A record burst may still grow a buffer; what must not happen is an allocation
			// in every call.
			if n := testing.AllocsPerRun(3, feed); n > 2 {
				t.Errorf("%s, %s engine: %v allocations in 3000 events", net.Name, name, n)
			}
		}
	}
}

// TestMemoryIsBounded: spikes that have arrived everywhere are forgotten.
func TestMemoryIsBounded(t *testing.T) {
	net := goldenNets()[1] // has delays
	e := NewEvent(net, nil).(*eventEngine)
	ev := traffic(20_000, 100)
	var size [2]int
	for round := range 12 {
		if err := e.Feed(ev); err != nil {
			t.Fatal(err)
		}
		later(ev, 100)
		if round != 3 && round != 11 {
			continue
		}
		for _, l := range e.layers {
			size[round/11] += cap(l.log.idx) + cap(l.log.entries)
		}
	}
	if size[1] > size[0]*2 {
		t.Errorf("the logs of spikes have grown from %d to %d entries", size[0], size[1])
	}
}

// TestFlood: ten times the events that a step can tell apart, in one step, take no
// more memory than the input has pixels.
func TestFlood(t *testing.T) {
	net := goldenNets()[0]
	e := NewEvent(net, nil)
	ev := traffic(200_000, 30)
	for i := range ev {
		ev[i].T = 0
	}
	if err := e.Feed(ev); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		if err := e.Feed(ev); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<16 {
		t.Errorf("two million events in one step allocate %d bytes", grown)
	}
	if s, err := e.Finish(); err != nil || s.Events != 2_200_000 {
		t.Errorf("%v, %v", s, err)
	}
}
