package filter

import (
	"math"

	"dvsim/events"
)

// never is the time of the last event of a pixel that had none. It is further
// from every time that occurs than any window.
const never = math.MinInt64

// maxWindow bounds windows and periods, in µs: about nine years. With it the
// arithmetic on times within ±2^62 µs cannot overflow.
const maxWindow = 1 << 48

// First says what becomes of the first event of a pixel.
type First int

const (
	// FirstJudged treats it like any other. It has nothing before it at its own
	// pixel, so a refractory filter lets it pass.
	FirstJudged First = iota
	// FirstDropped drops it.
	FirstDropped
	// FirstPasses keeps it.
	FirstPasses
	// FirstAfterStart treats every pixel as if it had fired at the time Start of the
	// options. On recordings with Unix times that is never for any practical purpose,
	// on those that begin near Start it is not.
	FirstAfterStart
)

// memory holds the time of the last event of each pixel, with a margin of pixels
// around the sensor that never fire, so that no neighbour needs a test.
type memory struct {
	last   []int64
	stride int
	origin int // index of pixel (0, 0)
	g      events.Geometry
}

func newMemory(g events.Geometry, margin int, start int64) memory {
	m := memory{g: g, stride: g.Width + 2*margin}
	m.origin = margin*m.stride + margin
	m.last = make([]int64, m.stride*(g.Height+2*margin))
	for i := range m.last {
		m.last[i] = never
	}
	if start != never {
		for y := range g.Height {
			row := m.last[m.origin+y*m.stride:]
			for x := range g.Width {
				row[x] = start
			}
		}
	}
	return m
}

// near is the set of times T with |t − T| < window, as one comparison:
// uint64(T − low) < span.
type near struct {
	low  int64
	span uint64
}

func nearTo(t, window int64) near {
	return near{t - window + 1, uint64(2*window - 1)}
}

func (n near) has(t int64) bool { return uint64(t-n.low) < n.span }
