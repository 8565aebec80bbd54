package network

import (
	"fmt"

	"dvsim/neuron"
)

// checkNeuron is what a network needs to know of its neurons' parameters.
func checkNeuron(p *neuron.Params, n int, dtUS int64) []string {
	var bad []string
	switch p.Model {
	case neuron.Leaky:
		if dtUS == 0 {
			bad = append(bad, "a leaky neuron is clocked, this network is continuous")
		}
	case neuron.LIF:
	default:
		bad = append(bad, fmt.Sprintf("unknown model %q", p.Model))
	}
	for i, t := range p.Threshold {
		if !(t > 0) {
			bad = append(bad, fmt.Sprintf("threshold %d is %g; it must be above 0", i, t))
			break
		}
	}
	if k := len(p.Threshold); k > 1 && k != n {
		bad = append(bad, fmt.Sprintf("%d thresholds for %d neurons", k, n))
	}
	if dtUS > 0 && p.RefractoryUS%dtUS != 0 {
		bad = append(bad, fmt.Sprintf("refractory time %d µs is no multiple of the step %d µs", p.RefractoryUS, dtUS))
	}
	return bad
}
