package neuron

// Model is a neuron model.
type Model string

const (
	// Leaky is the leaky integrate-and-fire neuron of snnTorch 1.0.0, clocked only.
	Leaky Model = "leaky"
	// LIF is the leaky integrate-and-fire neuron with delta synapses, given by its
	// membrane time constant; clocked (exact on the grid) or continuous.
	LIF Model = "lif"
	// CUBA is LIF with synaptic currents that decay exponentially (NEST's iaf_psc_exp);
	// clocked (exact on the grid) or continuous.
	CUBA Model = "cuba"
	// COBA is LIF with synaptic conductances that decay exponentially (NEST's
	// iaf_cond_exp); clocked only.
	COBA Model = "coba"
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
	// TauUS is the membrane time constant in µs, > 0. Required for all but Leaky.
	TauUS float64
	// Threshold θ > 0; default 1.
	Threshold []float32
	// Reset: Leaky takes Subtract (default), Zero, None; the others take ToValue.
	Reset Reset
	// ResetNow is snnTorch's reset_delay = false: the reset happens in the step of the spike.
	ResetNow bool
	// Inhibition lets only the neuron with the largest potential of the layer spike.
	Inhibition bool
	// Graded scales the output spike (graded_spikes_factor); 0 means 1.
	Graded float32

	// Drive is the constant drive (all but Leaky): R·I, the potential that the membrane
	// tends to without input, in units of the potential; length 1 or n, empty for none.
	Drive []float32
	// VReset is the potential after a spike (all but Leaky); resting potential is 0.
	VReset float32
	// RefractoryUS is how long after a spike the potential stays at VReset (all but
	// Leaky), in µs; in a clocked network a multiple of dt. What arrives meanwhile is
	// dropped by LIF; synaptic currents and conductances take it, and go on decaying.
	RefractoryUS int64
	// VInit is the initial potential; length 1 or n, empty for 0.
	VInit []float32

	// TauSynUS are the time constants of the synaptic currents (CUBA) or conductances
	// (COBA) in µs, > 0: one for each receptor, at most [MaxReceptors]. A connection
	// says which receptor it ends on.
	TauSynUS []float64
	// Reversal are the reversal potentials of the receptors (COBA only), against the
	// resting potential 0.
	Reversal []float32
	// SynInit are the initial currents or conductances, one list a receptor, each of
	// length 0 (none), 1 or n; nil for none.
	SynInit [][]float32
}
