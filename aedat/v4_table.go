package aedat

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"dvsim/events"
)

// The data table (FileDataTable, FTAB) lists the packets of a file: field 0 is a
// vector of tables with 0 byteOffset i64, 1 PacketInfo (a struct of i32 stream and
// i32 bytes), 2 numElements i64, 3 and 4 the first and last time, i64 µs.
//
// dv-processing compresses the table as it does packets, and byteOffset is the
// place of the payload; jAER does not compress it, and byteOffset is the place of
// the packet's header. Both are read.

// v4Entry is one packet of the data table.
type v4Entry struct {
	off        int64 // of the packet's header
	stream     int32
	size       int32
	records    int64
	begin, end int64
}

// v4Table is a data table that fits the file: its packets lie one behind the
// other from the header to the table. A nil *v4Table is no table.
type v4Table struct {
	entries []v4Entry
	// counts and times tell that the records and the times of the entries proved
	// right on packets of the file.
	counts, times bool
}

const (
	// v4TableEager bounds the table (bytes in the file) that is read at the start;
	// a larger one is read when there is damage to repair.
	v4TableEager = 2 << 20
	v4TableMax   = 64 << 20
)

func v4HasIdent(b []byte, ident string) bool {
	return len(b) >= 12 && string(b[8:12]) == ident
}

// v4ReadTable reads the table at offset at of a file of size bytes, whose packets
// begin at offset first. It returns an error that says why there is none.
func v4ReadTable(src io.ReaderAt, u *v4Unpacker, first, at, size int64) (*v4Table, error) {
	if at < first || at >= size {
		return nil, fmt.Errorf("%w: byte %s is its place", events.ErrTruncated, events.Thousands(at))
	}
	if size-at > v4TableMax {
		return nil, fmt.Errorf("%w: %s bytes", events.ErrTooLarge, events.Thousands(size-at))
	}
	buf := make([]byte, size-at)
	if _, err := src.ReadAt(buf, at); err != nil {
		return nil, err
	}
	if m := u.codec.magic(); m != 0 && len(buf) >= 4 && binary.LittleEndian.Uint32(buf) == m {
		raw, _, err := u.unpack(buf)
		if err != nil {
			return nil, err
		}
		buf = raw
	}
	defer u.trim()
	t, err := v4ParseTable(buf)
	if err != nil {
		return nil, err
	}
	return t, t.fit(first, at)
}

func v4ParseTable(buf []byte) (*v4Table, error) {
	root, ident, err := v4Root(buf)
	if err != nil {
		return nil, err
	}
	if string(ident[:]) != v4IdentTable {
		return nil, fmt.Errorf("%w: identifier %q instead of %q", events.ErrCorrupt, ident[:], v4IdentTable)
	}
	t := &v4Table{entries: make([]v4Entry, 0, len(root.vector(0, 4))/4)}
	root.tables(0, func(_ int, e *v4Flat) {
		entry := v4Entry{off: e.i64(0), records: e.i64(2), begin: e.i64(3), end: e.i64(4)}
		if p := e.place(1, 8); p > 0 {
			entry.stream = int32(binary.LittleEndian.Uint32(e.buf[p:]))
			entry.size = int32(binary.LittleEndian.Uint32(e.buf[p+4:]))
		}
		t.entries = append(t.entries, entry)
	})
	if root.bad {
		return nil, fmt.Errorf("%w: an entry that leaves the table", events.ErrCorrupt)
	}
	return t, nil
}

// fit turns offsets of payloads into those of headers and demands that the
// packets tile the bytes from first to end.
func (t *v4Table) fit(first, end int64) error {
	shift := int64(0)
	if len(t.entries) > 0 && t.entries[0].off == first+8 {
		shift = 8
	}
	next := first
	for i := range t.entries {
		e := &t.entries[i]
		e.off -= shift
		if e.off != next || e.size < 0 || e.records < 0 {
			return fmt.Errorf("%w: its packet %d does not begin where the one before ends", events.ErrCorrupt, i+1)
		}
		next += 8 + int64(e.size)
	}
	if next != end {
		return fmt.Errorf("%w: its packets end at byte %s, the table begins at %s", events.ErrCorrupt, events.Thousands(next), events.Thousands(end))
	}
	return nil
}

