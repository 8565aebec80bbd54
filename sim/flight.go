package sim

import (
	"slices"

	"dvsim/network"
)

// flight is the synapses of a random connection with many delays onto one block of a
// stepped layer, and the spikes that are on their way through them.
//
// The synapses of a source are sorted by delay. A spike that arrives at the first of
// them stays in the list, with a finger on where it is, until it has been through the
// last: so each step reads on where the step before has stopped, and nothing is
// looked up. The list is in the order in which the spikes were sent, of one step by
// source: the order in which the weights are added, whatever the delays are.
type flight[T uint16 | uint32] struct {
	row      []int32   // segments of source i are row[i] ≤ s < row[i+1]
	first    []int32   // synapses of source i begin here
	segments []segment // of one source and delay, shortest delay first
	target   []T       // numbers within the block
	weight   []float32 // one for each synapse; nil where all have the same
	same     float32
	shortest int64 // delay of the connection
	lo, hi   int   // neurons of the block
	air      []airborne
}

// segment is so many synapses of one source and delay.
type segment struct{ delay, n uint16 }

// airborne is a spike on its way.
type airborne struct {
	due      int64 // step in which the next segment is due
	sent     int64
	at, last int32 // segments that are still to come
	synapse  int32 // the first one of them
	n        uint32
	x        float32
}

// airway is a flight, whatever the width of its targets.
type airway interface {
	// depart takes spikes that are due at the shortest delay in step t.
	depart(s spikes, t int64)
	// deliver adds what is due in step t, and returns the synaptic events.
	deliver(t int64, acc []float32) int64
}

// Limits of a flight: a longest delay that fits a segment and the table by which rows
// are sorted.
const maxFlight = 1 << 12

// flies reports whether a connection onto a stepped layer is run by flights, and its
// shortest delay.
func flies(c *network.Conn) (shortest int64, ok bool) {
	s, sparse := c.Synapses.(*network.Sparse)
	if !sparse || len(s.Delay) == 0 || c.MaxDelay() >= maxFlight {
		return 0, false
	}
	shortest = c.MinDelay()
	return shortest, shortest < c.MaxDelay()
}

// newFlights makes the flights of a connection, one a block.
func newFlights(s *network.Sparse, shortest int64, blocks []span) []airway {
	var list []airway
	for _, b := range blocks {
		lo, hi := b.neurons()
		if hi-lo <= 1<<16 {
			list = append(list, newFlight[uint16](s, shortest, lo, hi))
		} else {
			list = append(list, newFlight[uint32](s, shortest, lo, hi))
		}
	}
	return list
}

func newFlight[T uint16 | uint32](s *network.Sparse, shortest int64, lo, hi int) *flight[T] {
	sources := len(s.Row) - 1
	f := &flight[T]{shortest: shortest, lo: lo, hi: hi, row: make([]int32, sources+1), first: make([]int32, sources)}
	n, uniform := 0, true
	inside := func(i int) (a, b int32) { // targets of a source ascend
		a, b = s.Row[i], s.Row[i+1]
		for a < b && int(s.Target[a]) < lo {
			a++
		}
		for b > a && int(s.Target[b-1]) >= hi {
			b--
		}
		return a, b
	}
	for i := range sources {
		a, b := inside(i)
		if n == 0 && a < b {
			f.same = s.Weight[a]
		}
		for _, w := range s.Weight[a:b] {
			uniform = uniform && w == f.same
		}
		n += int(b - a)
	}
	f.target = make([]T, n)
	if !uniform {
		f.weight = make([]float32, n)
	}
	var counts, place [maxFlight]int32
	at := int32(0)
	for i := range sources {
		a, b := inside(i)
		f.first[i] = at
		low, high := int32(maxFlight), int32(-1)
		for _, d := range s.Delay[a:b] {
			counts[d]++
			low, high = min(low, d), max(high, d)
		}
		for d := low; d <= high; d++ {
			place[d] = at
			for left := counts[d]; left > 0; left -= min(left, 1<<16-1) {
				f.segments = append(f.segments, segment{uint16(d), uint16(min(left, 1<<16-1))})
			}
			at += counts[d]
			counts[d] = 0
		}
		for k := a; k < b; k++ {
			p := &place[s.Delay[k]]
			f.target[*p] = T(int(s.Target[k]) - lo)
			if !uniform {
				f.weight[*p] = s.Weight[k]
			}
			*p++
		}
		f.row[i+1] = int32(len(f.segments))
	}
	f.segments = slices.Clip(f.segments)
	return f
}

func (f *flight[T]) depart(s spikes, t int64) {
	sent := t - f.shortest
	for q, i := range s.idx {
		a := airborne{sent: sent, at: f.row[i], last: f.row[i+1], synapse: f.first[i], n: s.count(q), x: 1}
		if a.at == a.last {
			continue
		}
		if s.x != nil {
			a.x = s.x[q]
		}
		a.due = sent + int64(f.segments[a.at].delay)
		f.air = append(f.air, a)
	}
}

func (f *flight[T]) deliver(t int64, acc []float32) (events int64) {
	acc = acc[f.lo:f.hi]
	landed := 0
	for k := range f.air {
		a := &f.air[k]
		for a.due == t {
			n := int32(f.segments[a.at].n)
			f.through(a, acc, a.synapse, a.synapse+n)
			events += int64(a.n) * int64(n)
			a.synapse += n
			if a.at++; a.at == a.last {
				a.due = never
				landed++
			} else {
				a.due = a.sent + int64(f.segments[a.at].delay)
			}
		}
	}
	if landed > 0 {
		f.air = slices.DeleteFunc(f.air, func(a airborne) bool { return a.due == never })
	}
	return events
}

// through goes through synapses lo ≤ k < hi.
func (f *flight[T]) through(a *airborne, acc []float32, lo, hi int32) {
	target := f.target[lo:hi]
	if f.weight == nil {
		w := float32(a.x * f.same)
		for _, j := range target {
			acc[j] += w
		}
		return
	}
	weight := f.weight[lo:hi]
	weight = weight[:len(target)]
	for k, j := range target {
		acc[j] += float32(a.x * weight[k])
	}
}
