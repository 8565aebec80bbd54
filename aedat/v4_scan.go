package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"dvsim/events"
)

// v4Scanner cuts the bytes of a file into jobs. It looks at packet headers only;
// what is inside a packet is the workers' affair. One goroutine at a time uses it.
type v4Scanner struct {
	r       io.Reader // gives the bytes from offset next on
	next    int64
	carry   []byte // bytes before next that the next job begins with
	chunk   int    // bytes that a job aims for
	salvage bool
	streams []*v4Stream
	first   int64 // offset of the first packet

	at        io.ReaderAt // nil for a pipe
	size      int64       // of the file, -1 for a pipe
	end       int64       // where packets end: data table or end of file; -1 when not known
	announced int64       // where the header says that the table is; -1 for nowhere
	table     *v4Table
	cursor    int  // the table's entry at the scanner's place, most of the time
	lazy      bool // the table is too large to be read without need

	unpacker v4Unpacker // for looking into packets
	count    int64      // packets met
	seeking  *v4Seek    // the scanner is out of step and looks for a packet
	done     bool
	warnings []string
}

// v4Seek is a stretch of bytes that is being left out.
type v4Seek struct {
	from int64 // of the first byte lost
	err  error // why
}

// scan fills a job with the next packets.
func (s *v4Scanner) scan(j *v4Job) {
	j.reset()
	j.base = s.next - int64(len(s.carry))
	j.in = append(j.in, s.carry...)
	s.carry = s.carry[:0]
	pos := 0
	if s.seeking != nil {
		if pos = s.search(j); pos < 0 {
			s.finish(j)
			return
		}
	}
	for s.packet(j, &pos) {
		if pos >= s.chunk || s.at == nil && !s.whole(j, pos) {
			break
		}
	}
	if s.done {
		s.finish(j)
		return
	}
	s.carry = append(s.carry, j.in[pos:]...)
}

// whole reports whether the packet at pos has already been read.
func (s *v4Scanner) whole(j *v4Job, pos int) bool {
	if len(j.in) < pos+8 {
		return false
	}
	size := int32(binary.LittleEndian.Uint32(j.in[pos+4:]))
	return size >= 0 && len(j.in)-pos-8 >= int(size)
}

func (s *v4Scanner) finish(j *v4Job) { s.done, j.last = true, true }

// fill reads until the job has need bytes. It returns io.EOF if the source ends before.
func (s *v4Scanner) fill(j *v4Job, need int) error {
	for len(j.in) < need {
		want := max(need, s.chunk)
		if cap(j.in) < want {
			// No more than what is there already, whatever size has been declared.
			step := min(want-len(j.in), max(len(j.in), s.chunk+v4Ahead))
			j.in = slices.Grow(j.in, step)
		}
		n, err := s.r.Read(j.in[len(j.in):min(cap(j.in), want)])
		j.in = j.in[:len(j.in)+n]
		s.next += int64(n)
		if err != nil && len(j.in) < need {
			return err
		}
	}
	return nil
}

// v4Ahead is how many bytes behind a packet are looked at: the next header and
// the beginning of its payload.
const v4Ahead = 8 + 16

// packet takes one packet, or the damage in its place, at *pos of the job. It
// returns false when the job ends here.
func (s *v4Scanner) packet(j *v4Job, pos *int) bool {
	off := j.base + int64(*pos)
	if off == s.end {
		if s.end == s.size {
			s.missing(j, off)
		}
		s.done = true
		return false
	}
	switch err := s.fill(j, *pos+8); {
	case err == nil:
	case !errors.Is(err, io.EOF):
		return s.failed(j, err)
	case len(j.in) == *pos:
		s.missing(j, off)
		s.done = true
		return false
	case off == s.announced:
		return s.atTable(j, *pos)
	default:
		return s.damaged(j, pos, fmt.Errorf("%w: %d bytes are left, too few for a packet", events.ErrTruncated, len(j.in)-*pos))
	}
	it := v4HeaderAt(j, *pos)
	it.no = s.count + 1
	err := s.check(j, &it)
	if j.err != nil {
		return s.failed(j, j.err)
	}
	if off == s.announced {
		if s.isTable(j, *pos) || err != nil {
			return s.atTable(j, *pos)
		}
		s.warn("the header says that the data table is at byte %s, but a packet is there", events.Thousands(off))
	}
	if err != nil && !s.repair(j, &it, err) {
		return s.damaged(j, pos, err)
	}
	switch err := s.fill(j, it.at+int(it.size)); {
	case errors.Is(err, io.EOF):
		return s.damaged(j, pos, fmt.Errorf("%w: the packet has %s bytes, %s are there", events.ErrTruncated, events.Thousands(it.size), events.Thousands(int64(len(j.in)-it.at))))
	case err != nil:
		return s.failed(j, err)
	}
	if it.stream == nil {
		if err := s.foreign(j, &it); err != nil {
			return s.damaged(j, pos, err)
		}
	}
	it.table, it.entry = s.table, s.entryAt(off)
	s.count++
	j.items = append(j.items, it)
	*pos = it.at + int(it.size)
	return !s.salvage || s.ahead(j, pos)
}