// prove compares entries of event packets with up to five packets of the file,
// and believes counts and times if most of these agree.
func (t *v4Table) prove(src io.ReaderAt, u *v4Unpacker, streams []*v4Stream) {
	defer u.trim()
	var of []int
	for i := range t.entries {
		if v4StreamOf(streams, t.entries[i].stream).kind() == events.KindEvents {
			of = append(of, i)
		}
	}
	const tries = 5
	var tried, counts, times int
	for k := range min(tries, len(of)) {
		e := &t.entries[of[k*(len(of)-1)/(tries-1)]]
		if e.size > v4KeepBytes {
			continue
		}
		tried++
		sum, err := e.read(src, u)
		if err != nil || sum.n != e.records {
			continue
		}
		counts++
		if sum.first == e.begin && sum.last == e.end {
			times++
		}
	}
	t.counts, t.times = 2*counts > tried, 2*times > tried
}

// read decodes the packet of events that an entry tells of.
func (e *v4Entry) read(src io.ReaderAt, u *v4Unpacker) (v4Sum, error) {
	buf := make([]byte, e.size)
	if _, err := src.ReadAt(buf, e.off+8); err != nil {
		return v4Sum{}, err
	}
	raw, _, err := u.unpack(buf)
	if err != nil {
		return v4Sum{}, err
	}
	root, _, err := v4Root(raw)
	if err != nil {
		return v4Sum{}, err
	}
	_, sum, err := v4AppendEvents(nil, &root, events.Geometry{}, 0)
	return sum, err
}

// lost adds up the events of the packets that overlap the bytes from..to; ok is
// false when the table is not to be believed.
func (t *v4Table) lost(streams []*v4Stream, from, to int64) (n int64, ok bool) {
	if t == nil || !t.counts {
		return 0, false
	}
	for i := range t.entries {
		e := &t.entries[i]
		if e.off < to && e.off+8+int64(e.size) > from && v4StreamOf(streams, e.stream).kind() == events.KindEvents {
			n += e.records
		}
	}
	return n, true
}

// entryAt finds the packet whose header is at off; nil without one.
func (s *v4Scanner) entryAt(off int64) *v4Entry {
	if s.table == nil {
		return nil
	}
	all := s.table.entries
	if s.cursor >= len(all) || all[s.cursor].off != off {
		i, ok := slices.BinarySearchFunc(all, off, func(e v4Entry, off int64) int { return cmp.Compare(e.off, off) })
		if !ok {
			return nil
		}
		s.cursor = i
	}
	s.cursor++
	return &all[s.cursor-1]
}

// findTable looks at the start for the data table that the header announces, and
// sets where the packets end.
func (s *v4Scanner) findTable() {
	if s.at == nil {
		return
	}
	s.end = s.size
	switch {
	case s.announced < 0 || s.announced > s.size:
		return // no table, or the file is cut, which is met at its end
	case s.announced == s.size:
		s.warn("the data table is missing: the file was read packet by packet")
		return
	case s.size-s.announced > v4TableEager:
		s.end, s.lazy = s.announced, true
		return
	}
	s.loadTable()
}

// loadTable reads the table; without one it warns.
func (s *v4Scanner) loadTable() {
	s.lazy = false
	t, err := v4ReadTable(s.at, &s.unpacker, s.first, s.announced, s.size)
	if err != nil {
		s.warn("the data table cannot be used, the file was read packet by packet: %v", err)
		s.end = s.size
		return
	}
	t.prove(s.at, &s.unpacker, s.streams)
	s.table, s.end = t, s.announced
}

// lookTable returns the table, and reads it if that was put off.
func (s *v4Scanner) lookTable() *v4Table {
	if s.lazy {
		s.loadTable()
	}
	return s.table
}

// isTable reports whether a data table begins at pos of the job; a failing
// source sets j.err.
func (s *v4Scanner) isTable(j *v4Job, pos int) bool {
	need := pos + 12
	m := s.unpacker.codec.magic()
	if m != 0 && len(j.in) >= pos+4 && binary.LittleEndian.Uint32(j.in[pos:]) == m {
		need = pos + 4<<20 + v4Ahead // the largest first block
	}
	if err := s.fill(j, need); err != nil && !errors.Is(err, io.EOF) {
		j.err = err
		return false
	}
	b := j.in[pos:]
	return v4HasIdent(b, v4IdentTable) || need > pos+12 && v4HasIdent(s.unpacker.head(b), v4IdentTable)
}

// atTable ends the scan where the packets end.
func (s *v4Scanner) atTable(j *v4Job, pos int) bool {
	off := j.base + int64(pos)
	if off != s.announced {
		s.warn("the data table is at byte %s, the header says %d", events.Thousands(off), s.announced)
	} else if s.at == nil && !s.isTable(j, pos) {
		s.warn("the data table is damaged; the packets are all there")
	}
	s.done = true
	return false
}
