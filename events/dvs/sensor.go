package dvs

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"dvsim/events"
)

// Options are the settings of a recording with a simulated sensor.
type Options struct {
	// Params is the sensor; see [Preset].
	Params Params
	// Seed is the sensor's own: it draws the pattern of thresholds and leaks, which
	// is the same in all its recordings.
	Seed uint64
	// Recording tells recordings with one sensor apart: it draws the noise.
	Recording uint64
	// Start is added to the time of every event, in µs.
	Start int64
	// Duration is the length of the recording of a scene, in µs; at least 1. Frames
	// end by themselves.
	Duration int64
	// MaxStep is the longest time between two samples of a scene, in µs; 0 is 1000.
	MaxStep int64
	// Workers is how many goroutines compute pixels; 0 is GOMAXPROCS. The events are
	// the same for any number.
	Workers int
}

// maxPixels bounds the memory of a sensor: about 100 bytes a pixel.
const maxPixels = 16 << 20

// Sensor is a simulated sensor at work: an [events.Reader].
type Sensor struct {
	header  events.Header
	a       *array
	src     sampler
	workers int

	recording uint64
	start     int64 // added to all times
	first     int64 // time of the first sample; inside, times count from it
	started   bool
	err       error // from the source, given out after the events before it

	t      int64       // time of the last sample
	frames [][]float32 // one block of samples
	times  []int64
	parts  [][]events.Event // what each worker found
	keys   []uint64         // sorted events of the block, and those held back
	held   []uint64         // events at the very end of the block: more may come there
	ready  []events.Event
}

// Watch points a sensor at a scene.
func Watch(s Scene, opt Options) (*Sensor, error) {
	if opt.Duration < 1 {
		return nil, fmt.Errorf("dvs: a recording of %d µs: want at least 1 µs", opt.Duration)
	}
	if opt.MaxStep == 0 {
		opt.MaxStep = 1000
	}
	if opt.MaxStep < 1 || opt.MaxStep > maxGap {
		return nil, fmt.Errorf("dvs: a step of %d µs: want 1 µs to %d µs", opt.MaxStep, maxGap)
	}
	c, err := newSensor(s.Geometry(), opt)
	if err != nil {
		return nil, err
	}
	c.src = newSceneSampler(s, c.a, opt.MaxStep, opt.Duration)
	return c, nil
}

// WatchFrames points a sensor at stamped pictures. Their times become those of
// the events. Between two pictures nothing is known: the logarithm of the
// luminance goes straight from one to the next, which a note in the header says.
// With a low-pass the sensor takes many small steps between two pictures.
func WatchFrames(src FrameSource, opt Options) (*Sensor, error) {
	c, err := newSensor(src.Geometry(), opt)
	if err != nil {
		return nil, err
	}
	c.src = &frameSampler{src: src, g: c.a.g}
	c.header.Notes = append(c.header.Notes, "made from frames: between two of them the logarithm of the luminance was taken to be straight")
	return c, nil
}

func newSensor(g events.Geometry, opt Options) (*Sensor, error) {
	if err := opt.Params.Validate(); err != nil {
		return nil, err
	}
	if !g.Known() || g.Width > 1<<16 || g.Height > 1<<16 || g.Pixels() > maxPixels {
		return nil, fmt.Errorf("dvs: %w: a sensor of %v; want at most 65536 pixels a side and %d in all", events.ErrGeometry, g, maxPixels)
	}
	workers := opt.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, g.Height)
	c := &Sensor{
		a: newArray(opt.Params, g, opt.Seed), workers: workers, recording: opt.Recording, start: opt.Start,
		parts: make([][]events.Event, workers),
		header: events.Header{
			Format: "dvs", Geometry: g, Source: "dvsim simulated sensor",
			Streams: []events.Stream{{Kind: events.KindEvents, Name: "events", Source: "dvsim simulated sensor", Geometry: g}},
		},
	}
	// A block holds a quarter million pixels: it stays in the cache, and workers
	// meet rarely.
	block := min(max((256<<10)/g.Pixels(), 1), 64)
	for range block {
		c.frames = append(c.frames, make([]float32, g.Pixels()))
	}
	c.times = make([]int64, block)
	return c, nil
}

// Header describes the stream: the size of the sensor and how it was made.
func (c *Sensor) Header() *events.Header { return &c.header }

// Read gives the events in the order (t, y, x, polarity).
func (c *Sensor) Read(dst []events.Event) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	for len(c.ready) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.fill()
	}
	n := copy(dst, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// fill computes the next block of samples.
func (c *Sensor) fill() {
	if !c.started {
		c.started = true
		if c.first, c.err = c.src.next(c.frames[0]); c.err != nil {
			return
		}
		c.a.start(c.recording, c.frames[0])
	}
	n := 0
	for n < len(c.frames) && c.err == nil {
		var t int64
		if t, c.err = c.src.next(c.frames[n]); c.err != nil {
			break
		}
		c.times[n] = t - c.first
		if n++; c.times[n-1]-c.t > maxGap {
			break // the sort keys hold 2^31 µs
		}
	}
	t0 := c.t
	c.runAll(n)
	if n > 0 {
		c.t = c.times[n-1]
	}
	c.order(t0)
}

// runAll takes all rows through a block of n samples, some rows a worker.
func (c *Sensor) runAll(n int) {
	h := c.a.g.Height
	if c.workers == 1 {
		c.parts[0] = c.run(0, h, n, c.parts[0][:0])
		return
	}
	var wait sync.WaitGroup
	for w := range c.workers {
		wait.Go(func() {
			c.parts[w] = c.run(w*h/c.workers, (w+1)*h/c.workers, n, c.parts[w][:0])
		})
	}
	wait.Wait()
}

// run takes some rows through the block.
func (c *Sensor) run(fromRow, toRow, n int, out []events.Event) []events.Event {
	ta := c.t
	for k := range n {
		out = c.a.step(fromRow*c.a.g.Width, toRow*c.a.g.Width, ta, c.times[k], c.frames[k], out)
		ta = c.times[k]
	}
	return out
}

// order sorts what the workers found in a block that began at t0. Events at its
// last µs wait: the next block may have some of the same time.
func (c *Sensor) order(t0 int64) {
	c.keys = append(c.keys[:0], c.held...)
	for _, part := range c.parts {
		for _, e := range part {
			c.keys = append(c.keys, uint64(e.T-t0)<<33|uint64(e.Y)<<17|uint64(e.X)<<1|uint64(e.P))
		}
	}
	slices.Sort(c.keys)
	end := uint64(c.t-t0) << 33
	if c.err != nil { // no more blocks
		end = math.MaxUint64
	}
	cut, _ := slices.BinarySearch(c.keys, end)
	c.held = c.held[:0]
	for _, k := range c.keys[cut:] {
		c.held = append(c.held, k&(1<<33-1)) // at time 0 of the next block
	}
	c.ready = c.ready[:0]
	for _, k := range c.keys[:cut] {
		c.ready = append(c.ready, events.Event{
			T: c.start + c.first + t0 + int64(k>>33), X: uint16(k >> 1), Y: uint16(k >> 17), P: events.Polarity(k & 1),
		})
	}
}

// restart begins another recording of the same sensor.
func (c *Sensor) restart(src sampler, recording uint64) {
	c.src, c.recording = src, recording
	c.started, c.err, c.t = false, nil, 0
	c.held, c.ready = c.held[:0], c.ready[:0]
}
