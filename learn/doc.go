// Package learn trains spiking networks: backpropagation through time with
// surrogate gradients, on spikes that were recorded or on pictures. It measures
// itself by snnTorch (https://github.com/jeshraghian/snntorch, version 1.0.0): the
// same numbers, and only what spikes is computed.
//
//	net, err := network.Builtin("nmnist", events.Geometry{})
//	set, err := trace.OpenSet("nmnist-train.dvset") // or datasets.Encode
//	t := learn.Trainer{Net: net, Surrogate: learn.FastSigmoid(25), Epochs: 30}
//	history, err := t.Fit(ctx, learn.Spikes(set), nil)
//	result, err := t.Evaluate(ctx, learn.Spikes(test))
//	fmt.Println(history[29].Loss, result.Accuracy())
//	err = network.Save("run", net)
//
// # The model
//
// A network is a chain of dense layers of Leaky neurons ([Supports] says so of one
// that is not). The way there is that of package sim, bit for bit: inputs are
// summed in the order of their sources, potentials decay in closed form between
// touches, a neuron spikes when its potential exceeds its threshold. So a
// network that has been trained gives the same spikes in both engines as it did in
// training, which a test demands.
//
// On the way back the step function of a spike has a surrogate for its derivative,
// and resets pass no gradient:
//
//	∂L/∂u_t = σ'(u_t − θ)·∂L/∂s_t + β·∂L/∂u_{t+1}
//
// with σ' a [Surrogate], L a [Loss] of the output layer's spikes or potentials, plus
// [Penalty] terms on the spikes of any layer. An [Optimizer] changes the weights, at
// a rate that a [Schedule] may change. β and θ can be learnt.
//
// # Data
//
// [Data] hands out samples: encoded recordings and recorded traces ([Spikes]),
// pictures in one of the usual codings ([NewPictures]), any of them augmented
// ([Shift], [Drop], [Jitter]) or in part ([Subset]).
//
// # Order and equality
//
// One seed gives one order of samples, whatever the number of workers, and every
// sum is formed in one order: results are equal bit for bit for any number of
// workers and on any path through package kernel. A run that was saved
// ([Trainer.Save]) and restored goes on as if it had not stopped.
//
// Training is chaotic: one spike that flips by rounding changes all that follows,
// and torch in float64 leaves torch in float32 after a few batches. So the tests
// hold each batch to snnTorch from the state before it: equal output spikes, loss
// to 5 digits, gradients to 1e-4, weights after Adam to 1e-6. Against a smoothed
// network, gradients are held to difference quotients.
//
// # Costs
//
// A step costs what spikes: one row of weights for each input spike on the way
// there and one for its gradient, and little more (package kernel). Weights lie in
// blocks of columns that stay in a core's cache; gradients of the first layer are
// gathered over the inputs turned around, and the optimiser takes each row while
// it is there. A constant input is summed once for all steps, in double precision,
// and so is its gradient. Memory: 8 bytes for each neuron, step and sample of a
// batch, 12 a weight, and the data, 4 bytes an entry.
//
// # References
//
// E. Neftci, H. Mostafa, F. Zenke, "Surrogate gradient learning in spiking neural
// networks" (2019); J. Eshraghian et al., "Training spiking neural networks using
// lessons from deep learning" (2023); D. Kingma, J. Ba, "Adam" (2015).
package learn
