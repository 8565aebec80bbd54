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
	flipX, flipY mirror
	tap          events.Tap
	special      int64
	triggers     aerCount
	aps          v2Frames
	imu          v2IMU
}

// The streams of a DAVIS recording, by index and id.
const (
	davisEvents = iota
	davisFrames
	davisIMU
	davisTriggers
)

func newDavis(h events.Header, br *bufio.Reader, l layout, th *textHeader, opt events.Options) events.Decoder {
	turn := opt.Origin == events.OriginTopLeft
	h.Streams = []events.Stream{{ID: davisEvents, Kind: events.KindEvents, Name: "polarity", Source: h.Source, Geometry: h.Geometry}}
	if l == layoutDAVIS {
		h.Streams = append(h.Streams,
			events.Stream{ID: davisFrames, Kind: events.KindFrames, Name: "APS", Source: h.Source, Geometry: h.Geometry},
			events.Stream{ID: davisIMU, Kind: events.KindIMU, Name: "IMU6", Source: h.Source},
			events.Stream{ID: davisTriggers, Kind: events.KindTrigger, Name: "external inputs", Source: h.Source})
	}
	d := &davisDecoder{
		flipX: mirrored(turn, h.Geometry.Width),
		flipY: mirrored(turn, h.Geometry.Height),
		tap:   opt.Tap,
		aps:   v2Frames{size: h.Geometry, tap: opt.Tap.Frame},
		imu:   newV2IMU(th, opt.Tap.IMU),
	}
	d.init(h, br, 8)
	d.clock.base = th.timeBase
	d.decode, d.finish = d.davis, d.finishDavis
	if l == layoutDVS640 {
		d.decode, d.finish = d.dvs640, nil
	}
	return d
}

// davis is the decode of aerDecoder for the DAVIS layout.
func (d *davisDecoder) davis(dst []events.Event, w []byte) (used, n int, err error) {
	d.clock.start(binary.BigEndian.Uint32(w[4:]))
	c, fx, fy := d.clock, d.flipX, d.flipY
	before := d.count.before()
	var backward, outside int64
	width, height := uint32(d.h.Geometry.Width), uint32(d.h.Geometry.Height)
	for n < len(dst) && len(w) >= 8 {
		r := binary.BigEndian.Uint64(w)
		w = w[8:]
		used += 8
		a, u := uint32(r>>32), uint32(r)
		if step := int32(u - c.last); step >= 0 {
			c.t += int64(step)
			c.last = u
		} else {
			c.leap(u)
		}
		if a&davisNoEvent != 0 {
			if err = d.other(a, c.t); err != nil {
				break
			}
			continue
		}
		if c.t < before {
			backward++
		}
		before = c.t
		x, y := (uint16(a>>12&0x3ff)^fx.mask)+fx.add, (uint16(a>>22)^fy.mask)+fy.add
		if uint32(x) >= width || uint32(y) >= height {
			outside++
		}
		dst[n] = events.Event{T: c.t, X: x, Y: y, P: events.Polarity(a >> 11 & 1)}
		n++
	}
	d.clock = c
	d.count.backward += backward
	d.count.outside += outside
	return used, n, err
}

// dvs640 is the decode of aerDecoder for the DVS640 layout, which has events only.
func (d *davisDecoder) dvs640(dst []events.Event, w []byte) (used, n int, err error) {
	d.clock.start(binary.BigEndian.Uint32(w[4:]))
	c, fx, fy := d.clock, d.flipX, d.flipY
	before := d.count.before()
	var backward, outside int64
	width, height := uint32(d.h.Geometry.Width), uint32(d.h.Geometry.Height)
	for n < len(dst) && len(w) >= 8 {
		r := binary.BigEndian.Uint64(w)
		w = w[8:]
		used += 8
		a, u := uint32(r>>32), uint32(r)
		if step := int32(u - c.last); step >= 0 {
			c.t += int64(step)
			c.last = u
		} else {
			c.leap(u)
		}
		if c.t < before {
			backward++
		}
		before = c.t
		x, y := (uint16(a>>1&0x3ff)^fx.mask)+fx.add, (uint16(a>>11&0x3ff)^fy.mask)+fy.add
		if uint32(x) >= width || uint32(y) >= height {
			outside++
		}
		dst[n] = events.Event{T: c.t, X: x, Y: y, P: events.Polarity(a & 1)}
		n++
	}
	d.clock = c
	d.count.backward += backward
	d.count.outside += outside
	return used, n, nil
}
