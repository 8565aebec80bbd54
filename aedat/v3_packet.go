package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"dvsim/events"
)

// Types of events, libcaer events/common.h.
const (
	v3Special  = 0
	v3Polarity = 1
	v3Frame    = 2
	v3IMU6     = 3
	v3IMU9     = 4
	v3Spike    = 12
	v3Types    = 14
)

// v3OtherNames are the types that are skipped by their size, most of them
// deprecated or never met in files.
var v3OtherNames = [v3Types]string{
	5: "sample", 6: "ear", 7: "config", 8: "point1d", 9: "point2d", 10: "point3d", 11: "point4d", 12: "spike", 13: "matrix",
}

// v3Name is the name of any type.
func v3Name(kind int) string {
	switch kind {
	case v3Special:
		return "special"
	case v3Polarity:
		return "polarity"
	case v3Frame:
		return "frame"
	case v3IMU6:
		return "IMU6"
	case v3IMU9:
		return "IMU9"
	}
	if kind > 0 && kind < v3Types {
		return v3OtherNames[kind]
	}
	return fmt.Sprintf("type %d", kind)
}

const (
	v3HeaderBytes = 28
	v3FrameHeader = 36
)

// v3Sizes are the bytes an event of each type has; 0 where it may be any number.
var v3Sizes = [v3Types]int{v3Special: 8, v3Polarity: 8, v3IMU6: 36, v3IMU9: 48, v3Spike: 8}

// v3Packet is the header of a packet.
type v3Packet struct {
	kind     int   // i16 eventType
	source   int   // i16 eventSource
	size     int64 // i32 eventSize: bytes an event
	tsOffset int32 // i32 eventTSOffset: where in an event its time is
	overflow int32 // i32 eventTSOverflow: bits 31 and up of all times
	capacity int64 // i32 eventCapacity: events for which there is room
	number   int64 // i32 eventNumber: events that are there
	valid    int64 // i32 eventValid: those of them that are valid
}

// parseV3Packet reads 28 bytes.
func parseV3Packet(b []byte) v3Packet {
	i32 := func(at int) int32 { return int32(binary.LittleEndian.Uint32(b[at:])) }
	return v3Packet{
		kind: int(int16(binary.LittleEndian.Uint16(b))), source: int(int16(binary.LittleEndian.Uint16(b[2:]))),
		size: int64(i32(4)), tsOffset: i32(8), overflow: i32(12),
		capacity: int64(i32(16)), number: int64(i32(20)), valid: int64(i32(24)),
	}
}

// check says what of a header cannot be.
func (p *v3Packet) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: the packet header %s", events.ErrCorrupt, fmt.Sprintf(format, args...))
	}
	switch {
	case p.kind < 0 || p.kind >= v3Types:
		return bad("has the unknown type %d", p.kind)
	case p.source < 0:
		return bad("has the source %d", p.source)
	case v3Sizes[p.kind] != 0 && p.size != int64(v3Sizes[p.kind]):
		return bad("says %d bytes for an event of type %s, which has %d", p.size, v3Name(p.kind), v3Sizes[p.kind])
	case p.kind == v3Frame && p.size < v3FrameHeader || p.size < 4 || p.size > 1<<28:
		return bad("says %d bytes for an event of type %s", p.size, v3Name(p.kind))
	case p.overflow < 0:
		return bad("has the time overflow %d", p.overflow)
	case p.tsOffset < 0 || int64(p.tsOffset) > p.size-4:
		return bad("says that times are at byte %d of events of %d bytes", p.tsOffset, p.size)
	case p.number < 0 || p.number > p.capacity:
		return bad("says %d events in room for %d", p.number, p.capacity)
	case p.valid < 0 || p.valid > p.number:
		return bad("says %d valid events of %d", p.valid, p.number)
	}
	return nil
}

// bodyBytes is the length of the packet behind its header, without spare room.
func (p *v3Packet) bodyBytes() int64 { return p.number * p.size }

// base is what the overflow adds to the times of the packet.
func (p *v3Packet) base() int64 { return int64(p.overflow) << 31 }

