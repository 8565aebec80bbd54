package learn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dvsim/network"
)

// fixed is Data with given inputs, for tests.
type fixed struct {
	sources, steps int
	in             []Input
}

func (f *fixed) Len() int        { return len(f.in) }
func (f *fixed) Sources() int    { return f.sources }
func (f *fixed) Steps() int      { return f.steps }
func (f *fixed) Classes() int    { return 1 }
func (f *fixed) Label(int) int   { return 0 }
func (f *fixed) Name(int) string { return "fixed" }

func (f *fixed) Fill(in *Input, i, _ int) {
	in.Reset()
	s := &f.in[i]
	in.Source, in.Value, in.Ends, in.Constant = append(in.Source, s.Source...), append(in.Value, s.Value...), append(in.Ends, s.Ends...), s.Constant
}

// someData draws samples of shape: with counts, currents, all ones (no values) or
// a constant input.
func someData(t *rapid.T, shape network.Shape) *fixed {
	f := &fixed{sources: shape.Len(), steps: rapid.IntRange(1, 6).Draw(t, "steps")}
	for range rapid.IntRange(1, 3).Draw(t, "samples") {
		var in Input
		kind := rapid.SampledFrom([]string{"counts", "currents", "ones", "constant"}).Draw(t, "kind")
		steps := f.steps
		if kind == "constant" {
			in.Constant, steps = true, 1
		}
		for range steps {
			for s := range f.sources {
				if rapid.IntRange(0, 2).Draw(t, "here") != 0 {
					continue
				}
				v := float32(rapid.IntRange(1, 3).Draw(t, "count"))
				if kind == "currents" || kind == "constant" {
					v = v/4 - 0.5
				}
				in.Add(uint32(s), v)
			}
			in.EndStep()
		}
		if kind == "ones" {
			in.Value = in.Value[:0]
		}
		f.in = append(f.in, in)
	}
	return f
}

func someShape(t *rapid.T) network.Shape {
	side := rapid.IntRange(1, 4)
	return network.Shape{H: side.Draw(t, "rows"), W: side.Draw(t, "columns"), C: rapid.IntRange(1, 2).Draw(t, "channels")}
}

// TestAugmentations: what comes out follows the rules of inputs, is the same when
// asked again, whatever the Input held before, and plain in evaluation.
func TestAugmentations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := someShape(t)
		d := someData(t, shape)
		a := Augment{Shift: rapid.IntRange(0, 3).Draw(t, "shift"), Jitter: rapid.IntRange(0, 8).Draw(t, "jitter"), Drop: rapid.Float64Range(0, 1).Draw(t, "drop")}
		if shape.H == 1 && shape.W == 1 {
			a.Shift = 0
		}
		aug, err := a.Of(d, shape, 1)
		if err != nil {
			t.Fatal(err)
		}
		var in, again Input
		for i := range d.Len() {
			for epoch := range 3 {
				aug.Fill(&in, i, epoch)
				checkInput(t, &in, d.sources, d.steps)
				aug.Fill(&again, i, epoch)
				if !slices.Equal(in.Source, again.Source) || !slices.Equal(in.Value, again.Value) || !slices.Equal(in.Ends, again.Ends) {
					t.Fatalf("sample %d, epoch %d: %v and %v", i, epoch, in, again)
				}
			}
			aug.Fill(&in, i, -1)
			want := &d.in[i]
			if !slices.Equal(in.Source, want.Source) || !slices.Equal(in.Value, want.Value) || !slices.Equal(in.Ends, want.Ends) {
				t.Fatalf("sample %d in evaluation: %v, want %v", i, in, want)
			}
		}
	})
}

// TestShift compares with a shift of the dense array by the same numbers.
func TestShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape, pixels, seed := someShape(t), rapid.IntRange(1, 5).Draw(t, "pixels"), rapid.Uint64().Draw(t, "seed")
		d := someData(t, shape)
		aug := Shift(d, shape, pixels, seed)
		var in Input
		for i := range d.Len() {
			aug.Fill(&in, i, 7)
			got := raster(&in, d.sources, d.steps)
			was := raster(&d.in[i], d.sources, d.steps)
			dice := throw(seed, forShift, 7, i)
			dx, dy := dice.within(pixels), dice.within(pixels)
			for s := range d.steps {
				for y := range shape.H {
					for x := range shape.W {
						for c := range shape.C {
							want := float32(0)
							if fx, fy := x-dx, y-dy; fx >= 0 && fx < shape.W && fy >= 0 && fy < shape.H {
								want = was[s*d.sources+shape.Index(fy, fx, c)]
							}
							if g := got[s*d.sources+shape.Index(y, x, c)]; g != want {
								t.Fatalf("sample %d moved by (%d, %d): step %d, (%d, %d, %d) is %v, want %v", i, dx, dy, s, x, y, c, g, want)
							}
						}
					}
				}
			}
		}
	})
}

