package sim

// merger joins the spikes that the blocks of a layer have left in their own logs,
// step by step and within a step block by block, which is in ascending order. First
// it finds out where everything goes, then each block is copied by whoever is free.
type merger struct {
	to    *spikeLog
	from  []*spikeLog
	moves [][]move // of each log, for each of its entries
}

// move is where the spikes and the runs of an entry go.
type move struct{ idx, runs int }

// copyCost is what a spike that is copied costs, in synaptic events.
const copyCost = 20

// mergeBlocks joins the logs of blocks in that of their layer. A layer of one block
// has written into its log itself.
func mergeBlocks[B interface{ spikeLog() *spikeLog }](to *spikeLog, blocks []B, c *crew) {
	if len(blocks) == 1 {
		return
	}
	m := &c.merger
	m.to, m.from = to, m.from[:0]
	for _, b := range blocks {
		m.from = append(m.from, b.spikeLog())
	}
	if fresh := m.place(); fresh > 0 {
		c.do(m, len(m.from), copyCost*float64(fresh))
	}
	for _, g := range m.from {
		g.empty()
	}
}

// place makes the entries of the layer's log and room for what they hold, and
// returns how many spikes that are.
func (m *merger) place() (spikes int) {
	for len(m.moves) < len(m.from) {
		m.moves = append(m.moves, nil)
	}
	for b := range m.from {
		m.moves[b] = m.moves[b][:0]
	}
	to := m.to
	at := move{len(to.idx), len(to.runs)}
	for {
		e := logEntry{t: never, lo: at.idx}
		for _, g := range m.from {
			if g.fresh < len(g.entries) {
				e.t = min(e.t, g.entries[g.fresh].t)
			}
		}
		if e.t == never {
			break
		}
		for b, g := range m.from {
			if g.fresh == len(g.entries) || g.entries[g.fresh].t != e.t {
				continue
			}
			from := &g.entries[g.fresh]
			m.moves[b] = append(m.moves[b], at)
			at.idx += from.hi - from.lo
			at.runs += len(g.runsOf(g.fresh))
			e.total += from.total
			g.fresh++
		}
		e.hi, e.runs = at.idx, at.runs
		to.entries = append(to.entries, e)
	}
	spikes = at.idx - len(to.idx)
	to.idx = longer(to.idx, at.idx)
	to.runs = longer(to.runs, at.runs)
	if to.counted {
		to.n = longer(to.n, at.idx)
	}
	if to.valued {
		to.x = longer(to.x, at.idx)
	}
	return spikes
}

// piece copies the entries of one block.
func (m *merger) piece(b int) {
	to, g := m.to, m.from[b]
	for k, at := range m.moves[b] {
		s := g.at(k)
		copy(to.idx[at.idx:], s.idx)
		copy(to.runs[at.runs:], s.runs)
		if to.counted {
			copy(to.n[at.idx:], s.n)
		}
		if to.valued {
			fillValues(to.x[at.idx:at.idx+len(s.idx)], s.n, to.scale)
		}
	}
}
