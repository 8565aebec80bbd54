package aedat

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"strings"

	"dvsim/events"
)

// AEDAT 3.0 and 3.1: a text header up to "#!END-HEADER", then packets of one type
// of event each, little-endian: a header of 28 bytes and events of equal size.
// Source: libcaer, events/*.h; dv-python and SpikingJelly for what readers do.

func init() {
	events.Register(events.Format{
		Name:        "aedat3",
		Description: "AEDAT 3.0 and 3.1 of cAER: events, frames, IMU, special events",
		Extensions:  []string{".aedat"},
		Sniff: func(prefix []byte, _ string) events.Score {
			if hasVersion(prefix, '3') {
				return events.Certain
			}
			return events.No
		},
		Decode: v3Decode,
		Create: v3Create,
	})
}

// v3Streams are the streams that a recording may hold. Their ids are the event
// types; the first is the one of events.
func v3Streams(h *events.Header) []events.Stream {
	return []events.Stream{
		{ID: v3Polarity, Kind: events.KindEvents, Name: "polarity", Source: h.Source, Geometry: h.Geometry},
		{ID: v3Special, Kind: events.KindTrigger, Name: "special", Source: h.Source},
		{ID: v3Frame, Kind: events.KindFrames, Name: "frame", Source: h.Source, Geometry: h.Geometry},
		{ID: v3IMU6, Kind: events.KindIMU, Name: "IMU6", Source: h.Source},
		{ID: v3IMU9, Kind: events.KindIMU, Name: "IMU9", Source: h.Source},
	}
}

func v3Decode(src events.Source, opt events.Options) (events.Decoder, error) {
	br := newBlockReader(src)
	th, err := readTextHeader(br, "aedat3")
	if err != nil {
		return nil, err
	}
	if th.encoding != "" && !strings.EqualFold(th.encoding, "RAW") {
		return nil, &events.FormatError{
			Format: "aedat3", Offset: 0, Part: "header",
			Err:  fmt.Errorf("%w: the packets are stored as %q, only RAW can be read", events.ErrUnsupported, th.encoding),
			Hint: "write it again as RAW with cAER or jAER",
		}
	}
	prefix, err := br.Peek(min(events.SniffBytes, br.Size()))
	if err = sourceError(err); err != nil {
		return nil, err
	}
	if !th.closed && len(prefix) == 0 {
		return nil, &events.FormatError{
			Format: "aedat3", Offset: th.bytes, Part: "header", Hint: "the file was cut inside its header: nothing of its events is left",
			Err: fmt.Errorf("%w: the line #!END-HEADER is missing", events.ErrTruncated),
		}
	}
	version := "3.1"
	if th.version == "3.0" {
		version = "3.0"
	}
	h := th.header("aedat3", version)
	if !th.closed {
		h.Notes = append(h.Notes, "the line #!END-HEADER is missing; the packets begin with the first line that is no text")
	}
	d := &v3Decoder{br: br, off: th.bytes, salvage: opt.Salvage, tap: opt.Tap, bits: v3Bits31, before: older}
	if version == "3.0" {
		d.bits = v3Bits30
	}
	for _, s := range th.sources {
		d.source(s.id)
	}
	v3Size(&h, &th, prefix, d.bits, opt)
	h.Streams = v3Streams(&h)
	d.h = h
	return d, nil
}

// v3Size finds the size of the sensor: given, written by dvsim, by the camera's
// name, or the smallest usual one that holds the first events.
func v3Size(h *events.Header, th *textHeader, prefix []byte, bits v3Bits, opt events.Options) {
	switch {
	case opt.Geometry.Known():
		h.Geometry = opt.Geometry
		return
	case th.size.Known():
		h.Geometry = th.size
		return
	}
	for _, s := range th.sources {
		if c, ok := chipByName(s.name); ok {
			h.Geometry = c.size
			return
		}
	}
	var x, y uint16
	for len(prefix) >= v3HeaderBytes {
		p := parseV3Packet(prefix)
		if p.check() != nil {
			break
		}
		prefix = prefix[v3HeaderBytes:]
		body := prefix[:min(int64(len(prefix)), p.bodyBytes())]
		prefix = prefix[len(body):]
		for ; p.kind == v3Polarity && len(body) >= 8; body = body[8:] {
			ex, ey := bits.pixel(binary.LittleEndian.Uint32(body))
			x, y = max(x, ex), max(y, ey)
		}
	}
	h.Geometry, h.GeometryGuessed = guessSize(x, y, usualSizes[0]), true
	h.Notes = append(h.Notes, fmt.Sprintf("the header names no known camera: %v is the usual size that holds the first events", h.Geometry))
}

