package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A unit is a stretch of whole samples, as bytes. Each sample is
//
//	name     length and bytes
//	label
//	counts   0: every count is 1 and there is no last column
//	steps    for each, its number of entries
//	sources  for each entry: the first of a step as it is, then differences
//	counts   a byte an entry
//
// where numbers are varints (docs/formats/dvset.md).

// appendSample appends a sample to a unit.
func appendSample(b []byte, m *Sample) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.Name)))
	b = append(b, m.Name...)
	b = binary.AppendUvarint(b, uint64(m.Label))
	counts := byte(0)
	for _, e := range m.Entries {
		if e>>packBits != 1 {
			counts = 1
			break
		}
	}
	b = append(b, counts)
	at := uint32(0)
	for _, end := range m.Ends {
		b = binary.AppendUvarint(b, uint64(end-at))
		at = end
	}
	at = 0
	for _, end := range m.Ends {
		last := uint32(0)
		for _, e := range m.Entries[at:end] {
			source := e & (MaxSources - 1)
			b = binary.AppendUvarint(b, uint64(source-last))
			last = source
		}
		at = end
	}
	if counts == 1 {
		for _, e := range m.Entries {
			b = append(b, byte(e>>packBits))
		}
	}
	return b
}

// errShort is the cause of errors where a unit ends too early.
var errShort = errors.New("a sample goes beyond its block")

// unitReader takes a unit apart.
type unitReader struct {
	b   []byte
	bad bool // a number went beyond the end, or over its limit
}

// number reads a varint of at most limit.
func (u *unitReader) number(limit uint64) uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 || v > limit {
		u.bad = true
		return 0
	}
	u.b = u.b[n:]
	return v
}

// sample reads one sample of a set. Nothing is allocated that the bytes at hand
// do not fill.
func (u *unitReader) sample(s *Set, m *Sample) error {
	n := u.number(uint64(len(u.b)))
	if u.bad || n > uint64(len(u.b)) {
		return errShort
	}
	m.Name, u.b = string(u.b[:n]), u.b[n:]
	m.Label = int(u.number(maxInfo))
	counts := u.number(1)
	if u.bad || s.Steps > len(u.b) {
		return errShort
	}
	m.Ends = make([]uint32, s.Steps)
	total := uint64(0)
	for t := range m.Ends {
		total += u.number(uint64(len(u.b)))
		if u.bad || total > uint64(len(u.b)) {
			return fmt.Errorf("step %d: %w", t, errShort)
		}
		m.Ends[t] = uint32(total)
	}
	m.Entries = make([]uint32, total)
	if err := u.sources(m); err != nil {
		return err
	}
	if counts == 1 {
		if uint64(len(u.b)) < total {
			return errShort
		}
		for i, c := range u.b[:total] {
			m.Entries[i] |= uint32(c) << packBits
		}
		u.b = u.b[total:]
	} else {
		for i := range m.Entries {
			m.Entries[i] |= 1 << packBits
		}
	}
	return s.check(m, s.Layer.Len())
}

// sources reads the column of sources.
func (u *unitReader) sources(m *Sample) error {
	at := uint32(0)
	for t, end := range m.Ends {
		last := uint32(0)
		step := m.Entries[at:end]
		for i := range step {
			if len(u.b) > 0 && u.b[0] < 0x80 {
				last += uint32(u.b[0])
				u.b = u.b[1:]
			} else {
				last += uint32(u.number(MaxSources - 1))
			}
			if u.bad || last >= MaxSources {
				return fmt.Errorf("step %d: a source beyond the layer, or %w", t, errShort)
			}
			step[i] = last
		}
		at = end
	}
	return nil
}
