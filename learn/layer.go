package learn

import (
	"math"
	"slices"

	"dvsim/internal/kernel"
	"dvsim/network"
	"dvsim/neuron"
)

// layer is a layer of Leaky neurons made ready for training: its neurons in
// blocks of columns, padded with neurons that have no weights and stay silent.
//
// Its history over a batch lies in one array a block, so that a worker that owns
// a block walks through its own memory: row b·T + t of a block is the state of
// its columns in step t of sample b.
type layer struct {
	name  string
	index int // in the network
	n     int // neurons
	grid      // of the columns
	in    synapses

	reset       kernel.Reset
	scale       float32 // size of a spike
	beta, theta []float32
	bias        []float32 // padded; zeros where the network has none
	hasBias     bool
	v0          []float32   // potential before step 0
	decays      [][]float32 // [d][padded] β^d, for layers that are not touched in every step

	// Of the batch under way.
	u      []float32 // [blocks][B·T][block] potentials on the way there, gradients on the way back
	fired  []uint64  // [blocks][B·T][words] spikes
	words  int       // of one block in one step
	out    []Input   // [B] the spikes as lists, for the next layer
	starts []uint32  // [B·T][blocks·words] where the spikes of each 64 neurons begin there
	sumD   []float32 // [blocks][B][block] gradients of the potentials, summed over the steps
	count  []float64 // [n] spikes of each neuron in the batch
	extra  []float32 // [padded] derivative of the regularisers for each spike

	// Parameters that are learnt, with their gradients and moments.
	params                []*param
	pBias, pBeta, pTheta  *param
	gradBeta, gradTheta   []float32 // [blocks][B][block] sums of each sample
	surrogate             Surrogate
	betaEach, thetaEach   bool // a value a neuron, not one a layer
	learnBeta, learnTheta bool
}

// grid cuts columns into blocks of equal width.
type grid struct {
	width  int // of a block: a multiple of 16
	blocks int
}

func (g grid) padded() int { return g.width * g.blocks }

// columns is the stretch of a padded array that belongs to block k.
func (g grid) columns(s []float32, k int) []float32 { return s[k*g.width : (k+1)*g.width] }

// blockWidth is the most columns of a block: 2312 rows of 64 weights are 0.6 MB and
// stay in a second-level cache of 1 MB. Measured in docs/decisions/0005-assembly.md:
// 128 is 5 % slower there, 32 is faster for a row but walks each list twice as often.
const blockWidth = 64

func newGrid(n int) grid {
	n16 := (n + 15) / 16 * 16
	blocks := (n16 + blockWidth - 1) / blockWidth
	return grid{width: ((n16+blocks-1)/blocks + 15) / 16 * 16, blocks: blocks}
}

func newLayer(nl *network.Layer, dtUS int64, sources int, t *Trainer) *layer {
	p := nl.Neuron
	l := &layer{name: nl.Name, n: nl.Shape.Len(), surrogate: t.Surrogate.orDefault(), scale: p.Graded, hasBias: nl.Bias != nil}
	l.grid = newGrid(l.n)
	if l.scale == 0 {
		l.scale = 1
	}
	switch p.Reset {
	case neuron.Zero:
		l.reset = kernel.Zero
	case neuron.None:
		l.reset = kernel.None
	}
	l.words = (l.width + 63) / 64
	l.learnBeta, l.learnTheta = t.LearnBeta != Fixed, t.LearnThreshold != Fixed
	beta := p.Decay(dtUS)
	theta := p.Threshold
	if len(theta) == 0 {
		theta = []float32{1}
	}
	l.betaEach = len(beta) > 1 || t.LearnBeta == PerNeuron
	l.thetaEach = len(theta) > 1 || t.LearnThreshold == PerNeuron
	l.beta, l.theta, l.v0 = l.spread(beta, 0), l.spread(theta, 1), l.spread(p.VInit, 0)
	l.bias = make([]float32, l.padded())
	for j := range l.n {
		if len(nl.Bias) > 0 {
			l.bias[j] = nl.Bias[j%len(nl.Bias)] // one a channel or one a neuron
		}
	}
	l.in = newDense(nl.In[0].Synapses.(*network.Dense), sources, l.n, l.grid)
	l.extra = make([]float32, l.padded())
	l.count = make([]float64, l.n)
	l.params = append(l.params, l.in.param())
	if l.hasBias {
		l.pBias = newParam("bias", l.bias)
		l.params = append(l.params, l.pBias)
	}
	if l.learnBeta {
		l.pBeta = newParam("beta", slices.Clone(l.beta))
		l.params = append(l.params, l.pBeta)
	}
	if l.learnTheta {
		l.pTheta = newParam("threshold", slices.Clone(l.theta))
		l.params = append(l.params, l.pTheta)
	}
	return l
}

// spread makes one value a layer, or one a neuron, one a padded column.
func (l *layer) spread(x []float32, other float32) []float32 {
	out := make([]float32, l.padded())
	for j := range out {
		switch {
		case j >= l.n || len(x) == 0:
			out[j] = other
		case len(x) == 1:
			out[j] = x[0]
		default:
			out[j] = x[j]
		}
	}
	return out
}

// leastThreshold is where a threshold that is learnt stops: at 0 a neuron would
// fire for ever.
const leastThreshold = 1e-3

