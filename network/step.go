package network

import "slices"

// AtStep returns the network with another step, in µs. Times given in steps
// (delays) or µs are rounded to whole steps of the new length, at least one where
// there was a delay; refractory times too. A β given directly is the decay of a
// step and stays; one given by τ follows the step. A continuous network becomes a
// clocked one, an approximation that gets better with a shorter step. Weights are
// shared with the original.
func (n *Network) AtStep(dtUS int64) *Network {
	if dtUS < 1 {
		panic("network: a step is at least 1 µs")
	}
	if n.DtUS == dtUS {
		return n
	}
	unit := n.DtUS // µs of a unit of delay
	if n.Continuous() {
		unit = 1
	}
	steps := func(d int64) int64 {
		if d <= 0 {
			return d
		}
		return max(1, (d*unit+dtUS/2)/dtUS)
	}
	c := *n
	c.DtUS = dtUS
	c.Layers = make([]*Layer, len(n.Layers))
	for i, l := range n.Layers {
		k := *l
		k.In = slices.Clone(l.In)
		for j := range k.In {
			k.In[j].Delay = steps(k.In[j].Delay)
			if s, ok := k.In[j].Synapses.(*Sparse); ok && s.Delay != nil {
				t := *s
				t.Delay = make([]int32, len(s.Delay))
				for m, d := range s.Delay {
					t.Delay[m] = int32(steps(int64(d)))
				}
				k.In[j].Synapses = &t
			}
		}
		if l.Neuron != nil {
			p := *l.Neuron
			if p.RefractoryUS > 0 {
				p.RefractoryUS = max(1, (p.RefractoryUS+dtUS/2)/dtUS) * dtUS
			}
			k.Neuron = &p
		}
		c.Layers[i] = &k
	}
	return &c
}
