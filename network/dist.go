package network

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Dist is a distribution from which weights, delays and initial values are drawn.
// The zero value is the constant 0.
type Dist struct {
	// Kind: "constant" (default) gives Mean; "normal", and "lognormal" (of values above
	// 0, given by their own mean and deviation, not by those of the logarithm), have
	// Mean and Std; "uniform" is between Min and Max.
	Kind string
	// Mean and Std are the mean and the standard deviation of the values, before limits.
	Mean, Std float64
	// Limits makes Min and Max limits of the normal and lognormal distribution: a value
	// beyond them is drawn again, or with Clip set to the limit.
	Limits   bool
	Min, Max float64
	Clip     bool
}

// Constant is the distribution of one value.
func Constant(x float64) Dist { return Dist{Mean: x} }

var distKinds = []string{"constant", "normal", "lognormal", "uniform"}

// IsConstant reports whether there is only one value.
func (d *Dist) IsConstant() bool { return d.Kind == "" || d.Kind == "constant" }

// minAccepted is how much of a distribution has to lie within its limits for values
// beyond them to be drawn again.
const minAccepted = 1e-3

// Check reports what is wrong with a distribution, one sentence each.
func (d *Dist) Check() []string {
	var bad []string
	say := func(format string, a ...any) { bad = append(bad, fmt.Sprintf(format, a...)) }
	for _, x := range []float64{d.Mean, d.Std} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			say("mean and deviation must be finite, there is %v", x)
			return bad
		}
	}
	switch d.Kind {
	case "", "constant":
		return nil
	case "normal":
	case "lognormal":
		if d.Mean <= 0 {
			say("the mean of a lognormal distribution is above 0, not %v", d.Mean)
		}
	case "uniform":
		if !(d.Min <= d.Max) || math.IsInf(d.Max-d.Min, 0) {
			say("min %v and max %v make no interval", d.Min, d.Max)
		}
		return bad
	default:
		say("unknown distribution %q; %s", d.Kind, suggest(d.Kind, distKinds))
		return bad
	}
	switch {
	case d.Std < 0:
		say("the deviation is %v; it cannot be negative", d.Std)
	case !d.Limits:
	case !(d.Min <= d.Max):
		say("min %v and max %v make no interval", d.Min, d.Max)
	case len(bad) == 0 && !d.Clip && d.within() < minAccepted:
		say("less than one value in 1,000 lies between min %v and max %v", d.Min, d.Max)
	}
	return bad
}

// within is how much of the distribution lies between its limits.
func (d *Dist) within() float64 {
	below := func(x float64) float64 {
		mu, sigma := d.Mean, d.Std
		if d.Kind == "lognormal" {
			if x <= 0 {
				return 0
			}
			mu, sigma = d.logarithm()
			x = math.Log(x)
		}
		if sigma == 0 {
			if x < mu {
				return 0
			}
			return 1
		}
		return 0.5 * math.Erfc((mu-x)/sigma/math.Sqrt2)
	}
	p := below(d.Max) - below(d.Min)
	if d.Std == 0 && d.Mean == d.Min {
		p = 1
	}
	return p
}

// logarithm is the mean and deviation of the logarithm of a lognormal distribution.
func (d *Dist) logarithm() (mu, sigma float64) {
	v := math.Log1p(d.Std / d.Mean * (d.Std / d.Mean))
	return math.Log(d.Mean) - v/2, math.Sqrt(v)
}

// draw returns the next value of a distribution that has passed Check.
func (d *Dist) draw(r *rand.Rand) float64 {
	for {
		var x float64
		switch d.Kind {
		case "normal":
			x = float64(r.NormFloat64()*d.Std) + d.Mean
		case "lognormal":
			mu, sigma := d.logarithm()
			x = math.Exp(float64(r.NormFloat64()*sigma) + mu)
		case "uniform":
			return float64(r.Float64()*(d.Max-d.Min)) + d.Min
		default:
			return d.Mean
		}
		switch {
		case !d.Limits || x >= d.Min && x <= d.Max:
			return x
		case d.Clip:
			return min(max(x, d.Min), d.Max)
		}
	}
}

// Fill draws the values of an array from the stream of its name.
func (d *Dist) Fill(dst []float32, seed uint64, name string) {
	r := Stream(seed, name)
	for i := range dst {
		dst[i] = float32(d.draw(r))
	}
}
