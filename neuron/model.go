package neuron

// Model is a neuron model.
type Model string

const (
	// Leaky is the leaky integrate-and-fire neuron of snnTorch 1.0.0, clocked only.
	Leaky Model = "leaky"
	// LIF is the leaky integrate-and-fire neuron with delta synapses, given by its
	// membrane time constant; clocked (exact on the grid) or continuous.
	LIF Model = "lif"
)

// Reset is what a spike does to the membrane potential.
type Reset string

const (
	Subtract Reset = "subtract" // v − θ (default of Leaky)
	Zero     Reset = "zero"     // v = 0
	None     Reset = "none"     // v stays
	ToValue  Reset = "value"    // v = VReset (default and only rule of LIF)
)

// Params are the parameters of all the neurons of one layer. State is kept
// apart, by the engines. Slices have length 1 (one value for the layer) or one
// value a neuron.
type Params struct {
	Model Model

	// Beta is the decay of the membrane potential a step, clamped to [0, 1]. Leaky
	// only; empty when TauUS gives it: β = exp(−dt/τ), computed in float64, rounded once.
	Beta []float32
	// TauUS is the membrane time constant in µs, > 0. Required for LIF.
	TauUS float64
	// Threshold θ > 0; default 1.
	Threshold []float32
	// Reset: Leaky takes Subtract (default), Zero, None; LIF takes ToValue.
	Reset Reset
	// ResetNow is snnTorch's reset_delay = false: the reset happens in the step of the spike.
	ResetNow bool
	// Inhibition lets only the neuron with the largest potential of the layer spike.
	Inhibition bool
	// Graded scales the output spike (graded_spikes_factor); 0 means 1.
	Graded float32

	// Drive is the constant drive of LIF: R·I, the potential that the membrane tends
	// to without input, in units of the potential; length 1 or n, empty for none.
	Drive []float32
	// VReset is the potential after a spike (LIF); resting potential is 0.
	VReset float32
	// RefractoryUS is how long after a spike arrivals are dropped and the potential
	// stays at VReset (LIF), in µs; in a clocked network a multiple of dt.
	RefractoryUS int64
	// VInit is the initial potential; length 1 or n, empty for 0.
	VInit []float32
}
