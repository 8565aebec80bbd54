package aedat

import (
	"encoding/binary"
	"fmt"
	"math"

	"dvsim/events"
)

// FlatBuffers, as much of them as AEDAT 4 needs, read with every offset checked:
// the bytes may come from a damaged file, and the official Go runtime, which
// trusts them, would panic.
//
// A buffer here is always size-prefixed: u32 length of the rest, u32 offset of the
// root table (from its own place), four letters that name the type, then tables.
// A table begins with the i32 distance back to its vtable; the vtable is u16 its
// own length, u16 length of the table, and a u16 place in the table for each field,
// 0 where the field is absent and has its default.
// Source: FlatBuffers internals, https://flatbuffers.dev/internals/

// v4Flat is one table. A broken offset met by an accessor sets bad; the value
// returned then is the default.
type v4Flat struct {
	buf    []byte
	pos    int // of the table
	vtab   int // of its vtable
	vlen   int // bytes of the vtable
	tlen   int // bytes of the table's inline part
	bad    bool
	vecEnd int // end of the last vector that was looked up
}

// v4Root opens a size-prefixed buffer. Up to seven zero bytes of padding may follow it.
func v4Root(buf []byte) (t v4Flat, ident [4]byte, err error) {
	if len(buf) < 16 {
		return t, ident, fmt.Errorf("%w: %d bytes are no FlatBuffer", events.ErrCorrupt, len(buf))
	}
	size := uint64(binary.LittleEndian.Uint32(buf)) + 4
	rest := uint64(len(buf)) - size
	if size > uint64(len(buf)) || rest > 7 || !v4Zero(buf[size:]) {
		return t, ident, fmt.Errorf("%w: the FlatBuffer says that it has %d bytes, %d are there", events.ErrCorrupt, size, len(buf))
	}
	copy(ident[:], buf[8:12])
	t, ok := v4FlatAt(buf[:size], 4+int64(binary.LittleEndian.Uint32(buf[4:])))
	if !ok {
		return t, ident, fmt.Errorf("%w: a FlatBuffer without a valid root table", events.ErrCorrupt)
	}
	return t, ident, nil
}

// v4FlatAt returns the table at a position of buf.
func v4FlatAt(buf []byte, pos int64) (v4Flat, bool) {
	n := int64(len(buf))
	if pos < 0 || pos+4 > n {
		return v4Flat{}, false
	}
	vtab := pos - int64(int32(binary.LittleEndian.Uint32(buf[pos:])))
	if vtab < 0 || vtab+4 > n {
		return v4Flat{}, false
	}
	vlen := int64(binary.LittleEndian.Uint16(buf[vtab:]))
	tlen := int64(binary.LittleEndian.Uint16(buf[vtab+2:]))
	if vlen < 4 || vlen%2 > 0 || vtab+vlen > n || tlen < 4 || pos+tlen > n {
		return v4Flat{}, false
	}
	return v4Flat{buf: buf, pos: int(pos), vtab: int(vtab), vlen: int(vlen), tlen: int(tlen)}, true
}

// place returns where a field of size bytes lies in the buffer, 0 where it is absent.
func (t *v4Flat) place(i, size int) int {
	at := 4 + 2*i
	if at+2 > t.vlen {
		return 0
	}
	off := int(binary.LittleEndian.Uint16(t.buf[t.vtab+at:]))
	if off == 0 {
		return 0
	}
	if off < 4 || off+size > t.tlen {
		t.bad = true
		return 0
	}
	return t.pos + off
}

func (t *v4Flat) i8(i int) int8 {
	if p := t.place(i, 1); p > 0 {
		return int8(t.buf[p])
	}
	return 0
}

func (t *v4Flat) i16(i int) int16 {
	if p := t.place(i, 2); p > 0 {
		return int16(binary.LittleEndian.Uint16(t.buf[p:]))
	}
	return 0
}

func (t *v4Flat) i32(i int) int32 {
	if p := t.place(i, 4); p > 0 {
		return int32(binary.LittleEndian.Uint32(t.buf[p:]))
	}
	return 0
}

func (t *v4Flat) i64(i int) int64 {
	if p := t.place(i, 8); p > 0 {
		return int64(binary.LittleEndian.Uint64(t.buf[p:]))
	}
	return 0
}

func (t *v4Flat) f32(i int) float32 {
	if p := t.place(i, 4); p > 0 {
		return math.Float32frombits(binary.LittleEndian.Uint32(t.buf[p:]))
	}
	return 0
}

// vector returns the elements of a vector, elem bytes each; nil where it is absent or empty.
func (t *v4Flat) vector(i, elem int) []byte {
	p := t.place(i, 4)
	if p == 0 {
		return nil
	}
	at := uint64(p) + uint64(binary.LittleEndian.Uint32(t.buf[p:]))
	n := uint64(len(t.buf))
	if at+4 > n {
		t.bad = true
		return nil
	}
	bytes := uint64(binary.LittleEndian.Uint32(t.buf[at:])) * uint64(elem)
	if at+4+bytes > n {
		t.bad = true
		return nil
	}
	t.vecEnd = int(at + 4 + bytes)
	return t.buf[at+4 : at+4+bytes]
}

// v4MaxTables bounds a vector of tables: several entries may share one table, so
// that their bytes alone would not bound what they are read into.
const v4MaxTables = 4 << 20

// tables calls f with each table of a vector of tables, and stops at a broken one.
// It returns how many the vector declares, which its bytes bound.
func (t *v4Flat) tables(i int, f func(k int, e *v4Flat)) int {
	vec := t.vector(i, 4)
	if len(vec) > 4*v4MaxTables {
		t.bad = true
		return len(vec) / 4
	}
	base := int64(t.vecEnd - len(vec))
	for k := 0; 4*k < len(vec); k++ {
		e, ok := v4FlatAt(t.buf, base+int64(4*k)+int64(binary.LittleEndian.Uint32(vec[4*k:])))
		if !ok {
			t.bad = true
			return len(vec) / 4
		}
		f(k, &e)
		if e.bad {
			t.bad = true
			return len(vec) / 4
		}
	}
	return len(vec) / 4
}

func v4Zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
