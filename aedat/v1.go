package aedat

import (
	"bufio"
	"encoding/binary"

	"dvsim/events"
)

// AEDAT 1.0 (DVS128): a text header or none, then records of 6 bytes, big-endian:
// u16 address, i32 time in µs. Source: jAER, AEFileInputStream and DVS128.

func init() {
	events.Register(events.Format{
		Name:        "aedat1",
		Description: "AEDAT 1.0 of jAER: DVS128, 6 bytes an event",
		Extensions:  []string{".aedat", ".dat"},
		Sniff:       v1Sniff,
		Decode:      v1Decode,
	})
}

func v1Sniff(prefix []byte, name string) events.Score {
	if hasVersion(prefix, '1') {
		return events.Certain
	}
	return aerSniff(prefix, name, 6)
}

func v1Decode(src events.Source, opt events.Options) (events.Decoder, error) {
	br := newBlockReader(src)
	th, err := readTextHeader(br, "aedat1")
	if err != nil {
		return nil, err
	}
	h := th.header("aedat1", "1.0")
	h.Geometry = events.Geometry{Width: 128, Height: 128}
	h.GeometryGuessed = th.version == ""
	return newDVS128(h, br, 6, opt), nil
}

// dvs128Decoder reads DVS128 addresses out of records that end in u16 address,
// i32 time: 6 bytes in AEDAT 1, 8 in AEDAT 2.
type dvs128Decoder struct {
	aerDecoder
	flip    mirror // of y
	special int64
}

func newDVS128(h events.Header, br *bufio.Reader, size int, opt events.Options) events.Decoder {
	if opt.Geometry.Known() {
		h.Geometry, h.GeometryGuessed = opt.Geometry, false
	}
	h.Streams = []events.Stream{{Kind: events.KindEvents, Name: "polarity", Source: h.Source, Geometry: h.Geometry}}
	d := &dvs128Decoder{flip: mirrored(opt.Origin == events.OriginTopLeft, 128)}
	d.init(h, br, size)
	d.decode = d.records
	return d
}

// records is the decode of aerDecoder. Address bits: 0 polarity (0 is On),
// 1..7 x counted from the right, 8..14 y counted from the bottom, 15 special.
func (d *dvs128Decoder) records(dst []events.Event, w []byte) (used, n int, err error) {
	size := d.rec.size
	d.clock.start(binary.BigEndian.Uint32(w[size-4:]))
	c, flip := d.clock, d.flip
	before := d.count.before()
	var special, backward, outside int64
	width, height := d.h.Geometry.Width, d.h.Geometry.Height
	for n < len(dst) && len(w)-used >= size {
		r := w[used+size-6 : used+size : used+size]
		used += size
		a, u := binary.BigEndian.Uint16(r), binary.BigEndian.Uint32(r[2:6])
		if step := int32(u - c.last); step >= 0 {
			c.t += int64(step)
			c.last = u
		} else {
			c.leap(u)
		}
		if a&0x8000 != 0 {
			special++
			continue
		}
		if c.t < before {
			backward++
		}
		before = c.t
		x, y := 127-a>>1&127, (a>>8^flip.mask)+flip.add
		if int(x) >= width || int(y) >= height {
			outside++
		}
		dst[n] = events.Event{T: c.t, X: x, Y: y, P: events.Polarity(a&1 ^ 1)}
		n++
	}
	d.clock = c
	d.special += special
	d.count.backward += backward
	d.count.outside += outside
	return used, n, nil
}

// Report implements events.Decoder.
func (d *dvs128Decoder) Report() events.Report {
	r := d.aerDecoder.Report()
	r.Special = d.special
	return r
}
