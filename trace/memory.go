package trace

import (
	"iter"
	"slices"
)

// Memory keeps a trace in memory, in columns: 4 bytes a spike, 6 where there are
// counts, and 16 bytes for each time at which a layer spiked. The zero value is
// ready to record; Begin starts afresh and keeps the memory.
//
// It checks the rules of [Recorder] and returns what breaks them as an error.
type Memory struct {
	info     Info
	duration int64
	order    order
	columns  []column
}

// column holds the spikes of one layer: those of times[i] are
// index[start[i]:start[i+1]]. counts is nil as long as every count is 1.
type column struct {
	times  []int64
	start  []int
	index  []uint32
	counts []uint16
}

// Begin starts a trace.
func (m *Memory) Begin(info Info) error {
	if err := m.order.begin(info.Layers); err != nil {
		return err
	}
	m.info, m.duration = info, 0
	m.columns = slices.Grow(m.columns[:0], len(info.Layers))[:len(info.Layers)]
	for i := range m.columns {
		c := &m.columns[i]
		c.times, c.index, c.counts = c.times[:0], c.index[:0], nil
		c.start = append(c.start[:0], 0)
	}
	return nil
}

// Spikes keeps a copy of the spikes of one layer at one time.
func (m *Memory) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	if err := m.order.spikes(layer, t, index, counts); err != nil || len(index) == 0 {
		return err
	}
	c := &m.columns[layer]
	if counts != nil && c.counts == nil {
		c.counts = ones(nil, len(c.index))
	}
	if counts != nil {
		c.counts = append(c.counts, counts...)
	} else if c.counts != nil {
		c.counts = ones(c.counts, len(index))
	}
	c.times = append(c.times, t)
	c.index = append(c.index, index...)
	c.start = append(c.start, len(c.index))
	return nil
}

func ones(dst []uint16, n int) []uint16 {
	dst = slices.Grow(dst, max(n, 1))
	for range n {
		dst = append(dst, 1)
	}
	return dst
}

// End notes the duration.
func (m *Memory) End(duration int64) error {
	m.duration = duration
	return nil
}

// Info describes what was recorded.
func (m *Memory) Info() Info { return m.info }

// Duration is the length of the run, in steps of a clocked network, in µs else.
func (m *Memory) Duration() int64 { return m.duration }

// Counts returns the number of spikes of each layer; a spike with a count counts
// as many.
func (m *Memory) Counts() []int64 {
	n := make([]int64, len(m.columns))
	for i := range m.columns {
		c := &m.columns[i]
		if c.counts == nil {
			n[i] = int64(len(c.index))
			continue
		}
		for _, k := range c.counts {
			n[i] += int64(k)
		}
	}
	return n
}

// NeuronCounts returns the number of spikes of each neuron of a layer.
func (m *Memory) NeuronCounts(layer int) []int64 {
	n := make([]int64, m.info.Layers[layer].Len())
	c := &m.columns[layer]
	for i, j := range c.index {
		if c.counts == nil {
			n[j]++
		} else {
			n[j] += int64(c.counts[i])
		}
	}
	return n
}

// Rate is the mean firing rate of a layer's neurons in spikes a second; 0 for a
// trace without duration.
func (m *Memory) Rate(layer int) float64 {
	seconds := m.info.Seconds(m.duration)
	if seconds <= 0 {
		return 0
	}
	return float64(m.Counts()[layer]) / seconds / float64(m.info.Layers[layer].Len())
}

// Seconds converts a time or duration of the trace: steps of a clocked network,
// µs of a continuous one.
func (i Info) Seconds(t int64) float64 {
	if i.DtUS > 0 {
		return float64(t) * float64(i.DtUS) / 1e6
	}
	return float64(t) / 1e6
}

// Group is what one layer did at one time. Counts is nil when every count is 1.
// The slices belong to the trace.
type Group struct {
	Index  []uint32
	Counts []uint16
}

// Groups yields the times at which a layer spiked, ascending, with its spikes.
func (m *Memory) Groups(layer int) iter.Seq2[int64, Group] {
	return func(yield func(int64, Group) bool) {
		c := &m.columns[layer]
		for i, t := range c.times {
			if !yield(t, c.group(i)) {
				return
			}
		}
	}
}

func (c *column) group(i int) Group {
	lo, hi := c.start[i], c.start[i+1]
	g := Group{Index: c.index[lo:hi:hi]}
	if c.counts != nil {
		g.Counts = c.counts[lo:hi:hi]
	}
	return g
}

// Replay tells the trace to rec, in the order (time, layer).
func (m *Memory) Replay(rec Recorder) error {
	if err := rec.Begin(m.info); err != nil {
		return err
	}
	next := make([]int, len(m.columns)) // the group of each layer that comes next
	for {
		t, any := int64(0), false
		for l, i := range next {
			if c := &m.columns[l]; i < len(c.times) && (!any || c.times[i] < t) {
				t, any = c.times[i], true
			}
		}
		if !any {
			return rec.End(m.duration)
		}
		for l := range next {
			c := &m.columns[l]
			if i := next[l]; i < len(c.times) && c.times[i] == t {
				g := c.group(i)
				if err := rec.Spikes(l, t, g.Index, g.Counts); err != nil {
					return err
				}
				next[l]++
			}
		}
	}
}

// Source is a trace that can be told to a Recorder: a [Memory] or a [Reader].
type Source interface {
	Info() Info
	// Replay calls Begin, Spikes for every spike, and End.
	Replay(Recorder) error
}

var (
	_ Recorder = (*Memory)(nil)
	_ Source   = (*Memory)(nil)
)
