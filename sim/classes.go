package sim

import (
	"math"
	"slices"

	"dvsim/network"
	"dvsim/queue"
)

// classes are the synapses of a connection with delays of their own, for a
// continuous network: those of one source and delay are a class, and what waits
// in the queue is one item a spike and class.
type classes struct {
	row    []int32 // classes of source i: row[i] ≤ c < row[i+1], longest delay first
	delay  []int32 // of each class
	first  []int32 // synapses of class c: first[c] ≤ k < first[c+1]
	target []int32
	weight []float32
	prompt bool // there are synapses without delay
}

func newClasses(s *network.Sparse) *classes {
	c := &classes{row: []int32{0}, first: []int32{0}}
	var order []int32
	for i := range len(s.Row) - 1 {
		order = order[:0]
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			order = append(order, k)
		}
		slices.SortStableFunc(order, func(a, b int32) int { return int(s.Delay[b]) - int(s.Delay[a]) })
		for n, k := range order {
			if n == 0 || s.Delay[k] != s.Delay[order[n-1]] {
				c.delay = append(c.delay, s.Delay[k])
				c.first = append(c.first, int32(len(c.target)))
				c.prompt = c.prompt || s.Delay[k] == 0
			}
			c.target = append(c.target, s.Target[k])
			c.weight = append(c.weight, s.Weight[k])
			c.first[len(c.first)-1] = int32(len(c.target))
		}
		c.row = append(c.row, int32(len(c.delay)))
	}
	return c
}

// send puts a spike of source i in flight, n times counted.
func (c *classes) send(q *queue.Wheel, key uint64, i, n uint32, t int64) {
	for k := c.row[i]; k < c.row[i+1]; k++ {
		if d := c.delay[k]; d > 0 {
			// Of what is due in one µs the longest delay comes first.
			q.Push(queue.Item{T: t + int64(d), Key: key | uint64(math.MaxInt32-d), Val: uint64(n)<<32 | uint64(k)})
		}
	}
}

// deliver goes through the synapses of class k.
func (c *classes) deliver(k, n uint32, scale float32, to *stream) (events int64) {
	lo, hi := c.first[k], c.first[k+1]
	x := value(n, scale)
	weight := c.weight[lo:hi]
	for q, j := range c.target[lo:hi] {
		to.acc[j] += float32(x * weight[q])
		to.to.marks.mark(int(j))
	}
	return int64(n) * int64(hi-lo)
}

// deliverPrompt goes through the synapses without delay of the spikes of this µs.
func (c *classes) deliverPrompt(s spikes, scale float32, to *stream) (events int64) {
	for q, i := range s.idx {
		if last := c.row[i+1] - 1; last >= c.row[i] && c.delay[last] == 0 {
			events += c.deliver(uint32(last), s.count(q), scale, to)
		}
	}
	return events
}
