package effort

// Energy is an estimate by one model.
type Energy struct {
	Model  string  `json:"model"`
	Joules float64 `json:"joules"`
	// DenseJoules is what the dense equivalent takes; 0 where the model has no figure.
	DenseJoules float64 `json:"dense_joules,omitempty"`
	Source      string  `json:"source"`
}

// Model is a way to estimate energy: constants in pJ.
type Model struct {
	Name string
	// MAC and AC are of effective operations, Event of a synaptic event, DenseMAC of an
	// operation of the dense equivalent; 0 for what does not cost or is not known.
	MAC, AC, Event, DenseMAC float64
	// Doc says what the constants are of, Source where they stand.
	Doc, Source string
}

// Models are the models, the arithmetic first. There is none of Speck (DYNAP-CNN):
// no published energy of a synaptic operation was found that could be checked, only
// power at given activity.
var Models = []Model{
	{
		Name: "45 nm", MAC: 4.6, AC: 0.9, DenseMAC: 4.6,
		Doc:    "float32 arithmetic in 45 nm CMOS at 0.9 V: addition 0.9 pJ, multiplication 3.7 pJ; no memory, no control",
		Source: "Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014",
	},
	{
		Name: "Loihi", Event: 23.6,
		Doc:    "a synaptic operation in Intel's 14 nm Loihi, 23.6 pJ; a spike counted n times is n spikes; neuron updates and idle power left out",
		Source: "Davies et al., Loihi: a neuromorphic manycore processor with on-chip learning, IEEE Micro 38(1), 2018",
	},
	{
		Name: "CPU (NEST)", Event: 260_000,
		Doc:    "a synaptic event of the cortical microcircuit in NEST on a node of 128 cores (AMD EPYC Rome), 0.26 µJ, from the measured power of the node",
		Source: "Kurth et al., Sub-realtime simulation of a full-density cortical microcircuit model on a single compute node, NEST Conference 2021",
	},
}

const picojoule = 1e-12

func (m *Model) joules(macs, acs, events float64) float64 {
	return picojoule * (m.MAC*macs + m.AC*acs + m.Event*events)
}

func (m *Model) dense(macs float64) float64 { return picojoule * m.DenseMAC * macs }
