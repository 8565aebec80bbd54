package learn

import (
	"math"
)

// Surrogate is a surrogate gradient: what the way back takes for the derivative of
// a spike with respect to the potential, at x = v − θ. On the way there a spike is
// always the step x > 0. Values compare with ==. The zero value is [Atan](2),
// snnTorch's own default.
//
// The formulas are those of snnTorch 1.0.0 (snntorch/surrogate.py) where it has
// them, computed in float32 in the same order, so that gradients agree.
type Surrogate struct {
	kind   surrogateKind
	p, q   float64 // parameters, in the order of the form
	custom *func(x float32) float32
}

type surrogateKind uint8

// The kinds in the order of surrogateForms; 0 is the zero value.
const (
	defaultKind surrogateKind = iota
	fastSigmoidKind
	atanKind
	sigmoidKind
	triangularKind
	tentKind
	boxcarKind
	straightThroughKind
	spikeRateEscapeKind
	lsoKind
	ssoKind
	sparseFastSigmoidKind
	sfsKind
	customKind
)

// surrogateForms[k−1] is how kind k is written.
var surrogateForms = []form{
	{"fast_sigmoid", []argument{positive("slope", 25)}},
	{"atan", []argument{positive("alpha", 2)}},
	{"sigmoid", []argument{positive("slope", 25)}},
	{"triangular", []argument{positive("threshold", 1)}},
	{"tent", []argument{positive("width", 1)}},
	{"boxcar", []argument{positive("width", 1)}},
	{"straight_through", nil},
	{"spike_rate_escape", []argument{positive("beta", 1), positive("slope", 25)}},
	{"lso", []argument{anyNumber("slope", 0.1)}},
	{"sso", []argument{anyNumber("mean", 0), {name: "variance", std: 0.2, max: math.MaxFloat32}}},
	{"sparse_fast_sigmoid", []argument{positive("slope", 25), positive("b", 1)}},
	{"sfs", []argument{positive("slope", 25), anyNumber("b", 1)}},
}

func newSurrogate(kind surrogateKind, values ...float64) Surrogate {
	surrogateForms[kind-1].must(values...)
	s := Surrogate{kind: kind}
	s.set(values)
	return s
}

func (s *Surrogate) set(values []float64) {
	for i, p := range []*float64{&s.p, &s.q} {
		if i < len(values) {
			*p = values[i]
		}
	}
}

// FastSigmoid is 1/(1 + slope·|x|)² (Zenke, Ganguli 2018, SuperSpike); snnTorch's
// slope is 25.
func FastSigmoid(slope float64) Surrogate { return newSurrogate(fastSigmoidKind, slope) }

// Atan is (α/2)/(1 + (π/2·α·x)²) (Fang et al. 2021); snnTorch's α is 2.
func Atan(alpha float64) Surrogate { return newSurrogate(atanKind, alpha) }

// Sigmoid is the derivative of the logistic function of slope·x (Zenke, Ganguli
// 2018); snnTorch's slope is 25. Where torch's exp overflows (slope·x < −88) it has
// NaN, and we the true value, 0.
func Sigmoid(slope float64) Surrogate { return newSurrogate(sigmoidKind, slope) }

// Triangular is what snnTorch calls so: θ below the threshold and −θ from it on,
// so that a neuron above it is pushed the other way. For the triangle of the
// literature see [Tent].
func Triangular(theta float64) Surrogate { return newSurrogate(triangularKind, theta) }

// Tent is the triangle of area 1 with half width w, max(0, 1 − |x|/w)/w (Esser et
// al. 2016; Bellec et al. 2018).
func Tent(width float64) Surrogate { return newSurrogate(tentKind, width) }

// Boxcar is 1/w for |x| < w/2, else 0: a rectangle of area 1 (Wu et al. 2018).
func Boxcar(width float64) Surrogate { return newSurrogate(boxcarKind, width) }

// StraightThrough is 1 everywhere (Bengio et al. 2013).
func StraightThrough() Surrogate { return newSurrogate(straightThroughKind) }

// SpikeRateEscape is slope·exp(−β·|x − 1|), the Boltzmann distribution (Gerstner,
// Kistler 2002); snnTorch has β 1 and slope 25.
func SpikeRateEscape(beta, slope float64) Surrogate {
	return newSurrogate(spikeRateEscapeKind, beta, slope)
}

// LSO is the leaky spike operator: 1 for x > 0, else slope; snnTorch's slope is
// 0.1. (Its own LSO fails in version 1.0.0; this is what its documentation says.)
func LSO(slope float64) Surrogate { return newSurrogate(lsoKind, slope) }

// SSO is the stochastic spike operator: 1 for x > 0, else (u + mean)·variance with
// u drawn uniformly from [−0.5, 0.5), anew for each neuron, step and sample;
// snnTorch has mean 0 and variance 0.2. See [Surrogate.Grads] for the draws.
func SSO(mean, variance float64) Surrogate { return newSurrogate(ssoKind, mean, variance) }

// SparseFastSigmoid is [FastSigmoid] where |x| < b, else 0 (Perez-Nieves, Goodman
// 2021). snnTorch's SFS is another function: see [SFS].
func SparseFastSigmoid(slope, b float64) Surrogate {
	return newSurrogate(sparseFastSigmoidKind, slope, b)
}

// SFS is what snnTorch calls so: [FastSigmoid] where x > b, else 0. With its
// defaults, slope 25 and b 1, only neurons far above their threshold learn.
func SFS(slope, b float64) Surrogate { return newSurrogate(sfsKind, slope, b) }