// settleParams brings β and θ up to date after a step of the optimiser. What is
// learnt may leave its range; what is used may not, and out there the gradient is
// 0, as with torch.clamp.
func (l *layer) settleParams() {
	if l.pBeta != nil {
		for j := range l.n {
			l.beta[j] = min(max(l.pBeta.x[j], 0), 1)
		}
	}
	if l.pTheta != nil {
		for j := range l.n {
			l.theta[j] = max(l.pTheta.x[j], leastThreshold)
		}
	}
}

// prepare makes the tables of β^d, d ≤ steps, anew: neuron.Pow, rounded once. A
// layer that is touched in every step needs none.
func (l *layer) prepare(steps int, always bool) {
	l.decays = l.decays[:0]
	if always {
		return
	}
	for d := range steps + 1 {
		row := make([]float32, l.padded())
		for j := range l.n {
			if j > 0 && !l.betaEach {
				row[j] = row[0]
				continue
			}
			row[j] = float32(neuron.Pow(float64(l.beta[j]), int64(d)))
		}
		l.decays = append(l.decays, row)
	}
}

// driven reports whether the layer has a constant input and so is touched in
// every step; see package network on touch groups.
func (l *layer) driven() bool {
	for _, b := range l.bias {
		if b != 0 {
			return true
		}
	}
	return false
}

// resize makes room for a batch of so many samples and steps.
func (l *layer) resize(samples, steps int) {
	rows := samples * steps
	l.u = resize(l.u, l.blocks*rows*l.width)
	l.fired = resize(l.fired, l.blocks*rows*l.words)
	l.starts = resize(l.starts, rows*l.blocks*l.words)
	l.sumD = resize(l.sumD, l.blocks*samples*l.width)
	if l.learnBeta {
		l.gradBeta = resize(l.gradBeta, l.blocks*samples*l.width)
	}
	if l.learnTheta {
		l.gradTheta = resize(l.gradTheta, l.blocks*samples*l.width)
	}
	for len(l.out) < samples {
		l.out = append(l.out, Input{})
	}
}

// block is the history of block k: rows × width.
func (l *layer) block(k, rows int) []float32 {
	n := rows * l.width
	return l.u[k*n : (k+1)*n]
}

// resize returns a slice of length n, the old one where it is long enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// forward runs one block of a driven layer, or all blocks of a layer that is not,
// through the steps of sample b. acc is scratch, one block wide.
func (l *layer) forward(in *Input, b, steps, rows, from, to int, always bool, s *scratch) {
	if in.Constant { // is touched in every step
		for k := from; k < to; k++ {
			l.constant(in, b, steps, rows, k, s)
		}
		return
	}
	acc := s.acc[:l.width]
	last, hot := -1, false // step of the last touch, and whether a reset is to come
	for j, v := range l.v0 {
		hot = hot || v > l.theta[j]
	}
	for t := range steps {
		lo, hi := in.bounds(t)
		if !always && lo == hi && !hot {
			l.skip(b, t, steps, rows, last)
			continue
		}
		hot = false
		for k := from; k < to; k++ {
			u := l.block(k, rows)
			row := b*steps + t
			v := l.columns(l.v0, k)
			if last >= 0 {
				at := b*steps + last
				v = u[at*l.width : (at+1)*l.width]
			}
			clear(acc)
			l.in.sum(acc, k, in, lo, hi)
			beta := l.columns(l.beta, k)
			if d := t - last; d > 1 {
				beta = l.columns(l.decays[d], k)
			}
			mask := l.fired[(k*rows+row)*l.words:][:l.words]
			kernel.LeakyStep(u[row*l.width:(row+1)*l.width], v, acc, l.columns(l.bias, k), beta, l.columns(l.theta, k), l.reset, mask)
			for _, m := range mask {
				hot = hot || m != 0
			}
		}
		last = t
	}
}

// constant runs block k through the steps of a sample with a constant input, which is
// summed once.
func (l *layer) constant(in *Input, b, steps, rows, k int, s *scratch) {
	acc := s.acc[:l.width]
	src, val := in.Step(0)
	l.in.constant(acc, s.double, k, src, val)
	u := l.block(k, rows)[b*steps*l.width : (b+1)*steps*l.width]
	fired := l.fired[(k*rows+b*steps)*l.words:][:steps*l.words]
	kernel.LeakyRun(u, l.columns(l.v0, k), acc, l.columns(l.bias, k), l.columns(l.beta, k), l.columns(l.theta, k), l.reset, fired)
}

// skip is a step in which nothing touches the layer: its potentials are what the
// decay since the last touch makes of them, and nobody spikes.
func (l *layer) skip(b, t, steps, rows, last int) {
	row := b*steps + t
	for k := range l.blocks {
		u := l.block(k, rows)
		v := l.columns(l.v0, k)
		if last >= 0 {
			at := b*steps + last
			v = u[at*l.width : (at+1)*l.width]
		}
		beta := l.columns(l.decays[t-last], k)
		dst := u[row*l.width : (row+1)*l.width]
		for i := range dst {
			dst[i] = settle(beta[i] * v[i])
		}
		clear(l.fired[(k*rows+row)*l.words:][:l.words])
	}
}

func settle(v float32) float32 {
	if math.Abs(float64(v)) < kernel.Tiny {
		return 0
	}
	return v
}
