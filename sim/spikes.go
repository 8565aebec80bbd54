package sim

import (
	"cmp"
	"slices"
)

// spikes are those of one source (a layer or the input) in one step: indices,
// ascending; how often each, nil where every count is 1; and what each is worth
// before the weight (count · size of a spike), nil where that is 1.
type spikes struct {
	idx   []uint32
	n     []uint32
	x     []float32
	runs  []run // the same by site, where that is known
	total int64 // each count counted
}

// run is the spikes of one site: so many, and of which channels, where there are
// no more than 64.
type run struct {
	site, n uint32
	mask    uint64
}

// appendRuns appends the runs of a list whose source has so many channels.
func appendRuns(runs []run, idx []uint32, channels uint32) []run {
	for q := 0; q < len(idx); {
		r := run{site: idx[q] / channels}
		for first := r.site * channels; q < len(idx) && idx[q]-first < channels; q++ {
			r.mask |= 1 << ((idx[q] - first) & 63)
			r.n++
		}
		runs = append(runs, r)
	}
	return runs
}

// bySite returns the runs of the sites lo ≤ s < hi, and where their spikes begin in
// the list. buf is memory for lists that have none.
func (s *spikes) bySite(channels, lo, hi uint32, buf *[]run) (runs []run, from int) {
	if runs = s.runs; runs == nil {
		*buf = appendRuns((*buf)[:0], s.idx, channels)
		runs = *buf
	}
	if len(runs) == 0 || runs[0].site >= lo && runs[len(runs)-1].site < hi {
		return runs, 0
	}
	at := func(site uint32) int {
		k, _ := slices.BinarySearchFunc(runs, site, func(r run, site uint32) int { return cmp.Compare(r.site, site) })
		return k
	}
	from, _ = slices.BinarySearch(s.idx, lo*channels)
	return runs[at(lo):at(hi)], from
}

// count is how often the source of idx[q] has spiked.
func (s *spikes) count(q int) uint32 {
	if len(s.n) == 0 {
		return 1
	}
	return s.n[q]
}

// worth completes a list of spikes of a size: their values, for which buf is the
// memory, and their total.
func (s spikes) worth(size float32, buf *[]float32) spikes {
	s.total = int64(len(s.idx))
	if s.n != nil {
		s.total = 0
		for _, n := range s.n {
			s.total += int64(n)
		}
	}
	if s.n != nil || size != 1 {
		s.x = longer((*buf)[:0], len(s.idx))
		fillValues(s.x, s.n, size)
		*buf = s.x
	}
	return s
}

// fillValues fills in what spikes of a size are worth: n of each, or one.
func fillValues(x []float32, n []uint32, size float32) {
	if n == nil {
		for k := range x {
			x[k] = size
		}
		return
	}
	for k, c := range n {
		x[k] = value(c, size)
	}
}

// longer makes a slice longer; what is new in it has any value.
func longer[T any](s []T, n int) []T { return slices.Grow(s, n-len(s))[:n] }

// spikeLog keeps the spikes of one source for as long as they may still arrive
// somewhere.
type spikeLog struct {
	counted bool
	valued  bool    // counted, or of another size than 1
	sited   uint32  // channels of a site, where there is a consumer by site; else 0
	scale   float32 // size of one spike
	entries []logEntry
	idx, n  []uint32
	x       []float32
	runs    []run
	first   int64 // number of entries[0], counted from the start of the run
	fresh   int   // entries[fresh:] have not been sent yet
	longest int64 // delay of the slowest connection that starts here
}

type logEntry struct {
	t      int64
	lo, hi int // idx[lo:hi]
	runs   int // runs[:runs] end with this entry
	total  int64
}

// of says what spikes the log will hold.
func (l *spikeLog) of(size float32, counted bool) {
	l.scale, l.counted, l.valued = size, counted, counted || size != 1
}

// close makes an entry of what was appended to idx (and n, and runs) since the last
// one; nothing when nothing was.
func (l *spikeLog) close(t int64) {
	lo, hi, runs := 0, len(l.idx), 0
	if k := len(l.entries); k > 0 {
		lo, runs = l.entries[k-1].hi, l.entries[k-1].runs
	}
	if lo == hi {
		return
	}
	e := logEntry{t: t, lo: lo, hi: hi, total: int64(hi - lo)}
	var n []uint32
	if l.counted {
		n = l.n[lo:]
		e.total = 0
		for _, c := range n {
			e.total += int64(c)
		}
	}
	if l.valued {
		l.x = longer(l.x, hi)
		fillValues(l.x[lo:], n, l.scale)
	}
	if l.sited > 0 && len(l.runs) == runs {
		l.runs = appendRuns(l.runs, l.idx[lo:], l.sited)
	}
	e.runs = len(l.runs)
	l.entries = append(l.entries, e)
}

func (l *spikeLog) at(k int) spikes {
	e := &l.entries[k]
	s := spikes{idx: l.idx[e.lo:e.hi], total: e.total}
	if l.counted {
		s.n = l.n[e.lo:e.hi]
	}
	if l.valued {
		s.x = l.x[e.lo:e.hi]
	}
	if l.sited > 0 {
		s.runs = l.runsOf(k)
	}
	return s
}

// runsOf returns the runs of an entry.
func (l *spikeLog) runsOf(k int) []run {
	from := 0
	if k > 0 {
		from = l.entries[k-1].runs
	}
	return l.runs[from:l.entries[k].runs]
}

// entry returns the spikes of entry number seq.
func (l *spikeLog) entry(seq int64) spikes { return l.at(int(seq - l.first)) }

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
	cut, runs := l.entries[k-1].hi, l.entries[k-1].runs
	rest := copy(l.entries, l.entries[k:])
	l.entries = l.entries[:rest]
	for i := range l.entries {
		l.entries[i].lo -= cut
		l.entries[i].hi -= cut
		l.entries[i].runs -= runs
	}
	l.runs = l.runs[:copy(l.runs, l.runs[runs:])]
	l.idx = l.idx[:copy(l.idx, l.idx[cut:])]
	if l.counted {
		l.n = l.n[:copy(l.n, l.n[cut:])]
	}
	if l.valued {
		l.x = l.x[:copy(l.x, l.x[cut:])]
	}
	l.first += int64(k)
	l.fresh -= k
}

// empty forgets everything; for logs that are merged into others.
func (l *spikeLog) empty() {
	l.entries, l.idx, l.n, l.runs, l.fresh = l.entries[:0], l.idx[:0], l.n[:0], l.runs[:0], 0
}
