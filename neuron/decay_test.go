package neuron

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// ulps is the distance of two float32 in units of the last place.
func ulps(a, b float32) int64 {
	d := int64(math.Float32bits(a)) - int64(math.Float32bits(b))
	return max(d, -d)
}

func TestExp(t *testing.T) {
	for _, tau := range []float64{1, 37.5, 1000, 20_000, 150_000, 1e6, 1e9} {
		e := NewExp(tau)
		ulp32, worst := int64(0), 0.0
		for dt := int64(0); float64(dt) < 90*tau; dt += 1 + dt/977 + int64(tau/5000) {
			want := math.Exp(-float64(dt) / tau)
			if want < 1.2e-38 { // denormal in float32: no potential is that small
				break
			}
			ulp32 = max(ulp32, ulps(float32(e.At(dt)), float32(want)))
			worst = max(worst, math.Abs(e.At(dt)-want)/want)
		}
		if ulp32 > 2 || worst > 2e-14 {
			t.Errorf("τ = %v µs: %d ulp of float32 from math.Exp, %v relative", tau, ulp32, worst)
		}
		if got := e.At(math.MaxInt64); got != 0 {
			t.Errorf("τ = %v µs: after 292,000 years %v is left", tau, got)
		}
		if got := e.At(0); got != 1 {
			t.Errorf("τ = %v µs: exp(0) = %v", tau, got)
		}
	}
}

func TestOwnExp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := -rapid.Float64Range(0, 700).Draw(t, "x")
		got, want := exp(x), math.Exp(x)
		if math.Abs(got-want) > 4e-16*want {
			t.Fatalf("exp(%v) = %v, math.Exp has %v", x, got, want)
		}
	})
}

// TestPow compares with exact multiplication.
func TestPow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beta := float64(rapid.Float32Range(0.5, 1).Draw(t, "beta"))
		d := rapid.Int64Range(0, 300).Draw(t, "d")
		exact := new(big.Float).SetPrec(8000).SetInt64(1)
		b := new(big.Float).SetPrec(8000).SetFloat64(beta)
		for range d {
			exact.Mul(exact, b)
		}
		want, _ := exact.Float64()
		if got := Pow(beta, d); math.Abs(got-want) > float64(d+1)*1.2e-16*want {
			t.Fatalf("%v^%d = %v, exactly %v", beta, d, got, want)
		}
		p := newPowers(beta)
		if got, want := p.at(d), float32(Pow(beta, d)); got != want {
			t.Fatalf("table: %v^%d = %v, want %v", beta, d, got, want)
		}
	})
}

func TestPowersFarAway(t *testing.T) {
	for _, c := range []struct {
		beta float64
		d    int64
		want float32
	}{
		{0, 0, 1},
		{0, 1, 0},
		{0, 1 << 40, 0},
		{1, 0, 1},
		{1, 5000, 1},
		{1, 1 << 40, 1},
		{0.5, 140, float32(math.Pow(0.5, 140))},
		{0.5, 200, 0},
		{0.9, 1 << 40, 0},
		{0.99999, 100_000, float32(math.Pow(0.99999, 100_000))},
	} {
		p := newPowers(c.beta)
		if got := p.at(c.d); ulps(got, c.want) > 1 {
			t.Errorf("%v^%d = %v, want %v", c.beta, c.d, got, c.want)
		}
		if len(p.tab) > maxPowers {
			t.Errorf("the table of %v has %d entries", c.beta, len(p.tab))
		}
	}
}

func BenchmarkExp(b *testing.B) {
	e := NewExp(20_000)
	var sum float64
	dt := int64(1)
	for b.Loop() {
		sum += e.At(dt & 0xffff)
		dt += 977
	}
	_ = sum
}
