package sim

import "dvsim/network"

// onGrid is a continuous network put on a grid of dtUS µs.
func onGrid(net *network.Network, dtUS int64) *network.Network {
	g := *net
	g.DtUS = dtUS
	g.Layers = nil
	steps := func(us, least int64) int64 { return max((us+dtUS/2)/dtUS, least) }
	for i, nl := range net.Layers {
		l := *nl
		if nl.Neuron != nil {
			p := *nl.Neuron
			p.RefractoryUS = steps(p.RefractoryUS, 0) * dtUS
			l.Neuron = &p
		}
		l.In = append([]network.Conn(nil), nl.In...)
		for k := range l.In {
			c := &l.In[k]
			least := int64(0)
			if c.From >= i {
				least = 1
			}
			c.Delay = steps(c.Delay, least)
			if s, ok := c.Synapses.(*network.Sparse); ok && len(s.Delay) > 0 {
				t := *s
				t.Delay = make([]int32, len(s.Delay))
				for j, d := range s.Delay {
					t.Delay[j] = int32(steps(int64(d), least))
				}
				c.Synapses = &t
			}
		}
		g.Layers = append(g.Layers, &l)
	}
	return &g
}
