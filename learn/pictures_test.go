package learn

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// somePictures are n pictures of size pixels, most of them black.
func somePictures(t *rapid.T, n, size int) PictureSet {
	pixel := rapid.OneOf(rapid.Just(uint8(0)), rapid.Uint8())
	return PictureSet{
		Name: "drawn", Size: size, Classes: 3, Steps: rapid.IntRange(1, 30).Draw(t, "steps"),
		Pixels: rapid.SliceOfN(pixel, n*size, n*size).Draw(t, "pixels"),
		Labels: rapid.SliceOfN(rapid.Uint8Range(0, 2), n, n).Draw(t, "labels"),
	}
}

// TestConstantPictures compares with the plain loop; the value is p/255 in float32.
func TestConstantPictures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := somePictures(t, 3, rapid.IntRange(1, 40).Draw(t, "size"))
		d, err := Pictures(set)
		if err != nil {
			t.Fatal(err)
		}
		var in Input
		for i := range d.Len() {
			d.Fill(&in, i, 0)
			checkInput(t, &in, d.Sources(), d.Steps())
			if !in.Constant {
				t.Fatal("the input is not constant")
			}
			n := 0
			for k, p := range set.Pixels[i*set.Size : (i+1)*set.Size] {
				if p == 0 {
					continue
				}
				if n >= len(in.Source) || int(in.Source[n]) != k || in.Value[n] != float32(p)/float32(255) {
					t.Fatalf("picture %d: %v %v, want pixel %d of value %d at %d", i, in.Source, in.Value, k, p, n)
				}
				n++
			}
			if n != len(in.Source) || d.Label(i) != int(set.Labels[i]) {
				t.Fatalf("picture %d: %d sources, want %d; label %d", i, len(in.Source), n, d.Label(i))
			}
		}
	})
}

// TestLatencyPictures compares the tables with Latency itself.
func TestLatencyPictures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := somePictures(t, 3, rapid.IntRange(1, 12).Draw(t, "size"))
		b := rapid.SliceOfN(rapid.Bool(), 4, 4).Draw(t, "switches")
		o := LatencyOptions{
			Tau: rapid.Float64Range(0.1, 9).Draw(t, "tau"), Threshold: rapid.Float64Range(0.001, 0.9).Draw(t, "threshold"),
			First: rapid.IntRange(0, 5).Draw(t, "first"), Linear: b[0], Normalize: b[1], Clip: b[2], Bypass: b[3],
		}
		set.Coding = LatencyCoding(o)
		d, err := Pictures(set)
		var in Input
		for i := range set.Labels {
			x := make([]float32, set.Size)
			for k, p := range set.Pixels[i*set.Size : (i+1)*set.Size] {
				x[k] = float32(p) / 255
			}
			want := make([]int, set.Size)
			if bad := Latency(want, x, set.Steps, o); bad != nil {
				if err == nil {
					t.Fatalf("picture %d: %v, but Pictures takes it", i, bad)
				}
				return
			}
			if err != nil {
				continue // another picture is to blame
			}
			d.Fill(&in, i, 0)
			checkInput(t, &in, d.Sources(), d.Steps())
			got := raster(&in, set.Size, set.Steps)
			for k, s := range want {
				for step := range set.Steps {
					if (s == step) != (got[step*set.Size+k] == 1) {
						t.Fatalf("picture %d, pixel %d: %v in step %d, want a spike in step %d", i, k, got[step*set.Size+k], step, s)
					}
				}
			}
		}
		if err != nil {
			t.Fatalf("Pictures: %v, but each picture alone is taken", err)
		}
	})
}

