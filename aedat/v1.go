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
	special int64
}

func newDVS128(h events.Header, br *bufio.Reader, size int, opt events.Options) events.Decoder {
	if opt.Geometry.Known() {
		h.Geometry, h.GeometryGuessed = opt.Geometry, false
	}
	h.Streams = []events.Stream{{Kind: events.KindEvents, Name: "polarity", Source: h.Source, Geometry: h.Geometry}}
	d := &dvs128Decoder{}
	d.init(h, br, size)
	d.turned = opt.Origin == events.OriginTopLeft
	d.flipY = mirrored(d.turned, 128)
	d.slow, d.fast = d.record, fastDVS128[[6]byte]
	if size == 8 {
		d.fast = fastDVS128[[8]byte]
	}
	return d
}

// fastDVS128 takes a run of events; see aerDecoder. Address bits: 0 polarity (0
// is On), 1..7 x counted from the right, 8..14 y counted from the bottom, 15 special.
func fastDVS128[R aerRecord](dst []events.Event, w []byte, base int64, last uint32, g events.Geometry) (n int, _ uint32) {
	var record R
	width, height := uint32(g.Width), uint32(min(g.Height, 128))
	for n < len(dst) && len(w) > 8 {
		r := binary.BigEndian.Uint64(w) >> (64 - 8*len(record))
		a, u := uint32(r>>32)&0xffff, uint32(r)
		x, y := 127-a>>1&127, a>>8 // a special event is beyond any row
		if u < last || u-last >= 1<<31 || x >= width || y >= height {
			break
		}
		last = u
		e := &dst[n]
		e.T, e.X, e.Y, e.P, e.Src = base+int64(u), uint16(x), uint16(y), events.Polarity(a&1^1), 0
		n++
		w = w[len(record):]
	}
	return n, last
}

// record is the slow of aerDecoder.
func (d *dvs128Decoder) record(r []byte, t int64) (events.Event, bool, error) {
	a := binary.BigEndian.Uint16(r[len(r)-6:])
	if a&0x8000 != 0 {
		d.special++
		return events.Event{}, false, nil
	}
	return events.Event{T: t, X: 127 - a>>1&127, Y: a >> 8 & 127, P: events.Polarity(a&1 ^ 1)}, true, nil
}

// Report implements events.Decoder.
func (d *dvs128Decoder) Report() events.Report {
	r := d.aerDecoder.Report()
	r.Special = d.special
	return r
}
