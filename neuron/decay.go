package neuron

import "math"

// Pow is β^d in float64: by squaring, in an order of multiplications that depends
// on d alone, so that it has the same bits everywhere. d ≥ 0.
func Pow(beta float64, d int64) float64 {
	r := 1.0
	for ; d > 0; d >>= 1 {
		if d&1 == 1 {
			r *= beta
		}
		beta *= beta
	}
	return r
}

// maxPowers bounds a table of powers: 16 KiB. What is longer ago is computed.
const maxPowers = 4096

// powers is a table of float32(Pow(β, d)), cut where it reaches 0.
type powers struct {
	beta float64
	tab  []float32
}

func newPowers(beta float64) powers {
	p := powers{beta: beta}
	for d := range int64(maxPowers) {
		x := float32(Pow(beta, d))
		p.tab = append(p.tab, x)
		if x == 0 {
			break
		}
	}
	return p
}

// at is β^d rounded once.
func (p *powers) at(d int64) float32 {
	if d < int64(len(p.tab)) {
		return p.tab[d]
	}
	if p.tab[len(p.tab)-1] == 0 {
		return 0
	}
	return float32(Pow(p.beta, d))
}

// exp is e^x for x ≤ 0, within 2 ulp of float64. The standard library has assembly
// for some processors, whose last bits differ; this has the same everywhere.
func exp(x float64) float64 {
	const ln2Hi, ln2Lo = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	if x < -745.2 {
		return 0
	}
	k := math.Round(x / math.Ln2)
	r := float64(x-float64(k*ln2Hi)) - float64(k*ln2Lo)
	// Taylor's series on |r| ≤ ln2/2, smallest term first.
	s := 1.0
	for i := 17.0; i >= 1; i-- {
		s = 1 + float64(float64(r/i)*s)
	}
	return math.Ldexp(s, int(k))
}

// Exp is exp(−Δt/τ) for whole microseconds Δt ≥ 0, as the product of two table
// entries: exp(−(Δt − Δt mod 1024)/τ) · exp(−(Δt mod 1024)/τ). It is in float64,
// within 2e-14 of the true value: rounded to float32, a decay over a few µs would
// lose the digits that tell it from 1, and a neuron that is hit every other µs
// would decay at the wrong rate.
type Exp struct {
	tau    float64
	fine   [expFine]float64
	coarse []float64
}

const (
	expBits   = 10
	expFine   = 1 << expBits
	maxCoarse = 4096 // covers 4.2 s; what is longer ago is computed
)

// NewExp makes the tables for a time constant τ > 0 in µs: 8 KiB, and 8 bytes for
// each 1024 µs of 104 τ, 32 KiB at most.
func NewExp(tauUS float64) *Exp {
	e := &Exp{tau: tauUS}
	for i := range e.fine {
		e.fine[i] = exp(-float64(i) / tauUS)
	}
	for i := range maxCoarse {
		x := exp(-float64(i<<expBits) / tauUS)
		if x < 1e-45 { // 0 in float32, and so is all after it
			x = 0
		}
		e.coarse = append(e.coarse, x)
		if x == 0 {
			break
		}
	}
	return e
}

// At is exp(−dt/τ), dt ≥ 0 in µs.
func (e *Exp) At(dt int64) float64 {
	if i := uint64(dt) >> expBits; i < uint64(len(e.coarse)) {
		return e.coarse[i] * e.fine[dt&(expFine-1)]
	}
	return e.far(dt)
}

func (e *Exp) far(dt int64) float64 { return exp(-float64(dt) / e.tau) }
