package kernel

import (
	"math"
	"testing"
)

func TestSweepConductance(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		v, checkV := buffer(t, r, n, off)
		total, checkT := buffer(t, r, n, 2)
		pull, checkP := buffer(t, r, n, 3)
		h, theta := r.Float32(), r.Float32()*1.1-0.1
		want := make([]float32, n)
		for i := range want {
			g := 1 + total[i]
			x := float32(h * g)
			s := float32(x*float32(1.0/120)) + float32(1.0/24)
			s = float32(x*s) + float32(1.0/6)
			s = float32(x*s) + 0.5
			s = float32(x*s) + 1
			part := s / (1 + float32(x*s))
			force := float32(h * (pull[i] - float32(g*v[i])))
			want[i] = flushed(v[i] + float32(force*part))
		}
		words := spikeWords(n)
		SweepConductance(v, total, pull, h, theta, words)
		equalBits(t, "potential", v, want)
		equalBits(t, "total", total, make([]float32, n))
		equalBits(t, "pull", pull, make([]float32, n))
		equalSpikes(t, words, v, func(int) float32 { return theta })
		checkV()
		checkT()
		checkP()
	})
}

// TestRelax: one step against the exact solution, and no overshoot however stiff.
func TestRelax(t *testing.T) {
	for _, x := range []float64{0, 0.001, 0.02, 0.1, 0.15} {
		for _, total := range []float64{0, 3, 30} {
			h := x / (1 + total)
			end := 7 / (1 + total)
			want := end + (2-end)*math.Exp(-x)
			if got := float64(Relax(2, float32(total), 7, float32(h))); math.Abs(got-want) > 3e-7*(math.Abs(want)+7) {
				t.Errorf("x = %v, conductance %v: %v, want %v", x, total, got, want)
			}
		}
	}
	last := float32(2)
	for x := float32(0.1); x < 1e6; x *= 2 {
		u := Relax(2, 0, 1, x)
		if u > last || u < 1 {
			t.Errorf("x = %v: %v after %v; it must fall towards 1", x, u, last)
		}
		last = u
	}
}
