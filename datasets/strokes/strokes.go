package strokes

import "fmt"

// Side is the width and height of a picture, in pixels.
const Side = 28

// Pixels is the number of pixels of a picture.
const Pixels = Side * Side

// Set is an endless set of pictures of one seed. It has no state, so it serves
// any number of goroutines. The zero value is the set of seed 0.
type Set struct {
	seed uint64
}

// New returns the set of a seed.
func New(seed uint64) Set { return Set{seed} }

// Seed returns the seed of the set.
func (s Set) Seed() uint64 { return s.seed }

// Draw draws picture n of a digit into dst: 28 rows of 28 grey values, 0 for the
// ground and 255 for ink, all of them set. The same seed, digit and n give the
// same picture, whatever was drawn before. It panics when digit is not 0 to 9 or
// dst has not 784 values.
func (s Set) Draw(dst []uint8, digit int, n uint64) {
	if digit < 0 || digit > 9 {
		panic(fmt.Sprintf("strokes: digit %d: want 0 to 9", digit))
	}
	if len(dst) != Pixels {
		panic(fmt.Sprintf("strokes: a picture of %d pixels; it has 28 × 28", len(dst)))
	}
	r := newRandom(s.seed, uint64(digit), n)
	h := newHand(r)
	var p page
	for _, stroke := range skeletons[digit](r) {
		p.add(h.write(stroke, r))
	}
	p.place(h)
	clear(dst)
	for _, line := range p.lines {
		h.ink(dst, line)
	}
}

// Digit returns the digit of picture n when the set is taken as one sequence:
// pictures 0 to 9 are the ten digits in an order of their own, so are 10 to 19,
// and so on.
func (s Set) Digit(n uint64) int {
	r := newRandom(s.seed, streamOrder, n/10)
	var order [10]int
	for i := range order {
		j := int(r.next() % uint64(i+1))
		order[i], order[j] = order[j], i
	}
	return order[n%10]
}

// Picture draws picture n of the sequence into dst and returns its digit.
func (s Set) Picture(dst []uint8, n uint64) int {
	d := s.Digit(n)
	s.Draw(dst, d, n)
	return d
}
