package dvs

import (
	"math"

	"dvsim/events"
)

// array is the pixels of a sensor. Times inside are µs since the start of the
// recording; a signal is V + leak·t.
type array struct {
	p     Params
	g     events.Geometry
	seed  uint64
	curve curve
	tau   float64 // µs at white; 0: no low-pass

	// The pattern of the sensor, the same in all recordings.
	on, off []float64    // thresholds
	leak    []float64    // slope of the leak, per µs
	shot    [2][]float64 // highest rate of noise, by polarity, per µs; nil: none

	// The state.
	lum   []float32    // luminance at the last sample
	v     []float64    // photoreceptor at the last sample
	ref   []float64    // reference R
	ready []float64    // Hold: when the pixel sees again, −1 when it does
	last  []float64    // Advance: time of the last event
	next  [2][]float64 // next candidate of noise
	count [2][]uint64  // candidates so far
	alarm []float64    // when noise or the end of the dead time comes next
	wake  []float64    // a still pixel needs no look before

	keyShot, keyAccept [2]uint64
}

// asleep is a wake that never comes; look is one that has come.
const look = -1

var asleep = math.Inf(1)

func newArray(p Params, g events.Geometry, seed uint64) *array {
	n := g.Pixels()
	a := &array{
		p: p, g: g, seed: seed, curve: curve{kind: p.Curve, offset: p.Offset},
		on: make([]float64, n), off: make([]float64, n), leak: make([]float64, n),
		lum: make([]float32, n), v: make([]float64, n), ref: make([]float64, n), alarm: make([]float64, n), wake: make([]float64, n),
	}
	if p.Cutoff > 0 {
		a.tau = 1e6 / (2 * math.Pi * p.Cutoff)
	}
	if p.Rule == Hold {
		a.ready = make([]float64, n)
	} else {
		a.last = make([]float64, n)
	}
	keyOn, keyOff, keyLeak := keyOf(seed, 0, streamThetaOn), keyOf(seed, 0, streamThetaOff), keyOf(seed, 0, streamLeak)
	for i := range n {
		a.on[i], a.off[i] = p.ThetaOn, p.ThetaOff
		if p.Mismatch > 0 {
			a.on[i] = max(0.01, p.ThetaOn+p.Mismatch*normal(keyOn, i, 0))
			a.off[i] = max(0.01, p.ThetaOff+p.Mismatch*normal(keyOff, i, 0))
		}
		if p.Leak > 0 {
			d := p.LeakSpread
			rate := p.Leak * math.Pow(10, d*normal(keyLeak, i, 0)) / math.Pow(10, d*d*math.Ln10/2)
			a.leak[i] = rate * a.on[i] * 1e-6
		}
	}
	if p.Shot > 0 {
		for pol := range a.shot {
			a.shot[pol], a.next[pol], a.count[pol] = make([]float64, n), make([]float64, n), make([]uint64, n)
			nominal, own := p.ThetaOff, a.off
			if pol == int(events.On) {
				nominal, own = p.ThetaOn, a.on
			}
			for i := range n {
				a.shot[pol][i] = p.Shot / 2 * shotFactor(0) * nominal / own[i] * 1e-6
			}
		}
	}
	return a
}

// shotFactor is how much of the noise is left at luminance i.
func shotFactor(i float64) float64 { return 1 - 0.75*whiteness(i) }

// start begins a recording with a first sample at time 0.
func (a *array) start(recording uint64, lum []float32) {
	keyPhase := keyOf(a.seed, recording, streamPhase)
	for pol := range a.shot {
		a.keyShot[pol] = keyOf(a.seed, recording, streamShot+stream(pol))
		a.keyAccept[pol] = keyOf(a.seed, recording, streamAccept+stream(pol))
	}
	for i, l := range lum {
		a.lum[i] = l
		a.v[i] = a.curve.at(l)
		a.ref[i] = a.v[i]
		if a.leak[i] > 0 {
			// Somewhere between two leak events: else none comes in the first 1/r seconds.
			a.ref[i] -= uniform(keyPhase, i, 0) * a.on[i]
		}
		if a.p.Rule == Hold {
			a.ready[i] = -1
		} else {
			a.last[i] = math.Inf(-1)
		}
		for pol := range a.shot {
			if a.shot[pol] != nil {
				a.count[pol][i] = 0
				a.next[pol][i] = 0
				a.advanceShot(pol, i)
			}
		}
		a.alarm[i], _ = a.nextShot(i)
		a.wake[i] = look
	}
}

// advanceShot moves on to the next candidate of noise.
func (a *array) advanceShot(pol, i int) {
	n := a.count[pol][i]
	a.count[pol][i]++
	a.next[pol][i] += exponential(a.keyShot[pol], i, n) / a.shot[pol][i]
}

// nextShot returns the time and the polarity of the next candidate of noise.
func (a *array) nextShot(i int) (float64, events.Polarity) {
	if a.shot[0] == nil {
		return asleep, events.Off
	}
	if off, on := a.next[events.Off][i], a.next[events.On][i]; off > on {
		return on, events.On
	} else {
		return off, events.Off
	}
}