// Custom is a function of yours. It is called from several goroutines at once. Two
// Customs are equal only if one is a copy of the other, and none can be parsed.
func Custom(f func(x float32) float32) Surrogate {
	if f == nil {
		panic("learn: Custom surrogate without a function")
	}
	return Surrogate{kind: customKind, custom: &f}
}

// orDefault puts the default in place of the zero value.
func (s Surrogate) orDefault() Surrogate {
	if s.kind == defaultKind {
		return Atan(2)
	}
	return s
}

// Stochastic reports whether gradients are drawn at random: [SSO].
func (s Surrogate) Stochastic() bool { return s.kind == ssoKind }

// Grad is the gradient at x = v − θ. For a stochastic one it is the mean.
func (s Surrogate) Grad(x float32) float32 {
	s = s.orDefault()
	p, q := float32(s.p), float32(s.q)
	switch s.kind {
	case fastSigmoidKind:
		return fastSigmoid(x, p)
	case atanKind:
		y := float32(float32(math.Pi/2*s.p) * x)
		return float32(s.p/2) / (1 + float32(y*y))
	case sigmoidKind:
		// Symmetric in x, so that exp never overflows.
		e := float32(math.Exp(-float64(abs32(float32(p * x)))))
		return float32(p*e) / float32((1+e)*(1+e))
	case triangularKind:
		if x >= 0 {
			return -p
		}
		return p
	case tentKind:
		return max(0, 1-abs32(x)/p) / p
	case boxcarKind:
		if abs32(x) < p/2 {
			return 1 / p
		}
		return 0
	case straightThroughKind:
		return 1
	case spikeRateEscapeKind:
		return float32(q * float32(math.Exp(float64(-float32(p*abs32(x-1))))))
	case lsoKind:
		if x > 0 {
			return 1
		}
		return p
	case ssoKind:
		if x > 0 {
			return 1
		}
		return float32(p * q)
	case sparseFastSigmoidKind:
		if abs32(x) < q {
			return fastSigmoid(x, p)
		}
		return 0
	case sfsKind:
		if x > q {
			return fastSigmoid(x, p)
		}
		return 0
	}
	return (*s.custom)(x)
}

func fastSigmoid(x, slope float32) float32 {
	a := float32(slope*abs32(x)) + 1
	return 1 / float32(a*a)
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// Grads puts the gradient at each x[i] into dst[i], which may be x itself. A
// stochastic surrogate draws the one at x[i] from stream and i alone: the caller
// makes a stream of what tells the call apart from all others (seed, batch, layer,
// sample, step), and the result does not depend on who computes it when.
func (s Surrogate) Grads(dst, x []float32, stream uint64) {
	s = s.orDefault()
	x = x[:len(dst)]
	if s.kind == ssoKind {
		mean, variance := float32(s.p), float32(s.q)
		for i, v := range x {
			if v > 0 {
				dst[i] = 1
				continue
			}
			u := float32(scramble(stream+uint64(i)*golden64)>>40)/(1<<24) - 0.5
			dst[i] = float32((u + mean) * variance)
		}
		return
	}
	for i, v := range x {
		dst[i] = s.Grad(v)
	}
}

// Integral is an antiderivative of the gradient: what a spike would have to be for
// the surrogate to be its true derivative. It is what the gradients of a smoothed
// network are checked with. ok is false for SSO and Custom, which have none.
func (s Surrogate) Integral(x float64) (y float64, ok bool) {
	s = s.orDefault()
	p, q := s.p, s.q
	soft := func(x float64) float64 { return x / (1 + p*math.Abs(x)) }
	switch s.kind {
	case fastSigmoidKind:
		return soft(x), true
	case atanKind:
		return math.Atan(math.Pi/2*p*x) / math.Pi, true
	case sigmoidKind:
		return 1 / (1 + math.Exp(-p*x)), true
	case triangularKind:
		return -p * math.Abs(x), true
	case tentKind:
		u := min(math.Abs(x)/p, 1)
		return math.Copysign(u-u*u/2, x), true
	case boxcarKind:
		return max(-0.5, min(x/p, 0.5)), true
	case straightThroughKind:
		return x, true
	case spikeRateEscapeKind:
		if x < 1 {
			return q / p * math.Exp(p*(x-1)), true
		}
		return q / p * (2 - math.Exp(-p*(x-1))), true
	case lsoKind:
		if x > 0 {
			return x, true
		}
		return p * x, true
	case sparseFastSigmoidKind:
		return soft(max(-q, min(x, q))), true
	case sfsKind:
		return soft(max(x, q)), true
	}
	return 0, false
}

// String writes the surrogate as [ParseSurrogate] reads it: "fast_sigmoid:25".
func (s Surrogate) String() string {
	s = s.orDefault()
	if s.kind == customKind {
		return "custom"
	}
	return surrogateForms[s.kind-1].text(s.p, s.q)
}

// ParseSurrogate reads a name with parameters: "atan", "fast_sigmoid:25",
// "spike_rate_escape:beta=1:slope=25". See [Surrogates] for the names.
func ParseSurrogate(text string) (Surrogate, error) {
	at, values, err := parse("surrogate", text, surrogateForms)
	if err != nil {
		return Surrogate{}, err
	}
	s := Surrogate{kind: surrogateKind(at + 1)}
	s.set(values)
	return s, nil
}

// Surrogates lists what [ParseSurrogate] knows, with default parameters.
func Surrogates() []string { return usages(surrogateForms) }
