package learn

import (
	"dvsim/internal/kernel"
)

// sourceLists turns the inputs of a batch around: for each source the rows in
// which it spiked, and how often. With a list a source, a weight gradient is a
// gather like the way there; without, it would be a scatter, which is three times as
// slow and must not be shared between workers.
type sourceLists struct {
	n     int      // sources
	start []uint32 // [n+1]
	row   []uint32 // with its count in the upper bits (kernel.Counted) where the batch is packed
	value []float32
	at    [][]uint32 // [chunk][n] where the next entry of a source goes
}

// ranges is how many pieces the sources make, whatever the number of workers.
const ranges = 16

func sourceRange(n, i int) (from, to int) { return i * n / ranges, (i + 1) * n / ranges }

// build is a counting sort by source; within a source, rows ascend.
func (s *sourceLists) build(m *machine) {
	pieces := m.chunks()
	for len(s.at) < pieces {
		s.at = append(s.at, make([]uint32, s.n))
	}
	m.crew.do(pieces, func(_, i int) { s.count(m, i) })
	s.start = resize(s.start, s.n+1)
	total := uint32(0)
	for src := range s.n {
		s.start[src] = total
		for i := range pieces {
			c := s.at[i][src]
			s.at[i][src] = total
			total += c
		}
	}
	s.start[s.n] = total
	s.row = resize(s.row, int(total))
	if m.packed {
		m.crew.do(pieces, func(_, i int) { s.placeCounted(m, i) })
		return
	}
	s.value = resize(s.value, int(total))
	m.crew.do(pieces, func(_, i int) { s.place(m, i) })
}

// count counts the entries of each source in a chunk of samples.
func (s *sourceLists) count(m *machine, i int) {
	count := s.at[i]
	clear(count)
	for b, to := m.piece(i); b < to; b++ {
		for _, e := range m.inputs[b].Counted {
			count[e&sourceBits]++
		}
		for _, src := range m.inputs[b].Source {
			count[src]++
		}
	}
}

// sourceBits are the bits of a counted entry that tell the source, or the row.
const sourceBits = 1<<kernel.CountBits - 1

func (s *sourceLists) placeCounted(m *machine, i int) {
	at, row := s.at[i], s.row
	for b, to := m.piece(i); b < to; b++ {
		in := &m.inputs[b]
		for t := range in.Ends {
			lo, hi := in.bounds(t)
			r := uint32(b*m.steps + t)
			for _, e := range in.Counted[lo:hi] {
				p := at[e&sourceBits]
				at[e&sourceBits] = p + 1
				row[p] = r | e&^sourceBits
			}
		}
	}
}

func (s *sourceLists) place(m *machine, i int) {
	at := s.at[i]
	for b, to := m.piece(i); b < to; b++ {
		in := &m.inputs[b]
		for t := range in.Ends {
			r := uint32(b*m.steps + t)
			if in.Constant {
				r = uint32(b) // a row of the gradients summed over the steps
			}
			src, val := in.Step(t)
			for k, x := range src {
				p := at[x]
				at[x] = p + 1
				s.row[p], s.value[p] = r, 1
				if val != nil {
					s.value[p] = val[k]
				}
			}
		}
	}
}

// gather is the gradient of the weights of one source: the sum of the gradients of
// the rows in which it spiked.
func (s *sourceLists) gather(g, delta []float32, width, src int, packed bool) {
	clear(g)
	lo, hi := s.start[src], s.start[src+1]
	if packed {
		kernel.AddCounted(g, delta, width, s.row[lo:hi])
		return
	}
	kernel.AxpyRows(g, delta, width, s.row[lo:hi], s.value[lo:hi])
}

// weights makes the gradients of all weights of a layer, row by row of a source
// and block, and hands each to done.
func (m *machine) weights(i int, done func(p *param, lo, hi int, g []float32)) {
	l := m.layers[i]
	p, rows := l.in.param(), m.rows()
	if i == 0 {
		m.sources.build(m)
		constant := m.samples > 0 && m.inputs[0].Constant
		m.crew.do(l.blocks*ranges, func(w, piece int) {
			k := piece / ranges
			delta := l.block(k, rows)
			if constant {
				delta = l.sumD[k*m.samples*l.width : (k+1)*m.samples*l.width]
			}
			g := m.scratch[w].acc[:l.width]
			s := &m.sources
			for src, to := sourceRange(s.n, piece%ranges); src < to; src++ {
				at := (k*s.n + src) * l.width
				if src+1 < to { // what the optimiser will want next
					kernel.Fetch(p.x[at+l.width:][:l.width])
					kernel.Fetch(row(p.m, at+l.width, at+2*l.width))
					kernel.Fetch(row(p.v, at+l.width, at+2*l.width))
				}
				s.gather(g, delta, l.width, src, m.packed)
				done(p, at, at+l.width, g)
			}
		})
		return
	}
	before := m.layers[i-1]
	parts := before.blocks * before.words
	p.grad = resize(p.grad, len(p.x))
	m.crew.do(l.blocks*parts, func(_, piece int) {
		k, part := piece/parts, piece%parts
		from := part/before.words*before.width + part%before.words*64
		to := min(from+64, (part/before.words+1)*before.width, before.n)
		if from >= to {
			return
		}
		lo, hi := (k*before.n+from)*l.width, (k*before.n+to)*l.width
		clear(p.grad[lo:hi])
		m.scatter(before, part, p.grad[k*before.n*l.width:][:before.n*l.width], l.block(k, rows), l.width)
		done(p, lo, hi, p.grad[lo:hi])
	})
}

// scatter adds, for each spike of a part of a layer, the gradients of that row to
// the gradients of the neuron's weights.
func (m *machine) scatter(before *layer, part int, grad, delta []float32, width int) {
	for b := range m.samples {
		out := &before.out[b]
		for t := range m.steps {
			r := b*m.steps + t
			lo, hi := before.part(b, t, r, part)
			d := delta[r*width : (r+1)*width]
			if len(out.Value) == 0 {
				kernel.AddToRows(grad, width, out.Source[lo:hi], d)
				continue
			}
			for i := lo; i < hi; i++ {
				kernel.AxpyRow(grad[int(out.Source[i])*width:][:width], d, out.Value[i])
			}
		}
	}
}

// neurons makes the gradients of bias, β and θ: sums over the samples, in order.
func (m *machine) neurons(l *layer, done func(p *param, lo, hi int, g []float32)) {
	for _, q := range []struct {
		p      *param
		sums   []float32
		shared bool // one value for the layer
	}{{l.pBias, l.sumD, false}, {l.pBeta, l.gradBeta, !l.betaEach}, {l.pTheta, l.gradTheta, !l.thetaEach}} {
		if q.p == nil {
			continue
		}
		q.p.grad = resize(q.p.grad, len(q.p.x))
		clear(q.p.grad)
		for k := range l.blocks {
			g := l.columns(q.p.grad, k)
			for b := range m.samples {
				kernel.AddRow(g, l.perSample(q.sums, k, b, m.samples))
			}
		}
		if q.p != l.pBias { // β and θ: none where the value in use is not the one that is learnt
			used := l.beta
			if q.p == l.pTheta {
				used = l.theta
			}
			for j, x := range q.p.x {
				if x != used[j] {
					q.p.grad[j] = 0
				}
			}
		}
		if q.shared {
			total := 0.0
			for _, x := range q.p.grad[:l.n] {
				total += float64(x)
			}
			for j := range q.p.grad[:l.n] {
				q.p.grad[j] = float32(total)
			}
		}
		done(q.p, 0, len(q.p.x), q.p.grad)
	}
}
