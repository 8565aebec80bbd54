package aedat

import (
	"fmt"

	"dvsim/events"
)

// A FRME packet is one table: 0 t, 1 begin and 2 end of readout, 3 begin and
// 4 end of exposure (i64 µs), 5 format (i8, OpenCV's type code), 6 sizeX,
// 7 sizeY, 8 positionX, 9 positionY (i16), 10 pixels ([u8], top row first), and
// in newer files 11 exposure (i64 µs), 12 source (i8). 16-bit samples are
// little-endian.

// v4PixelFormat maps OpenCV's type code, depth + 8·(channels-1), where depth 0
// is 8 bits and 2 is 16 bits without sign; "" for the rest.
func v4PixelFormat(code int8) events.PixelFormat {
	switch code {
	case 0:
		return events.Gray8
	case 2:
		return events.Gray16
	case 16:
		return events.BGR8
	case 18:
		return events.BGR16
	case 24:
		return events.BGRA8
	case 26:
		return events.BGRA16
	}
	return ""
}

// v4PixelCode is the way back; ok is false for the formats that OpenCV orders
// in another way.
func v4PixelCode(f events.PixelFormat) (code int8, ok bool) {
	for c := range int8(32) {
		if f != "" && v4PixelFormat(c) == f {
			return c, true
		}
	}
	return 0, false
}

// v4ReadFrame reads a frame; Pixels is a view of the buffer. code is OpenCV's,
// and Format is "" where there is no name for it.
func v4ReadFrame(root *v4Flat) (f events.Frame, code int8, err error) {
	f = events.Frame{
		T: root.i64(0), Begin: root.i64(1), End: root.i64(2),
		ExposureBegin: root.i64(3), ExposureEnd: root.i64(4),
		Width: int(root.i16(6)), Height: int(root.i16(7)),
		X: int(root.i16(8)), Y: int(root.i16(9)),
		Pixels: root.vector(10, 1), Source: root.i8(12),
	}
	code = root.i8(5)
	f.Format = v4PixelFormat(code)
	if e := root.i64(11); e > 0 && f.ExposureBegin == 0 && f.ExposureEnd == 0 {
		// The time of the frame is the middle of its exposure.
		f.ExposureBegin, f.ExposureEnd = f.T-e/2, f.T-e/2+e
	}
	if root.bad {
		return f, code, fmt.Errorf("%w: a field that leaves the packet", events.ErrCorrupt)
	}
	if f.Width < 0 || f.Height < 0 {
		return f, code, fmt.Errorf("%w: a frame of %d x %d pixels", events.ErrCorrupt, f.Width, f.Height)
	}
	want := int64(f.Width) * int64(f.Height) * int64(f.Format.Channels()*f.Format.SampleBytes())
	if f.Format != "" && want != int64(len(f.Pixels)) {
		return f, code, fmt.Errorf("%w: %d bytes of pixels in a %s frame of %d x %d", events.ErrCorrupt, len(f.Pixels), f.Format, f.Width, f.Height)
	}
	return f, code, nil
}

// v4ReadIMU reads an IMUS packet: field 0 is a vector of tables with 0 t (i64 µs),
// 1 temperature, 2 to 4 accelerometer, 5 to 7 gyroscope, 8 to 10 magnetometer (f32).
func v4ReadIMU(dst []events.IMU, root *v4Flat, stream int) ([]events.IMU, error) {
	root.tables(0, func(_ int, e *v4Flat) {
		dst = append(dst, events.IMU{
			Stream: stream, T: e.i64(0), Temperature: e.f32(1),
			Accel: [3]float32{e.f32(2), e.f32(3), e.f32(4)},
			Gyro:  [3]float32{e.f32(5), e.f32(6), e.f32(7)},
			Mag:   [3]float32{e.f32(8), e.f32(9), e.f32(10)},
		})
	})
	if root.bad {
		return dst, fmt.Errorf("%w: an IMU reading that leaves the packet", events.ErrCorrupt)
	}
	return dst, nil
}

// v4ReadTriggers reads a TRIG packet: field 0 is a vector of tables with
// 0 t (i64 µs), 1 source (i8).
func v4ReadTriggers(dst []events.Trigger, root *v4Flat, stream int) ([]events.Trigger, error) {
	root.tables(0, func(_ int, e *v4Flat) {
		dst = append(dst, events.Trigger{Stream: stream, T: e.i64(0), Source: events.TriggerSource(e.i8(1))})
	})
	if root.bad {
		return dst, fmt.Errorf("%w: a trigger that leaves the packet", events.ErrCorrupt)
	}
	return dst, nil
}
