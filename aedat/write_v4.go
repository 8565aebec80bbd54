package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"dvsim/events"
)

// v4PacketEvents is how many events a packet has by default: 160 KB, which is
// large enough to compress well and small enough to lose, should it be damaged.
const v4PacketEvents = 10_000

// v4Writer writes a recording. Events gather in a packet; frames, IMU readings
// and triggers are packets of their own, and end the packet of events before
// them, so that the order of the calls is the order of the file.
//
// Within a packet time never steps backwards and never jumps by 19 hours or more
// (v4Jump): readers rely on the first, and the second tells damage from data. Such
// a step begins a new packet.
type v4Writer struct {
	w       io.Writer
	seek    io.WriteSeeker // w, if it can go back to the header; nil otherwise
	base    int64          // where the recording begins in seek
	off     int64          // bytes written
	packer  *v4Packer
	streams []events.Stream
	bySrc   []events.Stream // streams of events
	limit   int             // events a packet

	raw     []byte // the packet of events being gathered
	n       int
	src     uint8
	first   int64
	last    int64
	scratch []byte // a packet of another kind
	entries []v4Entry
	err     error // sticky
}

// v4Create writes the header of a recording; it is events.Format.Create.
func v4Create(w io.Writer, h *events.Header, opt events.WriteOptions) (events.Writer, error) {
	codec := v4LZ4
	if opt.Compression != "" {
		i := slices.Index(v4CodecNames[:], opt.Compression)
		if i < 0 {
			return nil, v4WriteError(fmt.Errorf("%w: compression %q; there are %s", events.ErrUnsupported, opt.Compression, strings.Join(v4CodecNames[:], ", ")))
		}
		codec = v4Codec(i)
	}
	streams, err := v4StreamsToWrite(h)
	if err != nil {
		return nil, v4WriteError(err)
	}
	v := &v4Writer{w: w, packer: newV4Packer(codec), streams: streams, limit: v4PacketEvents}
	if opt.PacketEvents > 0 {
		v.limit = min(opt.PacketEvents, 1<<22)
	}
	for _, s := range streams {
		if s.Kind == events.KindEvents {
			v.bySrc = append(v.bySrc, s)
		}
	}
	if seek, ok := w.(io.WriteSeeker); ok {
		// A pipe may have the method and not the ability.
		if base, err := seek.Seek(0, io.SeekCurrent); err == nil {
			v.seek, v.base = seek, base
		}
	}
	v.write(v4AppendHeader(nil, codec, -1, v4WriteInfo(streams, codec)))
	if v.err != nil {
		return nil, v.err
	}
	return v, nil
}

func v4WriteError(err error) error {
	return &events.FormatError{Format: v4Format, Offset: -1, Err: err}
}

// v4StreamsToWrite chooses the streams of a header that AEDAT 4 has: all of events,
// frames, IMU and triggers, or one of events where h lists none.
func v4StreamsToWrite(h *events.Header) ([]events.Stream, error) {
	if h == nil {
		h = &events.Header{}
	}
	var out []events.Stream
	ids := map[int]bool{}
	cameras := 0
	for _, s := range h.Streams {
		if v4Ident(s.Kind) == "" {
			continue
		}
		if s.Kind == events.KindEvents {
			cameras++
		}
		if s.ID >= 0 && s.ID <= v4MaxStream {
			ids[s.ID] = true
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, events.Stream{Kind: events.KindEvents, Source: h.Source})
		cameras, ids[0] = 1, true
	}
	for i := range out {
		s := &out[i]
		if len(ids) < len(out) {
			s.ID = i
		}
		if s.Source == "" {
			s.Source = h.Source
		}
		if s.Kind == events.KindEvents && cameras == 1 && h.Geometry.Known() || !s.Geometry.Known() {
			s.Geometry = h.Geometry
		}
		g := s.Geometry
		if s.Kind == events.KindEvents && (!g.Known() || g.Width > math.MaxInt16+1 || g.Height > math.MaxInt16+1) {
			return nil, fmt.Errorf("%w: the sensor has %s; AEDAT 4 needs 1x1 to 32768x32768", events.ErrGeometry, g)
		}
	}
	return out, nil
}

// Write implements [events.Writer].
func (v *v4Writer) Write(src []events.Event) error {
	if v.err != nil {
		return v.err
	}
	for i := range src {
		if err := v.holds(&src[i]); err != nil {
			return v4WriteError(err)
		}
	}
	for i := range src {
		v.add(&src[i])
	}
	return v.err
}

