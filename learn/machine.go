package learn

import (
	"math/bits"

	"dvsim/network"
	"dvsim/trace"
)

// machine is a network with everything that a batch needs: the layers with their
// histories, the inputs of the samples, and the workers. It computes; what is
// computed when, and what becomes of it, is the Trainer's.
type machine struct {
	crew   *crew
	layers []*layer
	steps  int

	samples   int // of the batch under way
	inputs    []Input
	labels    []int
	packed    bool  // all inputs are lists with counts
	predicted []int // after predict
	output    Output
	grad      Gradient
	sources   sourceLists
	scratch   []scratch // one a worker
	stream    uint64    // of random surrogates: tells the batch apart from all others
}

// scratch is a worker's own.
type scratch struct {
	acc, zero, gate []float32
	double          []float64
	_               [64]byte
}

// chunk is how many samples make a piece of work: enough that handing it out
// costs nothing, few enough that the last piece does not keep all waiting.
const chunk = 4

func newMachine(n *network.Network, t *Trainer) *machine {
	m := &machine{crew: newCrew(t.Workers)}
	sources := n.Input.Shape.Len()
	widest := 0
	for _, nl := range n.Layers {
		l := newLayer(nl, n.DtUS, sources, t)
		l.index = len(m.layers)
		if k := l.index; k > 0 {
			l.in.grow(m.layers[k-1].grid)
		}
		m.layers = append(m.layers, l)
		sources, widest = l.n, max(widest, l.width)
	}
	m.scratch = make([]scratch, m.crew.workers)
	for w := range m.scratch {
		m.scratch[w] = scratch{acc: make([]float32, widest), zero: make([]float32, widest), gate: make([]float32, widest), double: make([]float64, widest)}
	}
	m.sources.n = n.Input.Shape.Len()
	return m
}

// rows is the number of rows of a block's history in this batch.
func (m *machine) rows() int { return m.samples * m.steps }

// last is the output layer.
func (m *machine) last() *layer { return m.layers[len(m.layers)-1] }

// chunks is how many pieces the samples make; piece returns the samples of one.
func (m *machine) chunks() int { return (m.samples + chunk - 1) / chunk }

func (m *machine) piece(i int) (from, to int) { return i * chunk, min((i+1)*chunk, m.samples) }

// load fetches the inputs of a batch.
func (m *machine) load(d Data, samples []int, epoch int) {
	m.samples = len(samples)
	for len(m.inputs) < m.samples {
		m.inputs = append(m.inputs, Input{})
	}
	m.labels = resize(m.labels, m.samples)
	for _, l := range m.layers {
		l.resize(m.samples, m.steps)
	}
	m.crew.do(m.chunks(), func(_, i int) {
		for b, to := m.piece(i); b < to; b++ {
			d.Fill(&m.inputs[b], samples[b], epoch)
			m.labels[b] = d.Label(samples[b])
		}
	})
	if m.counted(); !m.packed {
		for b := range m.samples {
			m.inputs[b].Unpack()
		}
	}
}

// counted finds out whether all inputs of the batch are lists with counts, whose rows
// fit beside the counts.
func (m *machine) counted() {
	m.packed = m.rows() < trace.MaxSources
	for b := range m.samples {
		in := &m.inputs[b]
		m.packed = m.packed && !in.Constant && (in.Counted != nil || len(in.Source) == 0)
	}
}

// forward runs the batch through all layers.
func (m *machine) forward() {
	in, constant := m.inputs, m.samples > 0 && m.inputs[0].Constant
	for _, l := range m.layers {
		m.run(l, in, constant)
		in, constant = l.out, false
	}
	m.read()
}

// run runs the batch through one layer. A layer that is touched in every step
// goes block by block; one that is not has to know of all its blocks who fired.
func (m *machine) run(l *layer, in []Input, constant bool) {
	n, rows, always := m.chunks(), m.rows(), constant || l.driven()
	l.prepare(m.steps, always)
	pieces := n
	if always {
		pieces *= l.blocks
	}
	m.crew.do(pieces, func(w, i int) {
		from, to := 0, l.blocks
		if always {
			from, to = i/n, i/n+1
		}
		for b, end := m.piece(i % n); b < end; b++ {
			l.forward(&in[b], b, m.steps, rows, from, to, always, &m.scratch[w])
		}
	})
	m.crew.do(n, func(_, i int) {
		for b, end := m.piece(i); b < end; b++ {
			l.list(b, m.steps, rows)
		}
	})
}

// list makes lists of the spikes of sample b, and notes where each part of 64
// neurons begins in them.
func (l *layer) list(b, steps, rows int) {
	out := &l.out[b]
	out.Reset()
	parts := l.blocks * l.words
	for r := b * steps; r < (b+1)*steps; r++ {
		starts := l.starts[r*parts : (r+1)*parts]
		for k := range l.blocks {
			for w, x := range l.fired[(k*rows+r)*l.words:][:l.words] {
				starts[k*l.words+w] = uint32(len(out.Source))
				base := uint32(k*l.width + w*64)
				for ; x != 0; x &= x - 1 {
					out.Source = append(out.Source, base+uint32(bits.TrailingZeros64(x)))
				}
			}
		}
		out.EndStep()
	}
	if l.scale == 1 {
		return
	}
	for range out.Source {
		out.Value = append(out.Value, l.scale)
	}
}

// part is the spikes in row r, step t of sample b, of the neurons of one part, as a
// stretch of the lists of the sample.
func (l *layer) part(b, t, r, part int) (lo, hi int) {
	parts := l.blocks * l.words
	lo, hi = int(l.starts[r*parts+part]), l.out[b].Ends[t]
	if part+1 < parts {
		hi = int(l.starts[r*parts+part+1])
	}
	return lo, hi
}

// read copies what the output layer did into the order of Output.
func (m *machine) read() {
	l, o, rows := m.last(), &m.output, m.rows()
	o.Samples, o.Steps, o.Neurons = m.samples, m.steps, l.n
	o.Spikes = resize(o.Spikes, rows*l.n)
	o.Potential = resize(o.Potential, rows*l.n)
	o.total = resize(o.total, m.samples*l.n)
	m.crew.do(m.chunks(), func(_, i int) {
		for b, end := m.piece(i); b < end; b++ {
			total := o.total[b*l.n : (b+1)*l.n]
			clear(total)
			clear(o.Spikes[b*m.steps*l.n : (b+1)*m.steps*l.n])
			for t := range m.steps {
				r := b*m.steps + t
				src, _ := l.out[b].Step(t)
				for _, j := range src {
					o.Spikes[r*l.n+int(j)] = l.scale
					total[j] += float64(l.scale)
				}
				for k := range l.blocks {
					lo := k * l.width
					copy(o.Potential[r*l.n+lo:(r+1)*l.n], l.block(k, rows)[r*l.width:(r+1)*l.width])
				}
			}
		}
	})
}

// spikes is the number of spikes of each layer in the batch.
func (m *machine) spikes(add []int64) {
	for i, l := range m.layers {
		for b := range m.samples {
			add[i] += int64(len(l.out[b].Source))
		}
	}
}
