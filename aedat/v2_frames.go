package aedat

import (
	"encoding/binary"
	"fmt"

	"dvsim/events"
)

// v2Frames puts the pictures of a DAVIS together from its ADC reads. A pixel is
// read after its reset and again after the exposure; its brightness is the
// difference, 0..1023.
//
// The order of the reads depends on the chip, so it is not used: a frame is
// complete with the second read of its last pixel, and a reset read of a pixel
// that has one already begins the next. A frame that fills a rectangle only (a
// region of interest) is given out then; one with holes is left out and counted.
type v2Frames struct {
	size  events.Geometry
	tap   func(*events.Frame) error
	count aerCount
	holes int64 // frames left out
	stray int64 // reads outside the sensor, or signal reads without reset

	cells  []v2Cell // row-major, y as stored (upwards); made with the first read
	frame  uint32   // number of the current frame, from 1; cells of other numbers are old
	resets int
	done   int // pixels with both reads
	box    struct{ x0, y0, x1, y1 int }
	// Times: first and last reset read, first and last signal read.
	resetFirst, resetLast, signalFirst, signalLast int64
	rolling                                        bool // a reset read came after a signal read
	out                                            []byte
}

// v2Cell is one pixel of the frame being put together.
type v2Cell struct {
	frame        uint32 // of the reset read
	reset, value uint16 // value is noValue until the signal read
}

const noValue = 0xffff

// cell returns the pixel, or nil where it lies outside the sensor.
func (f *v2Frames) cell(x, y int) *v2Cell {
	if x >= f.size.Width || y >= f.size.Height {
		f.stray++
		return nil
	}
	if f.cells == nil {
		// Addresses have 10 and 9 bits; a larger size has no pixels to offer.
		f.size = events.Geometry{Width: min(f.size.Width, 1<<10), Height: min(f.size.Height, 1<<9)}
		f.cells = make([]v2Cell, f.size.Pixels())
	}
	return &f.cells[y*f.size.Width+x]
}

// reset takes the read after a pixel's reset.
func (f *v2Frames) reset(x, y int, adc uint16, t int64) error {
	c := f.cell(x, y)
	if c == nil {
		return nil
	}
	var err error
	if f.resets == 0 || c.frame == f.frame {
		err = f.finish()
		f.begin(x, y, t)
	}
	*c = v2Cell{f.frame, adc, noValue}
	f.resets++
	f.resetLast = t
	f.rolling = f.rolling || f.done > 0
	f.box.x0, f.box.x1 = min(f.box.x0, x), max(f.box.x1, x)
	f.box.y0, f.box.y1 = min(f.box.y0, y), max(f.box.y1, y)
	return err
}

func (f *v2Frames) begin(x, y int, t int64) {
	f.frame++
	f.resets, f.done, f.rolling = 0, 0, false
	f.resetFirst, f.resetLast = t, t
	f.box.x0, f.box.y0, f.box.x1, f.box.y1 = x, y, x, y
}

// signal takes the read after the exposure.
func (f *v2Frames) signal(x, y int, adc uint16, t int64) error {
	c := f.cell(x, y)
	if c == nil {
		return nil
	}
	if f.resets == 0 || c.frame != f.frame || c.value != noValue {
		f.stray++
		return nil
	}
	c.value = c.reset - min(adc, c.reset)
	if f.done == 0 {
		f.signalFirst = t
	}
	f.done++
	f.signalLast = t
	if f.done == len(f.cells) {
		return f.finish()
	}
	return nil
}

// finish gives the current frame out, if it has no holes.
func (f *v2Frames) finish() error {
	w, h := f.box.x1-f.box.x0+1, f.box.y1-f.box.y0+1
	resets, done := f.resets, f.done
	f.resets, f.done = 0, 0
	if resets == 0 {
		return nil
	}
	if done != w*h {
		f.holes++
		return nil
	}
	fr := events.Frame{
		Stream: davisFrames, Begin: f.resetFirst, End: f.signalLast,
		ExposureBegin: f.resetLast, ExposureEnd: f.signalFirst,
		X: f.box.x0, Y: f.size.Height - 1 - f.box.y1, Width: w, Height: h,
		Format: events.Gray16, Source: 1,
	}
	if f.rolling {
		fr.ExposureBegin = f.resetFirst
	}
	fr.T = fr.ExposureBegin + (fr.ExposureEnd-fr.ExposureBegin)/2
	f.count.add(1, fr.T, fr.T)
	if f.tap == nil {
		return nil
	}
	f.out = f.out[:0]
	for y := f.box.y1; y >= f.box.y0; y-- { // the top row first
		for _, c := range f.cells[y*f.size.Width+f.box.x0:][:w] {
			f.out = binary.LittleEndian.AppendUint16(f.out, c.value)
		}
	}
	fr.Pixels = f.out
	return f.tap(&fr)
}

func (f *v2Frames) warnings() []string {
	var w []string
	if f.holes > 0 {
		w = append(w, fmt.Sprintf("%d frames are incomplete and were left out", f.holes))
	}
	if f.stray > 0 {
		w = append(w, fmt.Sprintf("%d reads of the frames lie outside the sensor or lack the read of the reset, and were left out", f.stray))
	}
	return w
}
