package learn

import "dvsim/network"

// store puts the parameters of a layer into the network.
func (l *layer) store(nl *network.Layer) {
	copy(nl.In[0].Synapses.(*network.Dense).W, l.in.arranged(l.in.param().x))
	if l.hasBias {
		nl.Bias = append(nl.Bias[:0], l.bias[:l.n]...)
	}
	if !l.learnBeta && !l.learnTheta {
		return
	}
	p := *nl.Neuron // may be shared with other layers
	one := func(x []float32, each bool) []float32 {
		if each {
			return append([]float32(nil), x[:l.n]...)
		}
		return []float32{x[0]}
	}
	if l.learnBeta {
		p.Beta, p.TauUS = one(l.beta, l.betaEach), 0
	}
	if l.learnTheta {
		p.Threshold = one(l.theta, l.thetaEach)
	}
	nl.Neuron = &p
}
