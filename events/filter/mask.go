package filter

import (
	"fmt"
	"iter"
	"math"
	"math/bits"

	"dvsim/events"
)

// Mask is a set of pixels to remove.
type Mask struct {
	g    events.Geometry
	bits []uint64
}

// NewMask returns an empty mask for a sensor of size g, which must be known and
// at most [MaxPixels].
func NewMask(g events.Geometry) (*Mask, error) {
	if !g.Known() || g.Pixels() > MaxPixels {
		return nil, fmt.Errorf("filter: mask: %w: no mask for a sensor of %v", events.ErrGeometry, g)
	}
	return &Mask{g: g, bits: make([]uint64, (g.Pixels()+63)/64)}, nil
}

// Add puts a pixel into the mask. It panics when the pixel is not on the sensor.
func (m *Mask) Add(x, y uint16) {
	if !m.g.Contains(x, y) {
		panic(fmt.Sprintf("filter: pixel (%d, %d) is not on a sensor of %v", x, y, m.g))
	}
	i := m.g.Index(x, y)
	m.bits[i/64] |= 1 << (i % 64)
}

// Contains reports whether a pixel is in the mask.
func (m *Mask) Contains(x, y uint16) bool {
	if !m.g.Contains(x, y) {
		return false
	}
	i := m.g.Index(x, y)
	return m.bits[i/64]>>(i%64)&1 != 0
}

// Len returns the number of pixels in the mask.
func (m *Mask) Len() int {
	n := 0
	for _, w := range m.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// Pixels yields the pixels of the mask, row by row.
func (m *Mask) Pixels() iter.Seq2[uint16, uint16] {
	return func(yield func(x, y uint16) bool) {
		for i, w := range m.bits {
			for ; w != 0; w &= w - 1 {
				k := 64*i + bits.TrailingZeros64(w)
				if !yield(uint16(k%m.g.Width), uint16(k/m.g.Width)) {
					return
				}
			}
		}
	}
}

// HotPixels reads a whole recording and returns the pixels that fire at more than
// rate events per second on average, from its smallest time to its largest. The
// recording is spent then: open it again for [Masked].
func HotPixels(r events.Reader, rate float64) (*Mask, error) {
	g, err := sized("hot pixels", r)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(rate) || rate <= 0 {
		return nil, fmt.Errorf("filter: hot pixels: a rate of %g events/s: want more than 0", rate)
	}
	m, err := NewMask(g)
	if err != nil {
		return nil, err
	}
	counts := make([]uint32, g.Pixels())
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	for batch, err := range events.Batches(r) {
		if err != nil {
			return nil, err
		}
		for _, e := range batch {
			lo, hi = min(lo, e.T), max(hi, e.T)
			if g.Contains(e.X, e.Y) && counts[g.Index(e.X, e.Y)] < math.MaxUint32 {
				counts[g.Index(e.X, e.Y)]++
			}
		}
	}
	limit := rate * float64(hi-lo) * 1e-6
	for i, n := range counts {
		if n > 0 && float64(n) > limit {
			m.Add(uint16(i%g.Width), uint16(i/g.Width))
		}
	}
	return m, nil
}

// Masked drops the events of the pixels in m. The mask must be of the size of the
// sensor, when that is known.
func Masked(r events.Reader, m *Mask) (events.Reader, error) {
	if g := r.Header().Geometry; g.Known() && g != m.g {
		return nil, fmt.Errorf("filter: mask: %w: a mask of %v for a sensor of %v", events.ErrGeometry, m.g, g)
	}
	return &masked{src: r, m: m}, nil
}

type masked struct {
	src events.Reader
	m   *Mask
}

func (f *masked) Header() *events.Header { return f.src.Header() }

func (f *masked) Read(dst []events.Event) (int, error) { return readKept(f.src, dst, f.keep) }

func (f *masked) keep(batch []events.Event) int {
	k := 0
	for _, e := range batch {
		if !f.m.Contains(e.X, e.Y) {
			batch[k] = e
			k++
		}
	}
	return k
}
