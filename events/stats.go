package events

import (
	"cmp"
	"slices"
)

// PeakBin is the length of the bins in which the peak rate is looked for, in µs.
const PeakBin = 10_000

const (
	statsGaps = 5  // silences kept
	statsHot  = 10 // pixels named
	// statsPixels bounds the memory of the counters: 64 MiB. A sensor of four
	// megapixels fits four times.
	statsPixels = 16 << 20
)

// Stats measures a stream of events in one pass, at 2 to 3 ns an event. Its
// memory does not grow with the stream: one uint32 a pixel and a few words.
type Stats struct {
	geometry Geometry // zero when unknown
	s        Summary
	last     int64
	binStart int64
	binCount int64
	counts   pixelCounts
}

// Summary is what [Stats] found. Times are µs on the recording's clock, rates
// are events per second.
type Summary struct {
	Events int64 `json:"events"`
	On     int64 `json:"on"`
	Off    int64 `json:"off"`

	First int64 `json:"t_first"` // first and last event in stream order
	Last  int64 `json:"t_last"`
	Min   int64 `json:"t_min"` // smallest and largest time
	Max   int64 `json:"t_max"`

	// Duration is Max − Min, in µs.
	Duration int64 `json:"duration_us"`
	// MeanRate is Events over Duration; 0 when Duration is 0.
	MeanRate float64 `json:"mean_rate"`
	// PeakRate is the highest rate in a bin of PeakBin, PeakAt the start of the
	// first such bin. Bins are aligned with the first event; where time steps back
	// out of a bin a new one begins. 0 when the recording is shorter than a bin.
	PeakRate float64 `json:"peak_rate"`
	PeakAt   int64   `json:"peak_at"`

	// Simultaneous counts the events with the very time of the event before them.
	Simultaneous int64 `json:"simultaneous"`
	// Backward counts the events that are older than the event before them, and
	// BackwardMax is the largest such step in µs.
	Backward    int64 `json:"t_backwards"`
	BackwardMax int64 `json:"t_backwards_max_us"`
	// OutOfBounds counts the events outside the geometry, when that is known.
	OutOfBounds int64 `json:"out_of_bounds"`
	XMax        int   `json:"x_max"`
	YMax        int   `json:"y_max"`

	// Gaps are the longest silences, longest first, at most five.
	Gaps []Silence `json:"gaps"`
	// ActivePixels is the number of pixels with an event.
	ActivePixels int `json:"active_pixels"`
	// Hottest are the pixels with most events, at most ten; equal ones by row.
	Hottest []HotPixel `json:"hottest"`
	// Uncounted is the number of events that the counts of pixels leave out: those
	// outside the geometry, or beyond the 16 Mi pixels that are counted.
	Uncounted int64 `json:"uncounted"`
}

// Silence is a time without events.
type Silence struct {
	After    int64 `json:"after"` // time of the event before it, µs
	Duration int64 `json:"duration_us"`
}

// HotPixel is a pixel with its number of events and their share of all.
type HotPixel struct {
	X      uint16  `json:"x"`
	Y      uint16  `json:"y"`
	Events int64   `json:"events"`
	Share  float64 `json:"share"` // 0..1
}

// NewStats returns empty statistics for a sensor of that size. With an unknown
// (zero) geometry the pixels are counted where they are met, and no event is out
// of bounds.
func NewStats(g Geometry) *Stats {
	s := &Stats{}
	if g.Known() {
		s.geometry = g
		s.counts.limit = g
	} else {
		s.counts.limit = Geometry{1 << 16, 1 << 16}
	}
	if g.Known() && g.Pixels() <= 4<<20 {
		s.counts.resize(g)
	}
	return s
}

// Add measures a batch.
func (s *Stats) Add(batch []Event) {
	if len(batch) == 0 {
		return
	}
	m := &s.s
	if m.Events == 0 {
		t := batch[0].T
		m.First, m.Min, m.Max = t, t, t
		s.last, s.binStart = t, t
		m.Simultaneous = -1 // the first event has no event before it
	}
	s.addTimes(batch)
	s.addPixels(batch)
	m.Events += int64(len(batch))
}

// addTimes and addPixels are two loops on purpose: one loop over all fields
// needs more registers than there are and takes twice as long.
func (s *Stats) addTimes(batch []Event) {
	m := &s.s
	shortest := s.shortestGap()
	last, hi := s.last, m.Max
	binStart, binCount := s.binStart, s.binCount
	var simultaneous int64
	for i := range batch {
		t := batch[i].T
		d := t - last
		var same int64
		if d == 0 { // a conditional move: as a branch it is mispredicted all the time
			same = 1
		}
		simultaneous += same
		if uint64(d) > uint64(shortest) { // rare: a long silence, or a step backwards
			if d > 0 {
				shortest = s.addGap(Silence{last, d})
			} else {
				m.Backward++
				m.BackwardMax = max(m.BackwardMax, -d)
				m.Min = min(m.Min, t)
			}
		}
		last = t
		hi = max(hi, t)
		if uint64(t-binStart) >= PeakBin {
			s.endBin(binStart, binCount)
			binCount = 0
			binStart = binFloor(t, m.First)
		}
		binCount++
	}
	s.last, s.binStart, s.binCount = last, binStart, binCount
	m.Last, m.Max = last, hi
	m.Simultaneous += simultaneous
}

