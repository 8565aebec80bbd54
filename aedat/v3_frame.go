package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"dvsim/events"
)

// readFrame reads one frame: u32 with valid (bit 0), channels (bits 1..3), colour
// filter and region; i32 times of start and end of frame, start and end of
// exposure; i32 width, height, x, y; u16 pixels, row by row from the top. Events
// of a packet have the size of its largest frame.
func (d *v3Decoder) readFrame() error {
	at := d.off
	b, err := d.br.Peek(v3FrameHeader)
	if err != nil {
		if errors.Is(err, io.EOF) {
			return d.cutInside(len(b))
		}
		return d.sourceFailed(len(b), err)
	}
	i32 := func(at int) int64 { return int64(int32(binary.LittleEndian.Uint32(b[at:]))) }
	info, base := binary.LittleEndian.Uint32(b), d.pkt.base()
	f := events.Frame{
		Stream: v3Frame, T: base + i32(8), Begin: base + i32(4), End: base + i32(8),
		ExposureBegin: base + i32(12), ExposureEnd: base + i32(16),
		Width: int(i32(20)), Height: int(i32(24)), X: int(i32(28)), Y: int(i32(32)),
		Source: 1,
	}
	if o := d.pkt.tsOffset; o >= 4 && o <= 16 && o&3 == 0 {
		f.T = base + i32(int(o))
	}
	channels := info >> 1 & 7
	switch channels {
	case 1:
		f.Format = events.Gray16
	case 3:
		f.Format = events.RGB16
	case 4:
		f.Format = events.RGBA16
	}
	room := d.pkt.size - v3FrameHeader
	bytes := int64(f.Width) * int64(f.Height) * 2 * int64(channels)
	switch {
	case info&1 == 0:
		return d.passFrame(func() { d.invalid++ })
	case f.Format == "":
		return d.giveUp(at, fmt.Errorf("%w: a frame of %d channels", events.ErrCorrupt, channels))
	case f.Width < 1 || f.Height < 1 || f.Width > 1<<15 || f.Height > 1<<15 || bytes > room:
		return d.giveUp(at, fmt.Errorf("%w: a frame of %dx%d pixels in room for %d bytes", events.ErrCorrupt, f.Width, f.Height, room))
	case d.tap.Frame == nil:
		return d.passFrame(func() { d.counts[v3Frame].add(1, f.T, f.T) })
	}
	d.discard(v3FrameHeader)
	if got, err := d.readPixels(bytes); err != nil {
		return err
	} else if got < bytes {
		d.off = at
		return d.cutInside(int(got) + v3FrameHeader)
	}
	if got, err := d.skip(room - bytes); err != nil {
		return err
	} else if got < room-bytes {
		d.off = at
		return d.cutInside(int(got+bytes) + v3FrameHeader)
	}
	d.left--
	d.counts[v3Frame].add(1, f.T, f.T)
	f.Pixels = d.pixels
	return d.tap.Frame(&f)
}

// passFrame skips a frame and calls then, if the file holds all of it.
func (d *v3Decoder) passFrame(then func()) error {
	n, err := d.skip(d.pkt.size)
	if err != nil {
		return err
	}
	if n < d.pkt.size {
		d.off -= n
		return d.cutInside(int(n))
	}
	d.left--
	then()
	return nil
}

// readPixels fills d.pixels with n bytes, or with fewer at the end of the file.
// The buffer grows with what has come, not with what is announced.
func (d *v3Decoder) readPixels(n int64) (int64, error) {
	d.pixels = d.pixels[:0]
	for int64(len(d.pixels)) < n {
		b, err := d.br.Peek(int(min(n-int64(len(d.pixels)), int64(d.br.Size()))))
		d.pixels = append(d.pixels, b...)
		d.discard(len(b))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, d.sourceFailed(0, err)
		}
	}
	return int64(len(d.pixels)), nil
}
