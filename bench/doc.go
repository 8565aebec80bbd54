// Package bench measures dvsim: sparse (event-driven) against dense
// (clock-driven) stepping, and, in its sub-folders, decoding beside the peers.
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
// Results that are kept lie in bench/results, in Go's benchmark format, each with
// its machine line and command.
package bench
