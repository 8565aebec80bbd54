// Package bench measures dvsim: sparse (event-driven) against dense
// (clock-driven) stepping, whole networks and training beside the peers, and, in its
// sub-folders, decoding beside the peers.
//
// # What is compared
//
// [SparseDense] runs the same network over the same events with three steppers:
//
//   - event: sim.NewEvent, which touches a neuron only when a spike arrives;
//   - dense: sim.NewDense, which steps every neuron every step, and adds only the
//     weight rows of inputs that spiked (as clock-driven simulators do);
//   - matmul: the same, multiplying zeros too (as a matrix product does). It is a
//     plain-Go loop of a few G multiply-adds a second, and its rate is told; a tuned
//     matrix library is tens of times faster, above all on batches of steps. Divide
//     the column by the ratio of the two rates to compare with such a library.
//
// All three give the same spikes; a cell in which they do not is an error, not a
// figure. The ratio drawn is dense / event: above 1 the event engine wins.
//
// # How it is measured
//
// The networks are input → layer (dense, Leaky β 0.95) of n neurons. The traffic
// is synthetic: in each step every input spikes with probability p, from a seed.
// Each cell runs the engines in turn several times and keeps the minimum, so that
// a busy machine hurts both alike. Building networks and traffic is not timed.
//
// # Whole networks
//
// [RunNetwork] does one of [NetworkJobs]: a convolutional or dense network on a
// recording, or one of the random networks that simulators are compared on. The
// networks are the files of bench/nets, which are in the program too. [Export] writes
// a job for the peers, network_peers.py runs it with Sinabs, snnTorch, Brian 2 or
// NEST ([NetworkPeer]): they build random networks from our own file, and get our
// input spikes and weights for the others, so no number can drift apart. Times are of
// the simulation alone, in processes of their own that take turns. Spikes stand
// beside them, because a fast wrong network is worth nothing.
//
// # Limits
//
// [Limits] measures how many weights a second the cores can add from each cache with
// the engines' inner loop. The tables tell what share of the L2 figure an engine
// reaches: a synaptic event is one addition of one weight of 4 bytes. Indices, delays,
// potentials and queues are not in it, so a sparse or recurrent network, whose work
// they are, has a small share.
//
// # Results
//
// Results that are kept lie in bench/results, each with its machine line and command.
// go generate makes docs/benchmarks.md from them.
package bench
