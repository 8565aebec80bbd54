package network

import "fmt"

// SpikeSize is the size of one spike of a layer (or of the input) where it
// arrives, before the weight: 1, the graded spike factor of its neurons, or for a
// relay the size of what is pooled times the weight of the pool.
func (n *Network) SpikeSize(from int) float32 {
	size := float32(1)
	for range len(n.Layers) + 1 { // relays may stand in a circle
		if from == FromInput {
			break
		}
		l := n.Layers[from]
		if l == nil || l.Relay() && len(l.In) == 0 {
			break
		}
		if !l.Relay() {
			if g := l.Neuron.Graded; g != 0 {
				size *= g
			}
			break
		}
		p, ok := l.In[0].Synapses.(*Pool)
		if !ok {
			break
		}
		size *= p.Scale()
		from = l.In[0].From
	}
	return size
}

// relaySizes checks that all that is pooled onto a relay has one size: a relay
// hands on counts.
func (c *checker) relaySizes(i int, l *Layer) {
	first := float32(0)
	for k, cn := range l.In {
		p, ok := cn.Synapses.(*Pool)
		if !ok || cn.From < FromInput || cn.From >= len(c.n.Layers) {
			return
		}
		if cn.From != FromInput && c.n.Layers[cn.From] == nil {
			return
		}
		size := c.n.SpikeSize(cn.From) * p.Scale()
		if k == 0 {
			first = size
		} else if size != first {
			c.add(place{i, k, "weights"}, fmt.Sprintf("spikes of size %v and of size %v are pooled onto one layer without neurons", first, size), "pool them onto two layers")
		}
	}
}
