// Package effort counts what a run of a network costs, in the terms of NeuroBench,
// and sets it against what stepping everything would cost.
//
//	count := effort.NewCounter(net)
//	eng := sim.NewEvent(net, &sim.Options{Record: count})
//	stats, err := sim.Run(ctx, eng, rec)
//	if err != nil { ... }
//	e := count.Effort(stats.NeuronUpdates)
//	fmt.Println(e.ACs, e.MACs, e.Dense, e.ActivationSparsity)
//
// A [Counter] is a trace.Recorder: it sees the spikes of a run and knows the
// synapses, so the numbers do not depend on the engine that made the spikes. That
// also makes it a check of the engines: Effort.SynapticEvents is counted here from
// the spikes, and must be what the engine has counted at the synapses.
//
// # Definitions
//
// Of one run (NeuroBench: one sample):
//
//   - An effective operation is a spike that arrives at a neuron over a synapse whose
//     weight is not 0, once in the step, however often it counts. If what arrives is 1
//     (or −1) it is an accumulation (AC), else, for counted and graded spikes and
//     constant inputs, a multiplication and an accumulation (MAC).
//   - Dense is what a step works through that looks at everything: all synapses,
//     every step, each a MAC. Synapses that a list (sparse connectivity) lacks do not
//     count; with them the comparison would be kinder to the event engine.
//   - Activation sparsity is 1 − spikes/(neurons·steps).
//   - Connection sparsity is the share of weights that are 0. Pairs of neurons that a
//     list lacks have the weight 0. Pooling has no weights.
//   - Footprint is the memory of weights, biases, indices and delays of synapses, and
//     of the state of the neurons, in bytes, at the precision they are kept in here.
//   - Neuron updates are how often a neuron was brought up to date. NeuroBench's
//     membrane updates, changes of a potential, are something else.
//
// In a continuous network a step is 1 ms, as in sim.Stats.
//
// Not counted: spikes still under way when the run ends, pooling onto layers without
// neurons (NeuroBench leaves out pooling, too), biases, and the spikes of Poisson
// generators, which come over no synapse of the network. What is pooled from several
// connections onto one layer without neurons is counted connection by connection.
//
// NeuroBench decides between AC and MAC for all inputs of a layer in a step at once;
// here each spike is judged by itself.
//
// # Energy
//
// [Models] has the constants, with their sources. They are estimates: arithmetic in
// 45 nm says nothing of memory, and the figure of a chip or machine holds for what
// was measured there. A model without a dense figure is one that cannot run dense.
//
// # Costs
//
// 4 bytes a source and connection (8 where some weights are 0), and 1 to 3 ns a
// recorded spike and connection; one look at each weight when the counter is made.
//
// # References
//
// Yik et al., The NeuroBench framework for benchmarking neuromorphic computing
// algorithms and systems, Nature Communications 16, 1545 (2025).
package effort
