package effort

// Effort is what a run took; after several runs, the mean of them. Counts of one
// run are whole numbers.
type Effort struct {
	Runs   int64   `json:"runs"`
	Steps  float64 `json:"steps"` // ms in a continuous network
	Layers []Layer `json:"layers"`

	// Of all layers; see the package comment.
	MACs               float64 `json:"effective_macs"`
	ACs                float64 `json:"effective_acs"`
	Dense              float64 `json:"dense_macs"`
	ActivationSparsity float64 `json:"activation_sparsity"`
	ConnectionSparsity float64 `json:"connection_sparsity"`
	// FootprintBytes are parameters and state.
	FootprintBytes int64 `json:"footprint_bytes"`

	// SynapticEvents are as in sim.Stats: each count counted, and weights of 0 too.
	SynapticEvents float64 `json:"synaptic_events"`
	// NeuronUpdates of the engine, those of stepping everything, and the share that
	// was saved: 1 − NeuronUpdates/DenseUpdates.
	NeuronUpdates float64 `json:"neuron_updates"`
	DenseUpdates  float64 `json:"dense_updates"`
	UpdatesSaved  float64 `json:"updates_saved"`

	Energy []Energy `json:"energy"`
}

// Layer is the effort at the neurons of one layer, and at the synapses that end on them.
type Layer struct {
	Name               string  `json:"layer"`
	Neurons            int     `json:"neurons"`
	Synapses           int64   `json:"synapses"`
	Spikes             float64 `json:"spikes"`
	MACs               float64 `json:"effective_macs"`
	ACs                float64 `json:"effective_acs"`
	Dense              float64 `json:"dense_macs"`
	ActivationSparsity float64 `json:"activation_sparsity"`
	ConnectionSparsity float64 `json:"connection_sparsity"`
	ParameterBytes     int64   `json:"parameter_bytes"`
	StateBytes         int64   `json:"state_bytes"`
	// Joules and DenseJoules are by the first of Models.
	Joules      float64 `json:"joules_45nm"`
	DenseJoules float64 `json:"dense_joules_45nm"`
}

// Effort tells what has been counted. updates is how often the engine brought a
// neuron up to date, in all runs (sim.Stats.NeuronUpdates).
func (c *Counter) Effort(updates int64) Effort {
	e := Effort{Runs: c.runs}
	runs := float64(max(1, c.runs))
	e.Steps = float64(c.steps) / runs
	var weight, effective, spikes float64
	for _, i := range c.net.NeuronLayers() {
		nl := c.net.Layers[i]
		l := Layer{
			Name: nl.Name, Neurons: nl.Shape.Len(), Synapses: c.net.Synapses(i), Spikes: float64(c.spikes[i]) / runs,
			MACs: float64(c.ops[i].macs) / runs, ACs: float64(c.ops[i].acs) / runs,
			ParameterBytes: 4 * int64(len(nl.Bias)), StateBytes: stateBytes(nl),
		}
		l.Dense = float64(l.Synapses) * e.Steps
		l.ActivationSparsity = rest(l.Spikes, float64(l.Neurons)*e.Steps)
		var all, some int64
		for _, cn := range nl.In {
			a, s := weights(cn.Synapses, c.net.Source(cn.From), nl.Shape)
			all, some = all+a, some+s
			l.ParameterBytes += parameterBytes(cn.Synapses)
		}
		l.ConnectionSparsity = rest(float64(some), float64(all))
		l.Joules, l.DenseJoules = Models[0].joules(l.MACs, l.ACs, 0), Models[0].dense(l.Dense)
		e.Layers = append(e.Layers, l)

		weight, effective, spikes = weight+float64(all), effective+float64(some), spikes+l.Spikes
		e.MACs += l.MACs
		e.ACs += l.ACs
		e.Dense += l.Dense
		e.FootprintBytes += l.ParameterBytes + l.StateBytes
		e.SynapticEvents += float64(c.ops[i].events) / runs
	}
	e.NeuronUpdates, e.DenseUpdates = float64(updates)/runs, float64(c.net.Neurons())*e.Steps
	e.UpdatesSaved = rest(e.NeuronUpdates, e.DenseUpdates)
	e.ActivationSparsity = rest(spikes, e.DenseUpdates)
	e.ConnectionSparsity = rest(effective, weight)
	for i := range Models {
		m := &Models[i]
		e.Energy = append(e.Energy, Energy{
			Model: m.Name, Joules: m.joules(e.MACs, e.ACs, e.SynapticEvents), DenseJoules: m.dense(e.Dense), Source: m.Source,
		})
	}
	return e
}

// rest is 1 − part/whole; 0 where there is nothing, and never below 0.
func rest(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return max(0, 1-part/whole)
}
