package strokes_test

import (
	"compress/gzip"
	"io"
	"math"
	"os"
	"testing"

	"dvsim/datasets/strokes"
	"dvsim/internal/reference"
)

// pictures are some pictures and what they show.
type pictures struct {
	pixels []uint8
	digits []uint8
}

func (p pictures) at(i int) []uint8 { return p.pixels[i*strokes.Pixels : (i+1)*strokes.Pixels] }

func (p pictures) first(n int) pictures {
	return pictures{p.pixels[:n*strokes.Pixels], p.digits[:n]}
}

// mnist reads n training pictures of MNIST.
func mnist(t *testing.T, n int) pictures {
	t.Helper()
	read := func(name string, header, size int) []uint8 {
		f, err := os.Open(reference.Shared(t, "data", "mnist", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]uint8, header+size)
		if _, err := io.ReadFull(z, b); err != nil {
			t.Fatal(err)
		}
		return b[header:]
	}
	return pictures{read("train-images-idx3-ubyte.gz", 16, n*strokes.Pixels), read("train-labels-idx1-ubyte.gz", 8, n)}
}

// drawn draws the first n pictures of a seed.
func drawn(seed uint64, n int) pictures {
	p := pictures{make([]uint8, n*strokes.Pixels), make([]uint8, n)}
	for i := range n {
		p.digits[i] = uint8(strokes.New(seed).Picture(p.at(i), uint64(i)))
	}
	return p
}

// recognised returns the share of p for which the nearest of known shows the same digit.
func recognised(p, known pictures) float64 {
	right := 0
	for i, digit := range p.digits {
		best, nearest := math.MaxInt, 0
		for k := range known.digits {
			if d := distance(p.at(i), known.at(k), best); d < best {
				best, nearest = d, k
			}
		}
		if known.digits[nearest] == digit {
			right++
		}
	}
	return float64(right) / float64(len(p.digits))
}

// distance is the squared distance of two pictures; it stops looking at most.
func distance(a, b []uint8, most int) int {
	sum := 0
	for row := 0; row < strokes.Pixels && sum < most; row += strokes.Side {
		x, y := a[row:row+strokes.Side], b[row:row+strokes.Side]
		for i := range x {
			d := int(x[i]) - int(y[i])
			sum += d * d
		}
	}
	return sum
}

// The digits can be told apart, and not at once.
func TestLearnable(t *testing.T) {
	if testing.Short() {
		t.Skip("compares millions of pictures")
	}
	known := drawn(1, 4000)
	some := drawn(2, 300)
	few, many := recognised(some, known.first(100)), recognised(some, known)
	t.Logf("nearest of 100: %.3f; of 4,000: %.3f", few, many)
	if many < 0.93 {
		t.Errorf("the nearest of 4,000 pictures shows the same digit in %.3f: want 0.93", many)
	}
	if few > 0.9 {
		t.Errorf("the nearest of 100 pictures shows the same digit in %.3f: there is too little variety", few)
	}
}

// People's digits are told by ours, and ours by people's.
func TestAgainstMNIST(t *testing.T) {
	if testing.Short() {
		t.Skip("compares millions of pictures")
	}
	people, ours := mnist(t, 3000), drawn(1, 3000)
	reads := recognised(people.first(500), ours)
	readable := recognised(ours.first(500), people)
	t.Logf("MNIST by strokes %.3f, strokes by MNIST %.3f", reads, readable)
	if reads < 0.75 {
		t.Errorf("the nearest of our pictures tells %.3f of MNIST: want 0.75", reads)
	}
	if readable < 0.85 {
		t.Errorf("the nearest picture of MNIST tells %.3f of ours: want 0.85", readable)
	}
}

// portrait is what pictures have in common.
type portrait struct {
	ink, spread   float64 // mean and standard deviation of the share of ink
	width, height float64
	x, y          float64 // centre of mass
	slant         float64 // x per y, to the right at the top
}

func portray(p pictures) portrait {
	var s portrait
	n := float64(len(p.digits))
	for i := range p.digits {
		var sum, mx, my, xy, yy float64
		x0, y0, x1, y1 := strokes.Side, strokes.Side, 0, 0
		each := func(f func(v float64, x, y int)) {
			for k, v := range p.at(i) {
				if v > 0 {
					f(float64(v)/255, k%strokes.Side, k/strokes.Side)
				}
			}
		}
		each(func(v float64, x, y int) {
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+1), max(y1, y+1)
			sum += v
			mx += v * (float64(x) + 0.5)
			my += v * (float64(y) + 0.5)
		})
		mx, my = mx/sum, my/sum
		each(func(v float64, x, y int) {
			dx, dy := float64(x)+0.5-mx, float64(y)+0.5-my
			xy -= v * dx * dy
			yy += v * dy * dy
		})
		ink := sum / strokes.Pixels
		s.ink += ink / n
		s.spread += ink * ink / n
		s.width += float64(x1-x0) / n
		s.height += float64(y1-y0) / n
		s.x += mx / n
		s.y += my / n
		s.slant += xy / yy / n
	}
	s.spread = math.Sqrt(s.spread - s.ink*s.ink)
	return s
}

// TestStatistics compares with what was measured on the 60,000 training pictures of MNIST.
func TestStatistics(t *testing.T) {
	got := portray(drawn(1, 4000))
	want := portrait{ink: 0.131, spread: 0.043, width: 15.7, height: 19.7, x: 14.5, y: 14.5, slant: 0.11}
	for _, c := range []struct {
		what              string
		got, want, within float64
	}{
		{"ink", got.ink, want.ink, 0.01},
		{"spread of the ink", got.spread, want.spread, 0.008},
		{"width", got.width, want.width, 1},
		{"height", got.height, want.height, 0.5},
		{"centre of mass, x", got.x, want.x, 0.1},
		{"centre of mass, y", got.y, want.y, 0.1},
		{"slant", got.slant, want.slant, 0.05},
	} {
		if t.Logf("%-20s %.3f, MNIST %.3f", c.what, c.got, c.want); math.Abs(c.got-c.want) > c.within {
			t.Errorf("%s: %.3f, MNIST %.3f: want at most %g apart", c.what, c.got, c.want, c.within)
		}
	}
}
