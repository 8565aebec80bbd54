package sim

// spikes are those of one source (a layer or the input) in one step: indices,
// ascending, and how often each; n is nil where every count is 1.
type spikes struct {
	idx []uint32
	n   []uint32
}

// count is how often the source of idx[q] has spiked.
func (s *spikes) count(q int) uint32 {
	if len(s.n) == 0 {
		return 1
	}
	return s.n[q]
}

// spikeLog keeps the spikes of one source for as long as they may still arrive
// somewhere.
type spikeLog struct {
	counted bool
	scale   float32 // size of one spike
	entries []logEntry
	idx, n  []uint32
	first   int64 // number of entries[0], counted from the start of the run
	fresh   int   // entries[fresh:] have not been sent yet
	longest int64 // delay of the slowest connection that starts here
}

type logEntry struct {
	t      int64
	lo, hi int // idx[lo:hi]
}

// close makes an entry of what was appended to idx (and n) since the last one;
// nothing when nothing was.
func (l *spikeLog) close(t int64) {
	lo := 0
	if k := len(l.entries); k > 0 {
		lo = l.entries[k-1].hi
	}
	if lo < len(l.idx) {
		l.entries = append(l.entries, logEntry{t, lo, len(l.idx)})
	}
}

func (l *spikeLog) at(e *logEntry) spikes {
	s := spikes{idx: l.idx[e.lo:e.hi]}
	if l.counted {
		s.n = l.n[e.lo:e.hi]
	}
	return s
}

// entry returns the spikes of entry number seq.
func (l *spikeLog) entry(seq int64) spikes { return l.at(&l.entries[seq-l.first]) }

// unsent is the number of spikes that wait to be sent.
func (l *spikeLog) unsent() int {
	if l.fresh == 0 {
		return len(l.idx)
	}
	return len(l.idx) - l.entries[l.fresh-1].hi
}

// trim forgets the spikes that have arrived everywhere before step t.
func (l *spikeLog) trim(t int64) {
	k := 0
	for k < l.fresh && l.entries[k].t+l.longest < t {
		k++
	}
	if k == 0 || k < len(l.entries) && k*2 < len(l.entries) {
		return // moving more than is freed would not pay
	}
	cut := l.entries[k-1].hi
	rest := copy(l.entries, l.entries[k:])
	l.entries = l.entries[:rest]
	for i := range l.entries {
		l.entries[i].lo -= cut
		l.entries[i].hi -= cut
	}
	l.idx = l.idx[:copy(l.idx, l.idx[cut:])]
	if l.counted {
		l.n = l.n[:copy(l.n, l.n[cut:])]
	}
	l.first += int64(k)
	l.fresh -= k
}