// v3Bits says where x and y lie in the first word of a polarity event.
type v3Bits struct {
	xShift, yShift uint8
	mask           uint16
}

var (
	v3Bits31 = v3Bits{17, 2, 1<<15 - 1}
	v3Bits30 = v3Bits{18, 4, 1<<14 - 1}
)

func (b v3Bits) pixel(w uint32) (x, y uint16) {
	return uint16(w>>b.xShift) & b.mask, uint16(w>>b.yShift) & b.mask
}

// v3Decoder reads packet by packet; polarity events go straight from the buffer
// of br into the batch of the caller.
type v3Decoder struct {
	h       events.Header
	br      *bufio.Reader
	off     int64 // offset in the file of the next byte of br
	err     error // sticky
	salvage bool
	tap     events.Tap
	bits    v3Bits

	pkt    v3Packet // the packet being read
	index  int64    // its number, from 0
	begin  int64    // its offset
	left   int64    // its events still to come
	inside bool     // pkt is being read
	src    uint8    // its source, as Event.Src

	sources  []int // ids of sources in the order of Event.Src
	started  bool  // overflow is set
	overflow int32 // of the last packet

	counts   [v3Types]v3Count
	before   int64 // time of the last event
	backward int64
	outside  int64
	wraps    int64
	invalid  int64
	special  int64
	loss     events.Loss
	imu      [1]events.IMU
	pixels   []byte
}

// v3Count counts one type of event.
type v3Count struct {
	aerCount
	packets int64
}

func (c *v3Count) report(s events.Stream) events.StreamReport {
	r := c.aerCount.report(s)
	r.Packets = c.packets
	return r
}

// Header implements events.Reader.
func (d *v3Decoder) Header() *events.Header { return &d.h }

// Read implements events.Reader.
func (d *v3Decoder) Read(dst []events.Event) (int, error) {
	n := 0
	for n == 0 && len(dst) > 0 && d.err == nil {
		switch {
		case !d.inside:
			d.err = d.nextPacket()
		case d.left == 0:
			d.err = d.endPacket()
		case d.pkt.kind == v3Polarity:
			n, d.err = d.readPolarity(dst)
		default:
			d.err = d.readOther()
		}
	}
	if n > 0 {
		d.counts[v3Polarity].add(n, dst[0].T, dst[n-1].T)
		return n, nil
	}
	return 0, d.err
}

// source returns the Event.Src of a source of the file.
func (d *v3Decoder) source(id int) uint8 {
	for i, s := range d.sources {
		if s == id {
			return uint8(i)
		}
	}
	if len(d.sources) < 256 {
		d.sources = append(d.sources, id)
	}
	return uint8(len(d.sources) - 1)
}

// Close implements events.Decoder.
func (d *v3Decoder) Close() error {
	d.err = events.ErrClosed
	return nil
}

// Report implements events.Decoder.
func (d *v3Decoder) Report() events.Report {
	r := events.Report{
		Backward: d.backward, Wraps: d.wraps, Invalid: d.invalid,
		OutOfBounds: d.outside, Special: d.special, Loss: d.loss,
	}
	r.Loss.Gaps = append([]events.Gap(nil), d.loss.Gaps...)
	for _, s := range d.h.Streams {
		r.Streams = append(r.Streams, d.counts[s.ID].report(s))
	}
	for kind, name := range v3OtherNames {
		if name != "" && d.counts[kind].packets > 0 {
			r.Streams = append(r.Streams, d.counts[kind].report(events.Stream{ID: kind, Kind: events.KindOther, Name: name}))
		}
	}
	return r
}
