package aedat

import (
	"fmt"
	"maps"
	"slices"

	"dvsim/events"
)

// v4Merge goes through the items of jobs in the order of the file: it judges what
// a worker could not judge alone, unfolds clocks, counts, and feeds the tap.
type v4Merge struct {
	codec   v4Codec
	salvage bool
	tap     events.Tap
	streams []*v4Stream
	others  []*v4Stream // that the header does not declare
	err     error       // sticky

	job      *v4Job
	place    int // the next item of the job
	from, to int // events of the job that are ready to be taken

	any      bool
	prev     int64 // time of the last event
	rep      events.Report
	unknown  map[int8]int64 // frames by formats without a name
	warnings []string
}

// take copies events that are ready.
func (m *v4Merge) take(dst []events.Event) int {
	if m.from == m.to {
		return 0
	}
	n := copy(dst, m.job.events[m.from:m.to])
	m.from += n
	return n
}

func (m *v4Merge) waiting() bool { return m.from < m.to }

// items reports whether the job has more to give.
func (m *v4Merge) items() bool { return m.job != nil && m.place < len(m.job.items) }

// taps reports whether the next item is one that the tap will see.
func (m *v4Merge) taps() bool {
	it := &m.job.items[m.place]
	return it.kind != events.KindEvents && it.from < it.to && it.err == nil
}

// item handles the next item.
func (m *v4Merge) item() {
	it := &m.job.items[m.place]
	m.place++
	if it.gap != nil {
		m.lose(it.gap)
		return
	}
	if it.err == nil && it.kind == events.KindEvents && !it.sure {
		it.err = m.doubt(it)
		it.lost = it.sum.n
	}
	if it.err != nil {
		g := events.Gap{Offset: it.off, Bytes: 8 + it.size, Packets: 1, MaxEvents: it.lost, Err: &events.FormatError{
			Format: v4Format, Offset: it.off, Part: v4Label(it.no, m.codec), Err: it.err, Hint: events.HintSalvage,
		}}
		if it.repaired {
			g.Offset, g.Bytes = it.off+8, it.size
		}
		m.lose(&g)
		return
	}
	s := it.stream
	if s == nil {
		s = m.other(it.id)
	}
	switch it.kind {
	case events.KindEvents:
		m.events(s, it)
	case events.KindFrames:
		m.frame(s, it)
	case events.KindIMU:
		v4Unfold(&s.clock, m.job.imus[it.from:min(it.to, len(m.job.imus))], &it.sum, func(r *events.IMU) *int64 { return &r.T })
		s.add(it.sum.n, it.sum.first, it.sum.last)
		if m.tap.IMU != nil && it.from < it.to {
			m.err = m.tap.IMU(m.job.imus[it.from:it.to])
		}
	case events.KindTrigger:
		v4Unfold(&s.clock, m.job.triggers[it.from:min(it.to, len(m.job.triggers))], &it.sum, func(r *events.Trigger) *int64 { return &r.T })
		s.add(it.sum.n, it.sum.first, it.sum.last)
		if m.tap.Trigger != nil && it.from < it.to {
			m.err = m.tap.Trigger(m.job.triggers[it.from:it.to])
		}
	default:
		s.packets++
	}
}

// lose ends strict decoding, and counts a loss in salvage.
func (m *v4Merge) lose(g *events.Gap) {
	if !m.salvage {
		m.err = g.Err
		return
	}
	m.rep.Loss.Add(*g)
}

// doubt judges a packet of events that no checksum vouches for by what sane
// events look like.
func (m *v4Merge) doubt(it *v4Item) error {
	s := it.stream
	if it.sum.jump {
		return fmt.Errorf("%w: two neighbouring events are more than 19 hours apart", events.ErrCorrupt)
	}
	if it.sum.outside == 0 || !s.stated || s.oversize {
		return nil
	}
	if s.records == 0 && it.sum.outside > 2+it.sum.n/32 {
		// From the first packet on many events lie outside: the header is wrong, not they.
		s.oversize = true
		m.warn("stream %d has events outside the %s that the header states", s.ID, s.bounds)
		return nil
	}
	e := m.job.events[it.from+it.sum.outsideAt]
	return fmt.Errorf("%w: event %d at (%d, %d) lies outside the %s of the header (where the header is wrong, give the size with --geometry)", events.ErrCorrupt, it.sum.outsideAt, e.X, e.Y, s.bounds)
}

