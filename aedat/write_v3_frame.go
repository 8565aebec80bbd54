package aedat

import (
	"encoding/binary"
	"fmt"
	"math"

	"dvsim/events"
)

// WriteFrame implements events.RecordWriter. Samples of 8 bits are widened to 16
// (255 becomes 65,535), BGR becomes RGB. A time of the frame that is 0 is unknown
// and written as its end; T comes back as End.
func (w *v3Writer) WriteFrame(f *events.Frame) error {
	if w.err != nil {
		return w.err
	}
	channels, wide := f.Format.Channels(), f.Format.SampleBytes() == 2
	if channels == 0 || f.Width < 1 || f.Height < 1 || f.Width > 1<<15 || f.Height > 1<<15 || f.X < 0 || f.Y < 0 || f.X > 1<<15 || f.Y > 1<<15 {
		return recordError("frame", fmt.Errorf("%w: %dx%d pixels of %q at %d, %d", events.ErrRange, f.Width, f.Height, f.Format, f.X, f.Y))
	}
	samples := f.Width * f.Height * channels
	switch {
	case len(f.Pixels) != samples*f.Format.SampleBytes():
		return recordError("frame", fmt.Errorf("%w: %d bytes of pixels, %dx%d pixels of %q have %d", events.ErrRange, len(f.Pixels), f.Width, f.Height, f.Format, samples*f.Format.SampleBytes()))
	case v3FrameHeader+2*samples > 1<<28:
		return recordError("frame", fmt.Errorf("%w: %dx%d pixels of %q are over 256 MiB", events.ErrTooLarge, f.Width, f.Height, f.Format))
	}
	end := f.End
	if end == 0 {
		end = f.T
	}
	if !v3TimeFits(end) {
		return recordError("frame", v3TimeError(end))
	}
	p := v3Packet{kind: v3Frame, tsOffset: 8, overflow: int32(end >> 31), number: 1}
	w.start()
	le := binary.LittleEndian
	w.record = le.AppendUint32(w.record, 1|uint32(channels)<<1)
	for _, t := range []int64{f.Begin, end, f.ExposureBegin, f.ExposureEnd} {
		if t == 0 {
			t = end
		}
		// A beginning from before a turn of the 31 bits is negative there.
		d := t - p.base()
		if d < math.MinInt32 || d > math.MaxInt32 {
			return recordError("frame", fmt.Errorf("%w: its times %d and %d are too far apart", events.ErrRange, t, end))
		}
		w.record = le.AppendUint32(w.record, uint32(int32(d)))
	}
	for _, v := range []int{f.Width, f.Height, f.X, f.Y} {
		w.record = le.AppendUint32(w.record, uint32(v))
	}
	swap := f.Format == events.BGR8 || f.Format == events.BGR16 || f.Format == events.BGRA8 || f.Format == events.BGRA16
	for i := range samples {
		j := i
		if c := i % channels; swap && c < 3 {
			j = i - c + 2 - c
		}
		v := uint16(0)
		if wide {
			v = le.Uint16(f.Pixels[2*j:])
		} else {
			v = uint16(f.Pixels[j]) * 257
		}
		w.record = le.AppendUint16(w.record, v)
	}
	return w.put(p)
}
