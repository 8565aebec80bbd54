package bench

import (
	"fmt"
	"math"
	"strings"
)

// The cortical microcircuit of T. C. Potjans and M. Diesmann, The cell-type specific
// cortical microcircuit: relating structure and activity in a full-scale spiking
// network model, Cereb. Cortex 24 (2014): tables 4 and 5 of the paper. Layers 2/3, 4, 5
// and 6, of each the excitatory and the inhibitory neurons.
var (
	circuitNames = []string{"L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"}
	circuitSize  = []int{20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948}
	// Probability that a pair is connected, by target and source.
	circuitP = [8][8]float64{
		{0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0},
		{0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0},
		{0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0},
		{0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0},
		{0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0},
		{0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0},
		{0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
		{0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443},
	}
	circuitExternal = []float64{1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100} // synapses from outside, 8 Hz each
	// Mean rates of the full network, in Hz: what a smaller one is made to keep.
	circuitRates = []float64{0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829}
	// Initial potentials, above rest, that spare the network a volley at the start.
	circuitStart  = []float64{-3.28, 1.84, 1.67, 1.55, 1.89, 3.34, -1.72, 3.57}
	circuitSpread = []float64{5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48}
)

// Constants of its neurons and synapses: ms, mV.
const (
	circuitTau    = 10.0
	circuitTauSyn = 0.5
	circuitPSP    = 0.15 // peak of an excitatory potential
	circuitHz     = 8.0
)

// MicrocircuitRates are the published mean rates of the populations, in Hz, in the
// order of the network's layers.
func MicrocircuitRates() []float64 { return append([]float64(nil), circuitRates...) }

// Microcircuit is the network file of the cortical microcircuit with a share of its
// neurons and a share of the synapses of each. A network with fewer synapses a
// neuron has stronger ones, by the root of the share, and a drive that takes the
// place of the mean input that is missing: so mean and variance of the input stay
// what they were (S. J. van Albada, M. Helias and M. Diesmann, Scalability of
// asynchronous networks is limited by one-to-one mapping between effective connectivity
// and correlations, PLoS Comput. Biol. 11 (2015)).
func Microcircuit(neurons, synapses float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# The cortical microcircuit of T. C. Potjans and M. Diesmann, Cereb. Cortex 24 (2014),
# with %.4g of its neurons and %.4g of the synapses of each. Potentials in mV above rest.
# Made by bench.Microcircuit.
name = "microcircuit"
doc  = "Potjans and Diesmann 2014: four cortical layers, eight populations"
dt   = "0.1ms"
seed = 1
`, neurons, synapses)
	root := math.Sqrt(synapses)
	// A current of 1 mV (times the membrane resistance) makes a potential whose peak is
	// at t = ln(τm/τs)/(1/τs − 1/τm).
	peak := math.Log(circuitTau/circuitTauSyn) / (1/circuitTauSyn - 1/circuitTau)
	unit := circuitTauSyn / (circuitTau - circuitTauSyn) * (math.Exp(-peak/circuitTau) - math.Exp(-peak/circuitTauSyn))
	jump := circuitPSP / unit
	weight := func(to, from int) float64 {
		switch {
		case from%2 == 1:
			return -4 * jump
		case to == 0 && from == 2: // layer 4 onto layer 2/3
			return 2 * jump
		}
		return jump
	}
	for to, name := range circuitNames {
		size := math.RoundToEven(float64(circuitSize[to]) * neurons) // as NumPy rounds
		// What a missing synapse would give on average: weight · τ_s · rate.
		missing := circuitExternal[to] * circuitHz * jump
		var in []string
		for from := range circuitNames {
			pairs := float64(circuitSize[from]) * float64(circuitSize[to])
			all := math.Log1p(-circuitP[to][from]) / math.Log1p(-1/pairs)
			missing += all / float64(circuitSize[to]) * circuitRates[from] * weight(to, from)
			total := math.Round(all * neurons * synapses)
			if total == 0 {
				continue
			}
			w, limit, delay := weight(to, from)/root, "min", 1.5
			if w < 0 {
				limit, delay = "max", 0.75
			}
			in = append(in, fmt.Sprintf(`
[[layer.in]]
from   = "%s"
rule   = { kind = "fixed_total_number", total = %.0f }
weight = { kind = "normal", mean = %.5f, std = %.5f, %s = 0.0 }
delay  = { kind = "normal", mean = "%gms", std = "%gms", min = "0.1ms" }
`, circuitNames[from], total, w, math.Abs(w)/10, limit, delay, delay/2))
		}
		fmt.Fprintf(&b, `
[[layer]]
name    = "%s"
kind    = "population"
size    = %.0f
poisson = { rate = %g, weight = %.5f }

[layer.neuron]
model      = "cuba"
tau        = "10ms"
tau_syn    = "0.5ms"
threshold  = 15.0
refractory = "2ms"
drive      = %.5f
v_init     = { kind = "normal", mean = %g, std = %g }
%s`, name, size, circuitExternal[to]*circuitHz*synapses, jump/root, missing*circuitTauSyn*1e-3*(1-root), circuitStart[to], circuitSpread[to], strings.Join(in, ""))
	}
	return b.String()
}
