package aedat

import (
	"bufio"
	"encoding/binary"
	"fmt"

	"dvsim/events"
)

// AEDAT 2.0: a text header, then records of 8 bytes, big-endian: u32 address,
// i32 time in µs. What the bits of the address mean depends on the camera, which
// the header names ("AEChip") or not. Source: jAER, AEFileInputStream, DavisChip,
// DVS128, SecDvs640Gen2; v2e, AEDat2Output.

func init() {
	events.Register(events.Format{
		Name:        "aedat2",
		Description: "AEDAT 2.0 of jAER: DVS128, DAVIS (frames, IMU, external inputs), DVS640",
		Extensions:  []string{".aedat"},
		Sniff: func(prefix []byte, _ string) events.Score {
			if hasVersion(prefix, '2') {
				return events.Certain
			}
			return events.No
		},
		Decode: v2Decode,
		Create: v2Create,
	})
}

func v2Decode(src events.Source, opt events.Options) (events.Decoder, error) {
	br := newBlockReader(src)
	th, err := readTextHeader(br, "aedat2")
	if err != nil {
		return nil, err
	}
	h := th.header("aedat2", "2.0")
	prefix, err := br.Peek(min(events.SniffBytes, br.Size()))
	if err = sourceError(err); err != nil {
		return nil, err
	}
	c, named := chipByName(th.chip)
	if !named {
		c = v2Guess(prefix)
		h.Notes = append(h.Notes, "the header names no known camera: read as "+c.match+" by the bits of the first addresses")
	}
	h.Geometry, h.GeometryGuessed = c.size, !named
	switch {
	case opt.Geometry.Known():
		h.Geometry, h.GeometryGuessed = opt.Geometry, false
	case th.size.Known():
		h.Geometry, h.GeometryGuessed = th.size, false
	}
	if c.layout == layoutDVS128 {
		return newDVS128(h, br, 8, opt), nil
	}
	return newDavis(h, br, c.layout, &th, opt), nil
}

// v2Guess finds layout and size where no camera is named, from the first data.
// Addresses of a DVS128 have 16 bits; those of a DAVIS leave bits 0..9 of its
// events at 0, where a DVS640 has polarity and x. (v2e and others write the DAVIS
// layout without naming a camera.)
func v2Guess(prefix []byte) chip {
	var used uint32
	var words, low int
	var davis, dvs640 [2]uint16 // largest x and y
	for ; len(prefix) >= 8; prefix = prefix[8:] {
		a := binary.BigEndian.Uint32(prefix)
		used |= a
		if a>>31 == 0 {
			words++
			low += int(min(a&0x3ff, 1))
			dvs640 = [2]uint16{max(dvs640[0], uint16(a>>1&0x3ff)), max(dvs640[1], uint16(a>>11&0x3ff))}
		}
		if a&davisNoEvent == 0 {
			davis = [2]uint16{max(davis[0], uint16(a>>12&0x3ff)), max(davis[1], uint16(a>>22&0x1ff))}
		}
	}
	switch {
	case used < 1<<16 && used != 0:
		return chip{match: "DVS128", layout: layoutDVS128, size: usualSizes[0]}
	case used < 1<<21 && low > words/2:
		return chip{match: "DVS640", layout: layoutDVS640, size: guessSize(dvs640[0], dvs640[1], usualSizes[3])}
	}
	g := guessSize(davis[0], davis[1], usualSizes[1])
	return chip{match: fmt.Sprintf("DAVIS of %v pixels", g), layout: layoutDAVIS, size: g}
}

// davisNoEvent are the bits that mark a word of a DAVIS as something else than
// an event: 31 for APS and IMU, 10 for external inputs.
const davisNoEvent = 1<<31 | 1<<10

// davisDecoder reads the 32-bit addresses of DAVIS and DVS640 cameras.
type davisDecoder struct {
	aerDecoder
	tap      events.Tap
	special  int64
	triggers aerCount
	aps      v2Frames
	imu      v2IMU
}

// The streams of a DAVIS recording, by index and id.
const (
	davisEvents = iota
	davisFrames
	davisIMU
	davisTriggers
)