func (s *Stats) addPixels(batch []Event) {
	var on int64
	var xmax, ymax uint16
	width, height, counts := s.counts.size.Width, s.counts.size.Height, s.counts.n
	for i := range batch {
		e := &batch[i]
		on += int64(e.P)
		xmax, ymax = max(xmax, e.X), max(ymax, e.Y)
		if int(e.X) < width && int(e.Y) < height {
			if c := &counts[int(e.Y)*width+int(e.X)]; *c != 1<<32-1 {
				*c++
			}
			continue
		}
		s.counts.addOutside(e.X, e.Y)
		width, height, counts = s.counts.size.Width, s.counts.size.Height, s.counts.n
	}
	m := &s.s
	m.On += on
	m.XMax, m.YMax = max(m.XMax, int(xmax)), max(m.YMax, int(ymax))
}

// binFloor returns the start of the bin that holds t, the bins aligned with t0.
func binFloor(t, t0 int64) int64 {
	d := (t - t0) % PeakBin
	if d < 0 {
		d += PeakBin
	}
	return t - d
}

func (s *Stats) endBin(start, count int64) {
	if rate := float64(count) * (1e6 / PeakBin); rate > s.s.PeakRate {
		s.s.PeakRate, s.s.PeakAt = rate, start
	}
}

// shortestGap returns the duration that a silence must exceed to be kept.
func (s *Stats) shortestGap() int64 {
	if g := s.s.Gaps; len(g) == statsGaps {
		return g[statsGaps-1].Duration
	}
	return 0
}

// addGap files a silence, longest first, the earlier first among equals.
func (s *Stats) addGap(g Silence) int64 {
	gaps := s.s.Gaps
	i := len(gaps)
	for i > 0 && gaps[i-1].Duration < g.Duration {
		i--
	}
	if len(gaps) == statsGaps {
		gaps = gaps[:statsGaps-1]
	}
	s.s.Gaps = slices.Insert(gaps, i, g)
	return s.shortestGap()
}

// Summary returns what has been found so far. More may be added afterwards.
func (s *Stats) Summary() Summary {
	m := s.s
	m.Gaps = append([]Silence{}, m.Gaps...)
	m.Hottest = []HotPixel{}
	if m.Events == 0 {
		return m
	}
	m.Off = m.Events - m.On
	m.Duration = m.Max - m.Min
	if m.Duration > 0 {
		m.MeanRate = float64(m.Events) / float64(m.Duration) * 1e6
	}
	if rate := float64(s.binCount) * (1e6 / PeakBin); rate > m.PeakRate {
		m.PeakRate, m.PeakAt = rate, s.binStart
	}
	if m.Duration < PeakBin {
		m.PeakRate, m.PeakAt = 0, 0
	}
	m.Uncounted = s.counts.uncounted
	if s.geometry.Known() {
		m.OutOfBounds = s.counts.outside
	}
	m.Hottest, m.ActivePixels = s.counts.hottest(statsHot)
	for i := range m.Hottest {
		m.Hottest[i].Share = float64(m.Hottest[i].Events) / float64(m.Events)
	}
	return m
}

// Measured reads the whole stream and returns its statistics. On an error they
// are those of the events before it.
func Measured(r Reader) (Summary, error) {
	s := NewStats(r.Header().Geometry)
	for batch, err := range Batches(r) {
		if err != nil {
			return s.Summary(), err
		}
		s.Add(batch)
	}
	return s.Summary(), nil
}

// pixelCounts counts the events of each pixel. A stated size is believed at once
// only when it is small; else the counters grow with the coordinates met, so
// that a header alone cannot take memory.
type pixelCounts struct {
	limit     Geometry
	size      Geometry // of n
	n         []uint32 // saturates
	outside   int64    // events beyond limit
	uncounted int64    // the same, and those beyond statsPixels
}

// addOutside counts an event outside the present counters.
func (c *pixelCounts) addOutside(x, y uint16) {
	if !c.limit.Contains(x, y) {
		c.outside++
		c.uncounted++
		return
	}
	want := c.size
	for int(x) >= want.Width {
		want.Width = min(max(64, 2*want.Width), c.limit.Width)
	}
	for int(y) >= want.Height {
		want.Height = min(max(1, 2*want.Height), c.limit.Height)
	}
	if want.Pixels() > statsPixels {
		c.uncounted++
		return
	}
	c.resize(want)
	c.n[want.Index(x, y)]++
}

func (c *pixelCounts) resize(g Geometry) {
	n := make([]uint32, g.Pixels())
	for y := range c.size.Height {
		copy(n[y*g.Width:], c.n[y*c.size.Width:(y+1)*c.size.Width])
	}
	c.size, c.n = g, n
}

// hottest returns the k pixels with most events and how many pixels have one.
func (c *pixelCounts) hottest(k int) ([]HotPixel, int) {
	top := make([]HotPixel, 0, k+1)
	active := 0
	for i, n := range c.n {
		if n == 0 {
			continue
		}
		active++
		if len(top) == k && int64(n) <= top[k-1].Events {
			continue
		}
		h := HotPixel{X: uint16(i % c.size.Width), Y: uint16(i / c.size.Width), Events: int64(n)}
		at, _ := slices.BinarySearchFunc(top, h, func(a, b HotPixel) int {
			if a.Events == b.Events {
				return -1 // behind its equals
			}
			return cmp.Compare(b.Events, a.Events)
		})
		top = slices.Insert(top, at, h)
		if len(top) > k {
			top = top[:k]
		}
	}
	return top, active
}
