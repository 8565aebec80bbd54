package strokes_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/png"
	"testing"

	"pgregory.net/rapid"

	"dvsim/datasets/strokes"
	"dvsim/internal/golden"
)

// The pictures of a seed are these very ones, everywhere.
func TestGoldenHash(t *testing.T) {
	h := sha256.New()
	set := strokes.New(1)
	picture := make([]uint8, strokes.Pixels)
	for n := range uint64(1000) {
		d := set.Picture(picture, n)
		h.Write([]byte{byte(d)})
		h.Write(picture)
	}
	golden.Text(t, "testdata/first1000.sha256", fmt.Appendf(nil, "%x\n", h.Sum(nil)))
}

// Ten of each digit, for the eye.
func TestGoldenSheet(t *testing.T) {
	const n = 10
	sheet := image.NewGray(image.Rect(0, 0, 10*strokes.Side, n*strokes.Side))
	picture := make([]uint8, strokes.Pixels)
	for digit := range 10 {
		for i := range n {
			strokes.New(1).Draw(picture, digit, uint64(i))
			for k, v := range picture {
				x, y := digit*strokes.Side+k%strokes.Side, i*strokes.Side+k/strokes.Side
				sheet.Pix[y*sheet.Stride+x] = 255 - v
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, sheet); err != nil {
		t.Fatal(err)
	}
	golden.PNG(t, "testdata/sheet.png", b.Bytes())
}

// A picture depends on seed, digit and number, and on nothing else.
func TestFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, n := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "n")
		digit := rapid.IntRange(0, 9).Draw(t, "digit")
		draw := func(seed uint64, digit int, n uint64, ground uint8) []uint8 {
			p := bytes.Repeat([]byte{ground}, strokes.Pixels)
			strokes.New(seed).Draw(p, digit, n)
			return p
		}
		a := draw(seed, digit, n, 0)
		if !bytes.Equal(a, draw(seed, digit, n, 200)) {
			t.Fatal("the same picture, drawn on other memory, differs")
		}
		for what, b := range map[string][]uint8{
			"seed": draw(seed+1, digit, n, 0), "number": draw(seed, digit, n+1, 0), "digit": draw(seed, (digit+1)%10, n, 0),
		} {
			if bytes.Equal(a, b) {
				t.Fatalf("another %s gives the same picture", what)
			}
		}
		inBounds(t, a)
	})
}

// inBounds checks what every picture of MNIST has: a border without ink, and a
// box of about 20 × 20 pixels.
func inBounds(t *rapid.T, picture []uint8) {
	x0, y0, x1, y1, sum := strokes.Side, strokes.Side, 0, 0, 0
	for i, v := range picture {
		if v > 0 {
			x, y := i%strokes.Side, i/strokes.Side
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+1), max(y1, y+1)
			sum += int(v)
		}
	}
	if x0 < 1 || y0 < 1 || x1 > strokes.Side-1 || y1 > strokes.Side-1 {
		t.Errorf("ink on the border: columns %d to %d, rows %d to %d", x0, x1, y0, y1)
	}
	if longer := max(x1-x0, y1-y0); longer < 17 || longer > 23 {
		t.Errorf("the digit is %d × %d pixels", x1-x0, y1-y0)
	}
	if ink := float64(sum) / 255 / strokes.Pixels; ink < 0.02 || ink > 0.35 {
		t.Errorf("ink covers %.3f of the picture", ink)
	}
}

func TestSequence(t *testing.T) {
	set := strokes.New(3)
	orders := map[[10]int]bool{}
	for block := range uint64(50) {
		var order [10]int
		var seen [10]bool
		for i := range order {
			d := set.Digit(10*block + uint64(i))
			order[i], seen[d] = d, true
		}
		if seen != [10]bool{true, true, true, true, true, true, true, true, true, true} {
			t.Errorf("block %d has not all digits: %v", block, order)
		}
		orders[order] = true
	}
	if len(orders) < 45 {
		t.Errorf("%d orders in 50 blocks", len(orders))
	}
	a, b := make([]uint8, strokes.Pixels), make([]uint8, strokes.Pixels)
	set.Draw(b, set.Picture(a, 77), 77)
	if !bytes.Equal(a, b) {
		t.Error("Picture draws another picture than Draw")
	}
}

func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"digit": func() { strokes.New(1).Draw(make([]uint8, strokes.Pixels), 10, 0) },
		"minus": func() { strokes.New(1).Draw(make([]uint8, strokes.Pixels), -1, 0) },
		"size":  func() { strokes.New(1).Draw(make([]uint8, 100), 1, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func BenchmarkDraw(b *testing.B) {
	set := strokes.New(1)
	picture := make([]uint8, strokes.Pixels)
	n := uint64(0)
	for b.Loop() {
		set.Draw(picture, int(n%10), n)
		n++
	}
}
