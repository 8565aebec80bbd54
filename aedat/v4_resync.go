package aedat

import (
	"errors"
	"io"

	"dvsim/events"
)

// Finding the way back after a damaged packet header. With a data table the
// header is known and nothing but its 8 bytes is lost. Without one the scanner
// looks for the next 8 bytes that could be a header, followed by a payload that
// decompresses to a FlatBuffer of that stream's type.
//
// The damage may lie in the packet before: a wrong length leads to a place that
// is no header. So in salvage a job ends only where the next header has been
// seen to be plausible, and the packet before a bad one is tried.

// repair takes the header of a damaged packet from the data table.
func (s *v4Scanner) repair(j *v4Job, it *v4Item, err error) bool {
	if !s.salvage || s.lookTable() == nil {
		return false
	}
	e := s.entryAt(it.off)
	if e == nil {
		return false
	}
	it.id, it.size = e.stream, int64(e.size)
	it.stream = v4StreamOf(s.streams, it.id)
	it.kind = it.stream.kind()
	it.repaired = true
	s.gap(j, it.off, it.off+8, 0, 0, err)
	return true
}

// damaged handles bytes at *pos that are no packet. It returns false: the job ends.
func (s *v4Scanner) damaged(j *v4Job, pos *int, err error) bool {
	off := j.base + int64(*pos)
	if s.isTable(j, *pos) {
		return s.atTable(j, *pos)
	}
	if j.err != nil {
		return s.failed(j, j.err)
	}
	if !s.salvage {
		s.gap(j, off, off, 1, 0, err)
		return false
	}
	from, resume := off, *pos+1
	if n := len(j.items) - 1; n >= 0 && j.items[n].gap == nil && j.items[n].at+int(j.items[n].size) == *pos {
		if prev := j.items[n]; s.verify(j, &prev) != nil {
			// The packet before leads here, and it is broken: its length may be wrong.
			from, resume = prev.off, prev.at
			s.count--
			j.items = j.items[:n]
		}
	}
	s.seeking = &v4Seek{from: from, err: err}
	*pos = resume
	return false
}

// ahead looks at the header behind a packet. It returns false when the job ends there.
func (s *v4Scanner) ahead(j *v4Job, pos *int) bool {
	off := j.base + int64(*pos)
	if off == s.end || off == s.announced || s.table != nil {
		return true
	}
	if err := s.fill(j, *pos+v4Ahead); err != nil && !errors.Is(err, io.EOF) {
		return true // packet will meet it again
	}
	if len(j.in) < *pos+8 {
		return true // so near the end, packet says what is wrong
	}
	next := v4HeaderAt(j, *pos)
	if err := s.plausible(j.in[*pos+8:], &next); err != nil {
		return s.damaged(j, pos, err)
	}
	return true
}

// verify decodes a packet for the sake of its errors.
func (s *v4Scanner) verify(j *v4Job, it *v4Item) error {
	if it.kind == events.KindOther {
		return nil
	}
	w := v4Worker{unpacker: s.unpacker}
	defer func() { s.unpacker = w.unpacker }()
	var out v4Job
	out.in = j.in
	c := *it
	c.entry = nil
	return w.packet(&out, &c)
}

// search looks for the next packet and adds the gap before it to the job. It
// returns where the packet begins in the job, or -1 at the end of the file.
func (s *v4Scanner) search(j *v4Job) int {
	at := 0
	for {
		for ; at+v4Ahead <= len(j.in); at++ {
			if !s.candidate(j, at) {
				continue
			}
			s.found(j, at)
			return at
		}
		if j.err != nil {
			return -1
		}
		// Keep what may be the beginning of a header, forget the rest.
		j.base += int64(at)
		j.in = append(j.in[:0], j.in[at:]...)
		at = 0
		switch err := s.fill(j, v4Ahead); {
		case errors.Is(err, io.EOF):
			s.found(j, len(j.in))
			return -1
		case err != nil:
			s.found(j, len(j.in))
			j.err = err
			return -1
		}
	}
}

// candidate reports whether a whole packet stands at a place of the job.
func (s *v4Scanner) candidate(j *v4Job, at int) bool {
	it := v4HeaderAt(j, at)
	if it.size < 16 || s.plausible(j.in[it.at:], &it) != nil || it.stream == nil {
		return false
	}
	if err := s.fill(j, it.at+int(it.size)); err != nil {
		if !errors.Is(err, io.EOF) {
			j.err = err
		}
		return false
	}
	return s.verify(j, &it) == nil
}

// found ends the search at a place of the job, where a packet begins or the file ends.
func (s *v4Scanner) found(j *v4Job, at int) {
	from, to := s.seeking.from, j.base+int64(at)
	if from < s.announced && s.announced < to {
		to = s.announced // behind it is the data table
	}
	maxEvents := s.bound(from, max(to, s.announced))
	if at < len(j.in) {
		maxEvents = s.bound(from, to)
	}
	s.gap(j, from, to, 1, maxEvents, s.seeking.err)
	s.seeking = nil
	s.count++
}
