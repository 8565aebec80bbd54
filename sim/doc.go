// Package sim runs spiking networks over recordings. It has two engines that
// give the same spikes, bit for bit: [NewEvent] looks at a neuron only when a
// spike arrives there or when it must; [NewDense] steps every neuron in every step.
// [NewAuto] is the first with full products where so much arrives that they are cheaper.
//
//	rec, err := events.Open("recording.aedat4", nil)
//	if err != nil { ... }
//	defer rec.Close()
//	net, err := network.Builtin("edges", rec.Header().Geometry)
//	if err != nil { ... }
//	var mem trace.Memory
//	eng := sim.NewEvent(net, &sim.Options{Record: &mem, Workers: runtime.NumCPU()})
//	stats, err := sim.Run(ctx, eng, rec)
//	if err != nil { ... }
//	fmt.Println(stats.Spikes, stats.SynapticEvents)
//
// # Time
//
// T0 is the time of the first event, or Options.T0. In a clocked network an event
// at t belongs to step k = floor((t − T0)/dt), and everything happens at steps. In
// a continuous network everything happens at whole µs since T0. An event that is
// older than the step (or µs) under way, which is the latest one that any event
// before it belonged to, is delivered in that step and counted in Stats.Late:
// nothing is lost, and the result does not depend on how the recording is cut
// into calls of Feed.
//
// The events of one input in one step become one input spike with a count, up to
// 65,535 (or 1 where the input is binary). A run ends with the step of the last
// event, or later if Options.DurationUS asks for it; spikes still on their way
// then do not arrive.
//
// # Order
//
// In a step the layers are gone through in the order of the network, which is
// topological: connections without delay come from earlier layers. In a layer the
// input of each neuron is summed first, and it is tested once. The sum starts at
// +0 and is made in this order, one rounded multiplication and one rounded
// addition for each synapse that a spike went through:
//
//  1. connections as they are declared;
//  2. of each, the spikes that have been under way the longest first (a
//     connection has several ages in one step only where its synapses have
//     delays of their own);
//  3. of equal age, sources by ascending index;
//  4. of one source, synapses by ascending index.
//
// A spike that has been counted n times adds float32(float32(n)·size)·w, where
// size is 1 or what network.SpikeSize says. Both engines keep to this order, and so
// does any number of workers. It is what makes float32 sums comparable at all.
//
// # Touch groups
//
// Between touches the decay of a potential has a closed form, v·β^d with β^d
// rounded once. That is not what d products would give, so it is part of the
// meaning of a network when a neuron is touched: in a step in which a source with
// a synapse onto it spiked (whatever the weight), in the step after one that has
// left it hot, and in every step when it has a bias or a drive. The unit is the
// touch group, the coarsest that the connections of the layer ask for: the whole
// layer if one is dense, a site with all its channels for convolution and
// pooling, a neuron for sparse ones. If one member is touched, all are brought up
// to date. The dense engine computes v·β^d of the other neurons too, in every
// step, and throws it away.
//
// Layers whose neurons have synaptic currents or conductances, and layers with
// generators, are touched throughout in every step; there the group does not matter.
//
// # Two traps
//
// An engine that looks at a neuron only when a spike arrives is wrong twice.
// First, a neuron that fired must be looked at in the next step, input or none:
// its reset comes then, and if it was far over its threshold it fires again. The
// engine keeps such hot groups in a set and visits the step after. Second, a bias
// or a drive moves a neuron without spikes. Driven groups are in the same set
// until they settle: rounded, v → β·v + c is monotone and reaches a value that it
// keeps, after about 17/(1 − β) steps, and from there on stepping changes no bit.
// Both are tested by themselves in traps_test.go; random networks find them by
// luck only.
//
// # Windows
//
// Input is collected into windows of about 8192 input spikes. A window is taken
// through the network component by component: a layer, or a set of layers that
// reach each other. A layer by itself runs all steps of the window before the next
// layer begins, so its weights and state stay in the cache. Layers in a loop take
// turns in stretches as long as the shortest delay that leads back. Steps in
// which nothing arrives and nobody is hot or driven are not visited at all: the
// next step to visit is the earliest of the queue (package queue: one item for
// each list of spikes and delay, never one a synapse), the input and the hot
// groups. Windows are bounded in steps, too, so memory is bounded by the network
// and its delays, not by the recording. Options.LatencyUS bounds them in time, for
// live input.
//
// What travels is lists: the spikes of a layer in a step, with what each is worth
// and, where the next layer has sites, their runs by site. A connection takes a list
// in one call of a kernel: rows of a block of columns that lies in the second-level
// cache (or whole rows, where a step has few spikes), or tiles of a convolution. The
// groups that are touched are a list, too, and brought up to date in one call, whose
// masks become the next list. See docs/decisions/0007-event-engine.md.
//
// # Workers
//
// A layer is cut into blocks of neighbouring groups (rows of sites, columns of a
// dense matrix), and workers take blocks through all steps of the window. A block
// owns its accumulators and potentials and goes through arrivals in the order
// above, so the bits do not depend on who did what when. Layers with inhibition,
// and the touches (not the sums) of dense layers, are done by one worker. Helpers
// leave 0.1 ms after the last piece of work; there is nothing to close.
//
// # Recurrent networks
//
// A layer that is touched throughout in every step, and one of LIF neurons of which
// most are driven over their threshold, is swept by kernels, block by block, without
// asking who is active (neuron.Stepper). Random spikes from outside are drawn from a
// counter that is hashed with the seed and the neuron (network.Poisson), after what
// arrives over connections. Sparse connections keep a target in 16 bits; where their
// synapses have delays of their own, a spike stays in a list, with a finger on the
// synapses that are due next, until it has been through all of them. Numbers and
// what was tried: docs/decisions/0008-recurrent.md.
//
// # Continuous networks
//
// LIF neurons with delta synapses and CUBA neurons, in µs. Spikes in flight wait in
// a queue, one item a spike and delay. Arrivals of one µs are summed and tested
// once; within a µs the layers are gone through in order, so connections without
// delay work. A neuron whose drive leads over its threshold has the µs of its crossing in the
// same queue; what arrives before moves the prediction, and an item that is no
// longer true is known by its version. A CUBA neuron always has such an item when
// its currents may lift it to the threshold: it fires at an instant of its own, in
// the µs after it. See neuron.Delta and neuron.Current for the arithmetic.
//
// # Costs
//
// One core, plain Go: a synaptic event costs 0.2 to 0.35 ns in a dense or
// convolutional layer (a sixth of that by AVX2 and AVX-512) and 1 to 3 ns in a sparse
// one (10 where few synapses of a source have the same delay), a touched neuron 2 ns
// (a tenth by the kernels; 6 with rare options, 10 in a continuous network, 250 with
// synaptic currents there), a swept one 0.2 to 1.5 ns by AVX-512 and ten times that in
// plain Go, a touched site 10 ns more, a random spike from outside 2 ns, a step that is
// visited 50 to 100 ns a layer, an input event 5 to 10 ns. In a continuous network an
// item of the queue is 30 to 100 ns.
// The dense engine pays for every neuron in every step; where most neurons are
// touched in most steps it costs the same, and needs no bookkeeping.
//
// Memory: 8 bytes a neuron, 8 a touch group, the weights as the network has them
// (convolutions and sparse connections are copied into the order of use, dense ones
// of more than one block of columns into blocks), and the spikes of a window. Feed allocates nothing once the first windows have been
// through.
package sim
