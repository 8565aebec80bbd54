package sim

import (
	"math/bits"
	"slices"
)

// tally collects the spikes of one step, merged by source: how often each, and
// which ones at all.
type tally struct {
	lo    int      // index of count[0] and marks' 0 in the layer
	count []uint32 // 0 where there are none
	marks bitset

	base  []uint32 // of the words of marks that are not 0
	words []uint64
}

// drain appends the spikes to a log, in ascending order, and empties the tally.
func (t *tally) drain(l *spikeLog) {
	t.base, t.words = t.marks.takeWords(uint32(t.lo), t.base[:0], t.words[:0])
	from := len(l.idx)
	l.idx = appendIndices(l.idx, t.base, t.words, 64)
	fresh := l.idx[from:]
	l.n = slices.Grow(l.n, len(fresh))[:len(l.idx)]
	n := l.n[from:]
	for k, j := range fresh {
		c := &t.count[int(j)-t.lo]
		n[k] = *c
		*c = 0
	}
	if c := int(l.sited); c > 0 && 64%c == 0 && t.lo%c == 0 {
		l.runs = t.appendRuns(l.runs, c)
	}
}

// appendRuns is appendRuns where the sources of a site, of c channels, lie in one
// word of the marks.
func (t *tally) appendRuns(runs []run, c int) []run {
	all := ^uint64(0) >> (64 - c)
	for k, x := range t.words {
		for x != 0 {
			at := bits.TrailingZeros64(x) &^ (c - 1)
			mine := x & (all << at)
			runs = append(runs, run{(t.base[k] + uint32(at)) / uint32(c), uint32(bits.OnesCount64(mine)), mine >> at})
			x &^= mine
		}
	}
	return runs
}