// events makes a packet of events ready to be taken.
func (m *v4Merge) events(s *v4Stream, it *v4Item) {
	ev := m.job.events[it.from:it.to]
	if len(ev) > 0 && (it.sum.leap || !s.clock.quiet(it.sum.first, it.sum.last)) {
		it.sum.back = 0
		for i := range ev {
			ev[i].T = s.clock.fix(ev[i].T)
			if i > 0 && ev[i].T < ev[i-1].T {
				it.sum.back++
			}
		}
		it.sum.first, it.sum.last = ev[0].T, ev[len(ev)-1].T
	}
	s.add(it.sum.n, it.sum.first, it.sum.last)
	if len(ev) == 0 {
		return
	}
	if m.any && it.sum.first < m.prev {
		m.rep.Backward++
	}
	m.any, m.prev = true, it.sum.last
	m.rep.Backward += it.sum.back
	m.rep.OutOfBounds += it.sum.outside
	m.from, m.to = it.from, it.to
}

func (m *v4Merge) frame(s *v4Stream, it *v4Item) {
	if it.sum.n == 0 {
		s.packets++
		if m.unknown == nil {
			m.unknown = map[int8]int64{}
		}
		m.unknown[it.code]++
		return
	}
	raw := it.sum.first
	it.sum.first = s.clock.fix(raw)
	it.sum.last = it.sum.first
	s.add(1, it.sum.first, it.sum.last)
	if it.from == it.to {
		return
	}
	f := &m.job.frames[it.from]
	if d := it.sum.first - raw; d != 0 {
		f.T += d
		f.Begin += d
		f.End += d
		f.ExposureBegin += d
		f.ExposureEnd += d
	}
	m.err = m.tap.Frame(f)
}

// v4Unfold applies a clock to records, or only to their first and last time
// where nobody wants the records.
func v4Unfold[T any](c *v4Clock, r []T, sum *v4Sum, t func(*T) *int64) {
	switch {
	case sum.n == 0 || !sum.leap && c.quiet(sum.first, sum.last):
	case len(r) == 0:
		sum.first, sum.last = c.fix(sum.first), c.fix(sum.last)
	default:
		for i := range r {
			p := t(&r[i])
			*p = c.fix(*p)
		}
		sum.first, sum.last = *t(&r[0]), *t(&r[len(r)-1])
	}
}

// other finds the count of a stream that the header does not declare.
func (m *v4Merge) other(id int32) *v4Stream {
	if s := v4StreamOf(m.others, id); s != nil {
		return s
	}
	m.warn("stream %d is not declared in the header: its packets were passed over", id)
	s := &v4Stream{Stream: events.Stream{ID: int(id), Kind: events.KindOther}}
	if len(m.others) < 1000 {
		m.others = append(m.others, s)
	}
	return s
}

func (m *v4Merge) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(m.warnings, w) && len(m.warnings) < 1000 {
		m.warnings = append(m.warnings, w)
	}
}

// report puts the counts together.
func (m *v4Merge) report(scanned []string) events.Report {
	r := m.rep
	r.Streams = nil
	for _, s := range slices.Concat(m.streams, m.others) {
		r.Streams = append(r.Streams, events.StreamReport{Stream: s.Stream, Records: s.records, Packets: s.packets, First: s.first, Last: s.last})
		r.Wraps += s.clock.wraps
	}
	r.Loss.Gaps = slices.Clone(r.Loss.Gaps)
	r.Warnings = slices.Concat(scanned, m.warnings)
	for _, code := range slices.Sorted(maps.Keys(m.unknown)) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d frames have a pixel format that is not read (OpenCV type %d): passed over", m.unknown[code], code))
	}
	return r
}
