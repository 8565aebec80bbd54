package sim

import "dvsim/network"

// relay is a layer without neurons: it merges the spikes that are pooled onto it
// and hands them on in the same step, with counts.
type relay struct {
	l      *layer
	blocks []*relayBlock
	count  []uint32
	crew   *crew
}

type relayBlock struct {
	tally
	log *spikeLog // the layer's own where there is one block
	own spikeLog
}

func newRelay(l *layer, nl *network.Layer, blocks []span, crew *crew) *relay {
	r := &relay{l: l, count: make([]uint32, nl.Shape.Len()), crew: crew}
	for _, b := range blocks {
		rb := &relayBlock{tally: tally{lo: b.lo, count: r.count[b.lo:b.hi], marks: newBitset(b.hi - b.lo)}, log: &l.log}
		if len(blocks) > 1 {
			rb.own.counted, rb.own.sited = true, l.log.sited
			rb.log = &rb.own
		}
		r.blocks = append(r.blocks, rb)
	}
	return r
}

func (r *relay) steps(_, _ int64) {
	r.crew.do(r, len(r.blocks), copyCost*r.l.fan)
	mergeBlocks(&r.l.log, r.blocks, r.crew)
}

func (r *relay) piece(i int) {
	b := r.blocks[i]
	for _, v := range r.l.agenda {
		for k := v.lo; k < v.hi; k++ {
			a := &r.l.arrived[k]
			a.lane.parts[i].(*poolPart).collect(a.spikes(), r.count, &b.marks)
		}
		b.drain(b.log)
		b.log.close(v.t)
	}
}

func (b *relayBlock) spikeLog() *spikeLog { return &b.own }

func (r *relay) next() int64                   { return never }
func (r *relay) work() (events, updates int64) { return 0, 0 }
func (r *relay) potentials(int64) []float32    { return nil }