// holds reports what keeps an event from being written.
func (v *v4Writer) holds(e *events.Event) error {
	switch {
	case int(e.Src) >= len(v.bySrc):
		return fmt.Errorf("%w: event [%v] of camera %d; the header has %d streams of events", events.ErrRange, e, e.Src, len(v.bySrc))
	case !v.bySrc[e.Src].Geometry.Contains(e.X, e.Y):
		return fmt.Errorf("%w: event [%v] lies outside %s", events.ErrGeometry, e, v.bySrc[e.Src].Geometry)
	case e.P > events.On:
		return fmt.Errorf("%w: event [%v]", events.ErrRange, e)
	}
	return nil
}

// v4RootBytes are the bytes before the elements of a packet that is one vector:
// prefix, root, identifier, vtable, root table, count.
const v4RootBytes = 32

func (v *v4Writer) add(e *events.Event) {
	if v.n > 0 && (v.n >= v.limit || e.Src != v.src || e.T < v.last || v4Distance(e.T, v.last) >= v4Jump) {
		v.flush()
	}
	if v.n == 0 {
		v.raw = append(v.raw[:0], make([]byte, v4RootBytes)...)
		v.src, v.first = e.Src, e.T
	}
	v.raw = binary.LittleEndian.AppendUint64(v.raw, uint64(e.T))
	v.raw = binary.LittleEndian.AppendUint64(v.raw, uint64(e.X)|uint64(e.Y)<<16|uint64(e.P)<<32)
	v.last = e.T
	v.n++
}

// flush ends the packet of events.
func (v *v4Writer) flush() {
	if v.n == 0 {
		return
	}
	v4PutRoot(v.raw, v4IdentEvents, v.n)
	v.packet(v.bySrc[v.src], v.raw, v.n, v.first, v.last)
	v.n = 0
}

// v4PutRoot fills in the first v4RootBytes of a packet that is one vector of n elements.
func v4PutRoot(b []byte, ident string, n int) {
	le := binary.LittleEndian
	le.PutUint32(b, uint32(len(b)-4)) // 0: length of the rest
	le.PutUint32(b[4:], 20-4)         // 4: root table
	copy(b[8:], ident)
	le.PutUint16(b[14:], 6)     // 14: vtable: its bytes,
	le.PutUint16(b[16:], 8)     //     bytes of the table,
	le.PutUint16(b[18:], 4)     //     place of field 0
	le.PutUint32(b[20:], 20-14) // 20: table, back to the vtable
	le.PutUint32(b[24:], 28-24) // 24: field 0, the vector
	le.PutUint32(b[28:], uint32(n))
}

// packet compresses and writes a packet.
func (v *v4Writer) packet(s events.Stream, raw []byte, n int, first, last int64) {
	body := v.packer.pack(raw)
	v.entries = append(v.entries, v4Entry{off: v.off + 8, stream: int32(s.ID), size: int32(len(body)), records: int64(n), begin: first, end: last})
	var head [8]byte
	binary.LittleEndian.PutUint32(head[:], uint32(s.ID))
	binary.LittleEndian.PutUint32(head[4:], uint32(len(body)))
	v.write(head[:])
	v.write(body)
}

func (v *v4Writer) write(b []byte) {
	if v.err != nil {
		return
	}
	n, err := v.w.Write(b)
	v.off += int64(n)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	v.err = err
}

// Close implements [events.Writer]. Where the sink can seek it writes the data
// table and its place into the header.
func (v *v4Writer) Close() error {
	if errors.Is(v.err, events.ErrClosed) {
		return nil
	}
	if v.err == nil {
		v.flush()
	}
	if v.err == nil && v.seek != nil {
		v.finish()
	}
	if v.packer.zstd != nil {
		v.packer.zstd.Close()
	}
	if v.err != nil {
		return v.err
	}
	v.err = events.ErrClosed
	return nil
}

func (v *v4Writer) finish() {
	at := v.off
	v.write(v.packer.pack(v4AppendTable(nil, v.entries)))
	if v.err != nil {
		return
	}
	if _, v.err = v.seek.Seek(v.base+v4HeaderTableAt, io.SeekStart); v.err != nil {
		return
	}
	var place [8]byte
	binary.LittleEndian.PutUint64(place[:], uint64(at))
	if _, v.err = v.seek.Write(place[:]); v.err != nil {
		return
	}
	_, v.err = v.seek.Seek(v.base+v.off, io.SeekStart)
}
