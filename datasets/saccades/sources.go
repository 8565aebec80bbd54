package saccades

import (
	"fmt"

	"dvsim/datasets"
	"dvsim/datasets/strokes"
)

// Strokes are drawn digits (package strokes) of a seed: so many to train and to
// test. A longer set begins with a shorter one; no picture is in both parts.
func Strokes(seed uint64, train, test int) (Part, Part) {
	set := strokes.New(seed)
	return newParts(&drawn{set, 0}, train, &drawn{set, testDrawn}, test)
}

// testDrawn is the first picture to test on. It is a multiple of ten, so that each ten
// of them have all digits.
const testDrawn = 10 << 32

// drawn are pictures of package strokes, from number first on.
type drawn struct {
	set   strokes.Set
	first uint64
}

func (d *drawn) at(number int) uint64 { return d.first + uint64(number-1) }

func (d *drawn) label(number int) int { return d.set.Digit(d.at(number)) }

func (d *drawn) draw(dst []uint8, number int) { d.set.Picture(dst, d.at(number)) }

// MNIST are pictures as [datasets.OpenMNIST] reads them. They must have 28 × 28
// pixels.
func MNIST(train, test *datasets.Pictures) (Part, Part, error) {
	for _, p := range []*datasets.Pictures{train, test} {
		if p.Rows != strokes.Side || p.Cols != strokes.Side {
			return Part{}, Part{}, fmt.Errorf("the %s pictures have %d×%d pixels: the sensor of N-MNIST is made for 28×28; scale them", p.Name, p.Cols, p.Rows)
		}
	}
	a, b := newParts(&stored{train}, train.Len(), &stored{test}, test.Len())
	return a, b, nil
}

// stored are pictures in memory.
type stored struct{ p *datasets.Pictures }

func (s *stored) label(number int) int { return int(s.p.Labels[number-1]) }

func (s *stored) draw(dst []uint8, number int) { copy(dst, s.p.Picture(number-1)) }