// TestDelay compares with a shift of the dense array in time.
func TestDelay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := someData(t, network.Flat(3))
		var in Input
		for i := range d.Len() {
			if d.in[i].Constant {
				continue
			}
			by := rapid.IntRange(-d.steps, d.steps).Draw(t, "by")
			d.Fill(&in, i, 0)
			in.delay(by)
			checkInput(t, &in, d.sources, d.steps)
			got, was := raster(&in, d.sources, d.steps), raster(&d.in[i], d.sources, d.steps)
			for s := range d.steps {
				for k := range d.sources {
					want := float32(0)
					if from := s - by; from >= 0 && from < d.steps {
						want = was[from*d.sources+k]
					}
					if g := got[s*d.sources+k]; g != want {
						t.Fatalf("by %d: source %d in step %d is %v, want %v", by, k, s, g, want)
					}
				}
			}
		}
	})
}

// TestDrop counts what is left of single events, counts and currents.
func TestDrop(t *testing.T) {
	const n = 20000
	var in, got Input
	for i := range n {
		in.Add(uint32(i), [...]float32{1, 3, 0.5, -1}[i%4])
	}
	in.EndStep()
	d := &fixed{sources: n, steps: 1, in: []Input{in}}
	Drop(d, 0.3, 1).Fill(&got, 0, 0)
	checkInput(t, &got, n, 1)
	var left [4]float64
	for k, s := range got.Source {
		v := float64(got.Value[k])
		switch was := in.Value[s]; {
		case was == 3 && (v < 1 || v > 3 || v != math.Trunc(v)), was != 3 && v != float64(was):
			t.Fatalf("%v became %v", was, v)
		case was == 3:
			left[1] += v / 3
		default:
			left[s%4]++
		}
	}
	for kind, x := range left {
		if share := x / (n / 4); math.Abs(share-0.7) > 4*math.Sqrt(0.21/(n/4)) {
			t.Errorf("kind %d: a share of %v is left, want 0.7", kind, share)
		}
	}
}

// TestAugmentDraws: all moves come, and about equally often; epochs and samples differ.
func TestAugmentDraws(t *testing.T) {
	seen := map[string]int{}
	const n = 2500
	for i := range n {
		d := throw(9, forShift, i%50, i/50)
		seen[fmt.Sprint(d.within(2), d.within(2))]++
	}
	if len(seen) != 25 {
		t.Errorf("%d of 25 moves were drawn", len(seen))
	}
	for move, k := range seen {
		if math.Abs(float64(k)-n/25) > 4.5*math.Sqrt(n/25) {
			t.Errorf("move %s came %d times, want about %d", move, k, n/25)
		}
	}
}

func TestParseAugment(t *testing.T) {
	for text, want := range map[string]Augment{
		"": {}, "shift=2": {Shift: 2}, "shift=2,drop=0.1": {Shift: 2, Drop: 0.1}, "jitter=3, shift:1": {Shift: 1, Jitter: 3}, "drop": {Drop: 0.1},
	} {
		got, err := ParseAugment(text)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
		if again, err := ParseAugment(got.String()); err != nil || again != want {
			t.Errorf("%q comes back as %+v, %v", got, again, err)
		}
	}
	for text, want := range map[string]string{
		"shfit=2":          `unknown augmentation "shfit"; did you mean "shift"?`,
		"drop=2":           `augmentation "drop:2": probability is 2; it must be at most 1`,
		"shift=1,shift=2":  `augmentation "shift=1,shift=2": shift is given twice`,
		"shift=1.5,drop=1": `augmentation "shift:1.5": pixels is 1.5; it must be a whole number`,
	} {
		if _, err := ParseAugment(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}

func TestAugmentErrors(t *testing.T) {
	d := &fixed{sources: 4, steps: 1}
	for want, a := range map[string]Augment{
		"learn: shift: the samples have no rows and columns":                            {Shift: 1},
		"learn: augmentation drop=NaN: numbers are at least 0, a probability at most 1": {Drop: math.NaN()},
	} {
		if _, err := a.Of(d, network.Flat(4), 1); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if _, err := (Augment{Shift: 1}).Of(d, network.Shape{H: 2, W: 3, C: 1}, 1); err == nil || err.Error() != "learn: shift: a shape of 2×3×1 has 6 inputs, the samples 4" {
		t.Error(err)
	}
}

func BenchmarkAugment(b *testing.B) {
	// Like N-MNIST: 34 × 34 × 2, about 4,000 events in 25 steps.
	shape := network.Shape{H: 34, W: 34, C: 2}
	var in Input
	d := throw(1, 0, 0, 0)
	for range 25 {
		for s := range shape.Len() {
			if d.next()%16 == 0 {
				in.Add(uint32(s), 1)
			}
		}
		in.EndStep()
	}
	data := &fixed{sources: shape.Len(), steps: 25, in: []Input{in}}
	for _, text := range []string{"", "shift=2", "jitter=2", "drop=0.1"} {
		b.Run("augment="+text, func(b *testing.B) {
			a, err := ParseAugment(text)
			if err != nil {
				b.Fatal(err)
			}
			aug, err := a.Of(data, shape, 1)
			if err != nil {
				b.Fatal(err)
			}
			var in Input
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				aug.Fill(&in, 0, i)
			}
		})
	}
}
