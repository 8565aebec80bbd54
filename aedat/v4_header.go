package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"dvsim/events"
)

// v4MaxHeader bounds the header; real ones have 2 to 10 KB.
const v4MaxHeader = 16 << 20

// v4Header is the IOHeader table: 0 compression i32, 1 dataTablePosition i64,
// 2 infoNode string. An absent field has its default.
type v4Header struct {
	codec   v4Codec
	table   int64 // place of the data table; -1 for none, -2 while jAER still writes
	bytes   int64 // offset of the first packet
	streams []events.Stream
	notes   []string
}

// v4ReadHeader reads the version line and the header off r. size is the length
// of the file, -1 when it is not known.
func v4ReadHeader(r io.Reader, size int64) (v4Header, error) {
	h := v4Header{table: -1}
	var head [len(v4Version) + 4]byte
	if err := v4ReadFull(r, head[:], 0); err != nil {
		return h, err
	}
	if line := string(head[:len(v4Version)]); line != v4Version {
		return h, &events.FormatError{Format: v4Format, Offset: 0, Part: "header", Err: fmt.Errorf("%w: version line %q; AEDAT 4.0 is read", events.ErrUnsupported, line)}
	}
	n := int64(binary.LittleEndian.Uint32(head[len(v4Version):]))
	h.bytes = int64(len(head)) + n
	if n > v4MaxHeader || size >= 0 && h.bytes > size {
		if n > v4MaxHeader {
			return h, v4HeaderError(int64(len(v4Version)), "%w: it says that it has %s bytes", events.ErrTooLarge, events.Thousands(n))
		}
		return h, v4HeaderError(size, "%w: inside the header of %s bytes", events.ErrTruncated, events.Thousands(n))
	}
	// The size prefix belongs to the buffer: alignment counts from it.
	buf := append(make([]byte, 0, 4<<10), head[len(v4Version):]...)
	for int64(len(buf)) < 4+n {
		step := min(4+n-int64(len(buf)), 64<<10)
		at := len(buf)
		buf = append(buf, make([]byte, step)...)
		if err := v4ReadFull(r, buf[at:], int64(len(v4Version)+at)); err != nil {
			return h, err
		}
	}
	return h, h.parse(buf)
}

// v4ReadFull fills b, whose first byte has offset off in the file.
func v4ReadFull(r io.Reader, b []byte, off int64) error {
	n, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return v4HeaderError(off+int64(n), "%w: inside the header", events.ErrTruncated)
	}
	return err
}

func (h *v4Header) parse(buf []byte) error {
	const at = int64(len(v4Version))
	t, ident, err := v4Root(buf)
	if err != nil {
		return v4HeaderError(at, "%w", err)
	}
	if string(ident[:]) != v4IdentHeader {
		return v4HeaderError(at+8, "%w: identifier %q instead of %q", events.ErrCorrupt, ident[:], v4IdentHeader)
	}
	h.codec = v4Codec(t.i32(0))
	if t.place(1, 8) > 0 {
		h.table = t.i64(1)
	}
	info := t.vector(2, 1)
	if t.bad {
		return v4HeaderError(at, "%w: a field that leaves the header", events.ErrCorrupt)
	}
	if !h.codec.known() {
		return v4HeaderError(at, "%w: compression %d; known are 0 (none) to 4 (zstd-high)", events.ErrUnsupported, int32(h.codec))
	}
	h.streams, err = v4ParseInfo(info)
	if err != nil {
		return v4HeaderError(at, "%w", err)
	}
	if h.table == -2 {
		h.notes = append(h.notes, "the place of the data table was left pending by the program that wrote the file")
	}
	return nil
}

// header is what the recording says of itself.
func (h *v4Header) header(opt *events.Options) events.Header {
	e := events.Header{
		Format: v4Format, Version: "4.0", Compression: h.codec.String(),
		Streams: h.streams, Bytes: h.bytes, Notes: h.notes,
	}
	for _, kind := range []events.Kind{events.KindEvents, events.KindFrames} {
		for _, s := range h.streams {
			if s.Kind == kind {
				e.Geometry = e.Geometry.Union(s.Geometry)
			}
			if e.Source == "" {
				e.Source = s.Source
			}
		}
		if e.Geometry.Known() {
			break
		}
	}
	if opt.Geometry.Known() {
		e.Geometry = opt.Geometry
	}
	return e
}

// v4HeaderTableAt is where the place of the data table lies in a header that
// this package writes.
const v4HeaderTableAt = int64(len(v4Version)) + 40

// v4AppendHeader writes the version line and the header, laid out as
// dv-processing lays it out.
func v4AppendHeader(dst []byte, c v4Codec, table int64, info string) []byte {
	dst = append(dst, v4Version...)
	begin := len(dst)
	put := func(words ...uint16) {
		for _, w := range words {
			dst = binary.LittleEndian.AppendUint16(dst, w)
		}
	}
	dst = append(dst, 0, 0, 0, 0)                                  // 0: size, known at the end
	dst = binary.LittleEndian.AppendUint32(dst, 28-4)              // 4: root table
	dst = append(dst, v4IdentHeader...)                            // 8
	put(0, 0, 0)                                                   // 12: padding
	put(10, 20, 4, 12, 8)                                          // 18: vtable
	dst = binary.LittleEndian.AppendUint32(dst, 28-18)             // 28: table, back to the vtable
	dst = binary.LittleEndian.AppendUint32(dst, uint32(c))         // 32: compression
	dst = binary.LittleEndian.AppendUint32(dst, 48-36)             // 36: infoNode
	dst = binary.LittleEndian.AppendUint64(dst, uint64(table))     // 40: dataTablePosition
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(info))) // 48: string
	dst = append(dst, info...)
	dst = append(dst, 0)
	for (len(dst)-begin)%8 != 0 {
		dst = append(dst, 0)
	}
	binary.LittleEndian.PutUint32(dst[begin:], uint32(len(dst)-begin-4))
	return slices.Clip(dst)
}