// nextPacket reads the header of the next packet.
func (d *v3Decoder) nextPacket() error {
	d.begin = d.off
	b, err := d.br.Peek(v3HeaderBytes)
	if err != nil {
		switch {
		case !errors.Is(err, io.EOF):
			return d.sourceFailed(len(b), err)
		case len(b) == 0:
			return io.EOF
		}
		return d.cut(fmt.Errorf("%w: %d bytes are no whole packet header", events.ErrTruncated, len(b)), int64(len(b)), 0)
	}
	p := parseV3Packet(b)
	if err := p.check(); err != nil {
		return d.resync(err)
	}
	d.discard(v3HeaderBytes)
	d.pkt, d.left, d.inside = p, p.number, true
	d.src = d.source(p.source)
	if d.started && p.overflow > d.overflow {
		d.wraps += int64(p.overflow - d.overflow)
	}
	d.started, d.overflow = true, p.overflow
	d.counts[p.kind].packets++
	return nil
}

// endPacket leaves a packet. Where it has room for more events than there are,
// the room is in the file (capacity × size) if a packet header or the end of the
// file follows behind it, and is not (number × size) if one follows at once.
func (d *v3Decoder) endPacket() error {
	d.inside = false
	d.index++
	room := (d.pkt.capacity - d.pkt.number) * d.pkt.size
	if room == 0 {
		return nil
	}
	if room <= int64(d.br.Size()-v3HeaderBytes) && d.packetAt(int(room)) || !d.packetAt(0) {
		_, err := d.skip(room) // too little left is noticed by the next packet
		return err
	}
	return nil
}

// packetAt reports whether a packet header, or the end of the file, lies ahead
// bytes further on. They must fit into the buffer.
func (d *v3Decoder) packetAt(ahead int) bool {
	b, err := d.br.Peek(ahead + v3HeaderBytes)
	if err != nil {
		return len(b) == ahead && errors.Is(err, io.EOF)
	}
	p := parseV3Packet(b[ahead:])
	return p.check() == nil
}

// discard consumes n bytes that are in the buffer.
func (d *v3Decoder) discard(n int) {
	d.br.Discard(n) // they are buffered: no error
	d.off += int64(n)
}

// skip consumes n bytes and returns how many there were: fewer only at the end
// of the file. An error is one of the source.
func (d *v3Decoder) skip(n int64) (int64, error) {
	var done int64
	for done < n {
		k, err := d.br.Discard(int(min(n-done, 1<<30)))
		done += int64(k)
		d.off += int64(k)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return done, d.sourceFailed(0, err)
		}
	}
	return done, nil
}

func (d *v3Decoder) sourceFailed(ahead int, err error) error {
	return &events.FormatError{Format: "aedat3", Offset: d.off + int64(ahead), Part: d.part(), Err: err, Hint: "the source failed, not the recording: try again"}
}

// part names the packet at hand.
func (d *v3Decoder) part() string {
	if !d.inside {
		return fmt.Sprintf("packet %d", d.index)
	}
	return fmt.Sprintf("packet %d (%s)", d.index, v3Name(d.pkt.kind))
}

// damaged makes the error for damage that begins at offset off.
func (d *v3Decoder) damaged(off int64, err error) *events.FormatError {
	return &events.FormatError{Format: "aedat3", Offset: off, Part: d.part(), Err: err, Hint: events.HintSalvage}
}

// cut deals with the end of the file inside a packet, of which unused bytes at
// the end, or up to lost events, are gone.
func (d *v3Decoder) cut(err error, unused, lost int64) error {
	fe := d.damaged(d.off, err)
	if !d.salvage {
		return fe
	}
	d.loss.Add(events.Gap{Offset: d.off, Bytes: unused, Packets: 1, MaxEvents: lost, Err: fe})
	return io.EOF
}

// giveUp leaves the packet at hand because of damage inside it, and goes on behind it.
func (d *v3Decoder) giveUp(at int64, cause error) error {
	fe := d.damaged(at, cause)
	if !d.salvage {
		return fe
	}
	n, err := d.skip(max(0, d.begin+v3HeaderBytes+d.pkt.bodyBytes()-d.off))
	if err != nil {
		return err
	}
	d.loss.Add(events.Gap{Offset: d.off - n, Bytes: n, Packets: 1, Err: fe})
	d.left = 0
	return nil
}
