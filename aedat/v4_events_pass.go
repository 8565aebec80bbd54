package aedat

import (
	"encoding/binary"
	"unsafe"

	"dvsim/events"
)

// v4SameLayout tells that events.Event in memory is what an event is on the wire,
// but for Src, which is the first byte of the wire's padding. A test holds the
// offsets; this asks for the order of bytes of the machine.
var v4SameLayout = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// v4Pass copies events from the wire and gathers what v4Copy needs. Where memory
// and wire have the same layout the copy is one move of memory and the events are
// looked at as two words each, which is four to eight times as fast as the plain loop.
//
// It is safe to look at dst as words: Event is 16 bytes without pointers, aligned
// to 8, and only the 2·len(dst) words of dst itself are written, each with a value
// that is a valid Event (any bits are).
func v4Pass(dst []events.Event, vec []byte, limits uint64, src uint8) (all, in, steps uint64) {
	if !v4SameLayout || len(dst) == 0 {
		return v4PassPlain(dst, vec, limits, src)
	}
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(dst))), 2*len(dst))
	copy(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(dst))), v4EventBytes*len(dst)), vec)
	in = v4Signs
	prev := words[0]
	w := words
	for ; len(w) >= 4; w = w[4:] { // two events a turn
		t1, w1, t2, w2 := w[0], w[1], w[2], w[3]
		all |= w1 | w2
		in &= (limits - w1&v4Coordinates) & (limits - w2&v4Coordinates)
		steps |= (t1 - prev) | (t2 - t1)
		prev = t2
	}
	if len(w) == 2 {
		all |= w[1]
		in &= limits - w[1]&v4Coordinates
		steps |= w[0] - prev
	}
	if mark := uint64(src) << 40; all>>40 != 0 || mark != 0 {
		for i := 1; i < len(words); i += 2 {
			words[i] = words[i]&0xFF_FFFF_FFFF | mark
		}
	}
	return all, in, steps
}