// TestRatePictures looks at frequencies, and at what a draw depends on.
func TestRatePictures(t *testing.T) {
	const steps = 4000
	pixels := []uint8{0, 1, 64, 128, 200, 255}
	set := PictureSet{Pixels: slices.Concat(pixels, pixels), Size: len(pixels), Labels: []uint8{0, 0}, Classes: 1, Steps: steps, Coding: RateCoding(1, 0), Seed: 3}
	fill := func(i, epoch int) []float32 {
		d, err := Pictures(set)
		if err != nil {
			t.Fatal(err)
		}
		var in Input
		d.Fill(&in, i, epoch)
		checkInput(t, &in, len(pixels), steps)
		return raster(&in, len(pixels), steps)
	}
	frequencies := func(x []float32, gain, offset float64) {
		t.Helper()
		for k, p := range pixels {
			n := 0.0
			for s := range steps {
				n += float64(x[s*len(pixels)+k])
			}
			q := max(0, min(gain*float64(p)/255+offset, 1))
			if math.Abs(n-steps*q) > 4.5*math.Sqrt(steps*q*(1-q)) {
				t.Errorf("pixel %d spikes in %v of %d steps, want a share of %v", p, n, steps, q)
			}
		}
	}
	a := fill(0, 0)
	frequencies(a, 1, 0)
	for name, other := range map[string][]float32{"epoch": fill(0, 1), "sample": fill(1, 0), "evaluation": fill(0, -1)} {
		frequencies(other, 1, 0)
		if slices.Equal(a, other) {
			t.Errorf("another %s draws the same", name)
		}
	}
	if !slices.Equal(a, fill(0, 0)) {
		t.Error("the same epoch and sample draw something else")
	}
	set.Seed = 4
	if slices.Equal(a, fill(0, 0)) {
		t.Error("another seed draws the same")
	}
	set.Coding = RateCoding(0.5, 0.25)
	frequencies(fill(0, 0), 0.5, 0.25)
	set.Coding = RateCoding(-2, 1.5) // black always, white never
	frequencies(fill(0, 0), -2, 1.5)
}

func TestPictureErrors(t *testing.T) {
	good := func() PictureSet {
		return PictureSet{Name: "p", Pixels: make([]uint8, 8), Size: 4, Labels: []uint8{0, 1}, Classes: 2, Steps: 3}
	}
	for want, change := range map[string]func(*PictureSet){
		`learn: pictures "p": 7 pixels for 2 labels; each picture has 4`:  func(s *PictureSet) { s.Pixels = s.Pixels[:7] },
		`learn: pictures "p": 8 pixels for 2 labels; each picture has 0`:  func(s *PictureSet) { s.Size = 0 },
		`learn: pictures "p": picture 1 has label 9; there are 2 classes`: func(s *PictureSet) { s.Labels[1] = 9 },
		`learn: pictures "p": shown for 0 steps`:                          func(s *PictureSet) { s.Steps = 0 },
		`learn: pictures "p": no pictures`:                                func(s *PictureSet) { s.Pixels, s.Labels = nil, nil },
		`learn: pictures "p": latency coding: first is 3, after the last of 3 steps`: func(s *PictureSet) {
			s.Coding = LatencyCoding(LatencyOptions{First: 3})
		},
		`learn: pictures "p": picture 0: latency coding: a value of 0 would spike in step 12 of 3 (steps count from 0); choose a smaller tau, normalize, or bypass what comes too late`: func(s *PictureSet) {
			s.Coding = LatencyCoding(LatencyOptions{})
		},
	} {
		set := good()
		change(&set)
		if _, err := Pictures(set); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if d, err := Pictures(good()); err != nil || d.Name(1) != "p 1" {
		t.Error(err)
	}
}

func BenchmarkPictures(b *testing.B) {
	// Like MNIST: a fifth of the pixels is not black, in the middle.
	set := PictureSet{Pixels: make([]uint8, 784), Size: 784, Labels: []uint8{0}, Classes: 1, Steps: 25}
	for y := 6; y < 22; y++ {
		for x := 9; x < 19; x++ {
			set.Pixels[y*28+x] = uint8(37*y + 59*x | 1)
		}
	}
	for _, text := range []string{"constant", "rate", "latency:tau=2:bypass=1"} {
		b.Run("coding="+text, func(b *testing.B) {
			var err error
			if set.Coding, err = ParseCoding(text); err != nil {
				b.Fatal(err)
			}
			d, err := Pictures(set)
			if err != nil {
				b.Fatal(err)
			}
			var in Input
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				d.Fill(&in, 0, i)
			}
		})
	}
}