func newDavis(h events.Header, br *bufio.Reader, l layout, th *textHeader, opt events.Options) events.Decoder {
	h.Streams = []events.Stream{{ID: davisEvents, Kind: events.KindEvents, Name: "polarity", Source: h.Source, Geometry: h.Geometry}}
	if l == layoutDAVIS {
		h.Streams = append(h.Streams,
			events.Stream{ID: davisFrames, Kind: events.KindFrames, Name: "APS", Source: h.Source, Geometry: h.Geometry},
			events.Stream{ID: davisIMU, Kind: events.KindIMU, Name: "IMU6", Source: h.Source},
			events.Stream{ID: davisTriggers, Kind: events.KindTrigger, Name: "external inputs", Source: h.Source})
	}
	d := &davisDecoder{
		tap: opt.Tap,
		aps: v2Frames{size: h.Geometry, tap: opt.Tap.Frame},
		imu: newV2IMU(th, opt.Tap.IMU),
	}
	d.init(h, br, 8)
	d.clock.floor = th.timeBase
	d.turned = opt.Origin == events.OriginTopLeft
	d.flipX, d.flipY = mirrored(d.turned, h.Geometry.Width), mirrored(d.turned, h.Geometry.Height)
	d.fast, d.slow, d.finish = fastDavis, d.davis, d.finishDavis
	if l == layoutDVS640 {
		d.fast, d.slow, d.finish = fastDVS640, dvs640, nil
	}
	return d
}

// fastDavis takes a run of events; see aerDecoder. Address bits: 31 APS or IMU,
// 22..30 y, 12..21 x, 11 polarity, 10 external input.
func fastDavis(dst []events.Event, w []byte, base int64, last uint32, g events.Geometry) (n int, _ uint32) {
	width, height := uint32(g.Width), uint32(min(g.Height, 512))
	for n < len(dst) && len(w) > 8 {
		r := binary.BigEndian.Uint64(w)
		a, u := uint32(r>>32), uint32(r)
		x, y := a>>12&0x3ff, a>>22 // bit 31 is beyond any row
		if a&(1<<10) != 0 || u < last || u-last >= 1<<31 || x >= width || y >= height {
			break
		}
		last = u
		e := &dst[n]
		e.T, e.X, e.Y, e.P, e.Src = base+int64(u), uint16(x), uint16(y), events.Polarity(a>>11&1), 0
		n++
		w = w[8:]
	}
	return n, last
}

// davis is the slow of aerDecoder for the DAVIS layout.
func (d *davisDecoder) davis(r []byte, t int64) (events.Event, bool, error) {
	a := be32(r)
	if a&davisNoEvent != 0 {
		return events.Event{}, false, d.other(a, t)
	}
	return events.Event{T: t, X: uint16(a >> 12 & 0x3ff), Y: uint16(a >> 22), P: events.Polarity(a >> 11 & 1)}, true, nil
}

// fastDVS640 takes a run of events; see aerDecoder. Address bits: 0 polarity,
// 1..10 x, 11..20 y. There is nothing but events.
func fastDVS640(dst []events.Event, w []byte, base int64, last uint32, g events.Geometry) (n int, _ uint32) {
	width, height := uint32(g.Width), uint32(g.Height)
	for n < len(dst) && len(w) > 8 {
		r := binary.BigEndian.Uint64(w)
		a, u := uint32(r>>32), uint32(r)
		x, y := a>>1&0x3ff, a>>11&0x3ff
		if u < last || u-last >= 1<<31 || x >= width || y >= height {
			break
		}
		last = u
		e := &dst[n]
		e.T, e.X, e.Y, e.P, e.Src = base+int64(u), uint16(x), uint16(y), events.Polarity(a&1), 0
		n++
		w = w[8:]
	}
	return n, last
}

// dvs640 is the slow of aerDecoder for the DVS640 layout.
func dvs640(r []byte, t int64) (events.Event, bool, error) {
	a := be32(r)
	return events.Event{T: t, X: uint16(a >> 1 & 0x3ff), Y: uint16(a >> 11 & 0x3ff), P: events.Polarity(a & 1)}, true, nil
}

// be32 is binary.BigEndian.Uint32.
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