// failed ends the scan because the source failed.
func (s *v4Scanner) failed(j *v4Job, err error) bool {
	j.err, s.done = err, true
	return false
}

// v4HeaderAt reads the 8 bytes of a packet's header.
func v4HeaderAt(j *v4Job, pos int) v4Item {
	return v4Item{
		off: j.base + int64(pos), at: pos + 8,
		id:   int32(binary.LittleEndian.Uint32(j.in[pos:])),
		size: int64(int32(binary.LittleEndian.Uint32(j.in[pos+4:]))),
	}
}

// check judges a packet's header; a failing source sets j.err.
func (s *v4Scanner) check(j *v4Job, it *v4Item) error {
	if e := s.entryAt(it.off); e != nil && (e.stream != it.id || int64(e.size) != it.size) {
		return fmt.Errorf("%w: a packet of stream %d with %d bytes, the data table says stream %d with %d bytes", events.ErrCorrupt, it.id, it.size, e.stream, e.size)
	}
	if s.salvage {
		// The beginning of the payload is a witness too.
		if err := s.fill(j, it.at+16); err != nil && !errors.Is(err, io.EOF) {
			j.err = err
			return err
		}
	}
	return s.plausible(j.in[it.at:], it)
}

// plausible judges a packet's header, and in salvage the beginning of its payload;
// it fills in the stream.
func (s *v4Scanner) plausible(payload []byte, it *v4Item) error {
	it.stream = v4StreamOf(s.streams, it.id)
	it.kind = it.stream.kind()
	switch {
	case it.id < 0 || it.id > v4MaxStream:
		return fmt.Errorf("%w: a packet of stream %d", events.ErrCorrupt, it.id)
	case it.size < 0:
		return fmt.Errorf("%w: a packet of %d bytes", events.ErrCorrupt, it.size)
	case s.end >= 0 && it.off+8+it.size > s.end:
		what, cause := "file", events.ErrTruncated
		if s.end < s.size {
			what, cause = "packets", events.ErrCorrupt
		}
		return fmt.Errorf("%w: the packet has %s bytes, the %s end after %s", cause, events.Thousands(it.size), what, events.Thousands(s.end-it.off-8))
	case it.size > v4MaxPacket:
		return fmt.Errorf("%w: a packet of %s bytes, the limit is %s", events.ErrTooLarge, events.Thousands(it.size), events.Thousands(v4MaxPacket))
	}
	if s.salvage && len(payload) >= 16 {
		return s.begins(payload, it)
	}
	return nil
}

// begins judges the first 16 bytes of a payload.
func (s *v4Scanner) begins(b []byte, it *v4Item) error {
	if m := s.unpacker.codec.magic(); m != 0 {
		if got := binary.LittleEndian.Uint32(b); got != m {
			return fmt.Errorf("%w: a packet that is not compressed (%s)", events.ErrCorrupt, s.unpacker.codec)
		}
		return nil
	}
	size := int64(binary.LittleEndian.Uint32(b)) + 4
	ident := string(b[8:12])
	if size > it.size || size+8 <= it.size || it.stream != nil && it.kind != events.KindOther && ident != v4Ident(it.kind) || !v4Printable(ident) {
		return fmt.Errorf("%w: a packet whose content says %d bytes and %q", events.ErrCorrupt, size, ident)
	}
	return nil
}

func v4Printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// foreign judges a packet of a stream that the header does not declare: a type
// that is not read here is passed over, one that is read must be declared.
func (s *v4Scanner) foreign(j *v4Job, it *v4Item) error {
	b := s.unpacker.head(j.in[it.at : it.at+int(it.size)])
	if len(b) < 16 || !v4Printable(string(b[8:12])) || v4Kind(string(b[8:12])) != events.KindOther {
		return fmt.Errorf("%w: a packet of stream %d, which the header does not declare", events.ErrCorrupt, it.id)
	}
	return nil
}

// missing tells of a file that ends before its packets do.
func (s *v4Scanner) missing(j *v4Job, off int64) {
	if s.announced > off {
		s.gap(j, off, off, 1, s.bound(off, s.announced), fmt.Errorf("%w: the header announces data up to byte %s", events.ErrTruncated, events.Thousands(s.announced)))
	}
}

// gap adds a stretch of bytes that are no packet. Strict decoding ends there.
func (s *v4Scanner) gap(j *v4Job, from, to, packets, maxEvents int64, err error) {
	fe := &events.FormatError{
		Format: v4Format, Offset: from, Part: v4Label(s.count+1, s.unpacker.codec), Err: err, Hint: events.HintSalvage,
	}
	j.items = append(j.items, v4Item{gap: &events.Gap{Offset: from, Bytes: to - from, Packets: packets, MaxEvents: maxEvents, Err: fe}})
	if !s.salvage {
		s.done = true
	}
}

// warn keeps a remark for people, once.
func (s *v4Scanner) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(s.warnings, w) {
		s.warnings = append(s.warnings, w)
	}
}
