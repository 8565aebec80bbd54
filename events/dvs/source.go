package dvs

import (
	"errors"
	"fmt"
	"io"
	"math"

	"dvsim/events"
)

// Scene is what a sensor looks at, when it can be drawn for any moment.
type Scene interface {
	// Geometry is the size of the pictures, which does not change.
	Geometry() events.Geometry
	// At draws the scene t µs after the start of the recording: linear luminance,
	// row by row, 0 for black and 1 for white. It fills all of dst and must give the
	// same picture for the same t. Calls come with growing t, from one goroutine,
	// now and then with a step back when the step turns out to be too long.
	At(t int64, dst []float32)
}

// Mover is a Scene that knows how fast it moves.
type Mover interface {
	Scene
	// Speed returns the highest speed of anything in the picture, in pixels per
	// second, in the time from t to t + MaxStep. A sample is taken at least every
	// half pixel: edges that are not drawn sharper than a pixel then cost below 1 %
	// of the events.
	Speed(t int64) float64
}

// Frame is a picture with its time.
type Frame struct {
	// T is the time in µs; it must grow from frame to frame.
	T int64
	// Luminance is linear, row by row, 0 for black and 1 for white.
	Luminance []float32
}

// FrameSource gives stamped pictures, a video for example.
type FrameSource interface {
	// Geometry is the size of all pictures.
	Geometry() events.Geometry
	// Next returns the next picture, which may be overwritten by the call after, or
	// io.EOF.
	Next() (Frame, error)
}

// Frames returns a FrameSource over pictures in memory.
func Frames(g events.Geometry, frames ...Frame) FrameSource {
	return &frameSlice{g, frames}
}

type frameSlice struct {
	g    events.Geometry
	rest []Frame
}

func (s *frameSlice) Geometry() events.Geometry { return s.g }

func (s *frameSlice) Next() (Frame, error) {
	if len(s.rest) == 0 {
		return Frame{}, io.EOF
	}
	f := s.rest[0]
	s.rest = s.rest[1:]
	return f, nil
}

// maxGap bounds the time between two samples, in µs: 9 minutes.
const maxGap = 1 << 29

// sampler gives the luminance at growing times; what it gives first is the state
// that the sensor starts in.
type sampler interface {
	next(dst []float32) (t int64, err error)
}

// sceneSampler chooses when to draw a scene.
type sceneSampler struct {
	scene    Scene
	mover    Mover // nil when the scene does not know its speed
	a        *array
	maxStep  int64
	duration int64

	started bool
	t       int64
	step    int64     // of the last sample
	last    []float32 // its luminance
}

// Sub-sampling: a sample at least every stepPixels of motion, or every
// stepContrast thresholds of change where the speed is unknown, but not below
// minStep µs: an edge drawn without blur would ask for ever more.
const (
	stepPixels   = 0.5
	stepContrast = 0.5
	minStep      = 50
)

func newSceneSampler(s Scene, a *array, maxStep, duration int64) *sceneSampler {
	if a.tau > 0 {
		maxStep = min(maxStep, max(1, int64(a.tau/4)))
	}
	m, _ := s.(Mover)
	return &sceneSampler{scene: s, mover: m, a: a, maxStep: maxStep, duration: duration, step: maxStep, last: make([]float32, a.g.Pixels())}
}

func (s *sceneSampler) next(dst []float32) (int64, error) {
	if !s.started {
		s.started = true
		err := s.draw(0, dst)
		copy(s.last, dst)
		return 0, err
	}
	if s.t >= s.duration {
		return 0, io.EOF
	}
	step := s.maxStep
	if s.mover != nil {
		if v := s.mover.Speed(s.t); v > 0 {
			step = min(step, max(1, int64(stepPixels/v*1e6)))
		}
		s.t = min(s.t+step, s.duration)
		return s.t, s.draw(s.t, dst)
	}
	step = min(step, 2*s.step)
	for {
		t := min(s.t+step, s.duration)
		if err := s.draw(t, dst); err != nil {
			return 0, err
		}
		if step <= minStep || s.calm(dst) {
			s.t, s.step = t, step
			copy(s.last, dst)
			return t, nil
		}
		step = max(step/2, minStep)
	}
}

// draw draws the scene and checks what came.
func (s *sceneSampler) draw(t int64, dst []float32) error {
	s.scene.At(t, dst)
	if i := firstBad(dst); i >= 0 {
		return fmt.Errorf("dvs: the scene at %d µs: luminance %g at pixel (%d, %d): want a finite number of at least 0", t, dst[i], i%s.a.g.Width, i/s.a.g.Width)
	}
	return nil
}

// calm reports whether no pixel has changed by more than half a threshold.
func (s *sceneSampler) calm(dst []float32) bool {
	limit := stepContrast * min(s.a.p.ThetaOn, s.a.p.ThetaOff)
	for i, l := range dst {
		if l != s.last[i] && math.Abs(s.a.curve.at(l)-s.a.curve.at(s.last[i])) > limit {
			return false
		}
	}
	return true
}

// firstBad returns the index of the first luminance that is none, or −1.
func firstBad(lum []float32) int {
	for i, l := range lum {
		if !(l >= 0 && l <= math.MaxFloat32) {
			return i
		}
	}
	return -1
}

// frameSampler gives the frames of a source, with times from the first one on.
type frameSampler struct {
	src FrameSource
	g   events.Geometry
	n   int
	t   int64
}

func (s *frameSampler) next(dst []float32) (int64, error) {
	f, err := s.src.Next()
	if errors.Is(err, io.EOF) {
		return 0, io.EOF
	}
	if err != nil {
		return 0, fmt.Errorf("dvs: frame %d: %w", s.n, err)
	}
	fail := func(format string, args ...any) (int64, error) {
		return 0, fmt.Errorf("dvs: frame %d at %d µs: %s", s.n, f.T, fmt.Sprintf(format, args...))
	}
	switch {
	case len(f.Luminance) != s.g.Pixels():
		return fail("%d pixels; a picture of %v has %d", len(f.Luminance), s.g, s.g.Pixels())
	case s.n == 0:
	case f.T <= s.t:
		return fail("the frame before is at %d µs; times must grow", s.t)
	case f.T-s.t > maxGap || f.T-s.t < 0:
		return fail("the frame before is at %d µs, more than %d s earlier", s.t, maxGap/1_000_000)
	}
	if i := firstBad(f.Luminance); i >= 0 {
		return fail("luminance %g at pixel (%d, %d): want a finite number of at least 0", f.Luminance[i], i%s.g.Width, i/s.g.Width)
	}
	copy(dst, f.Luminance)
	s.t = f.T
	s.n++
	return f.T, nil
}
