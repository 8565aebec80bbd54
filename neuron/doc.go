// Package neuron is the arithmetic of one layer of spiking neurons: what its
// parameters mean, and how potentials move from one step, or one microsecond, to
// another. It knows no time line, no queue and no connections: the engines of
// package sim and the trainer own the state and say what happens when, this
// package says what comes of it. So there is one place where a float32 operation
// may be reordered, and nobody may.
//
// # Two ways to have time
//
// [Clocked] serves networks with a step. A neuron is brought up to date only when
// it is touched (see package sim); between touches its decay is closed form:
//
//	v' = (float32(β^d · v) + I) − reset,  I = acc + constant input
//
// with d the steps since the last touch, β^d computed in float64 by [Pow] and
// rounded once, and every operation rounded to float32 in the order written.
// |v'| < 1e-30 becomes +0. There is no fused multiply-add: products are
// converted, which forbids it. Hence equal bits in every engine, for any number
// of workers, on every processor.
//
// Where all neurons of a layer are touched in every step, a [Stepper] sweeps over
// them without asking who has to be looked at; the bits are the same.
//
// [Delta] serves continuous networks: exact exponential decay between events of
// whole microseconds, by two tables (see [Exp]), and the closed form of the
// next crossing of a neuron with a constant drive.
//
// # Models
//
//   - [Leaky] is snnTorch 1.0.0's Leaky, all options: reset by subtraction, to
//     zero, or none, in the next step or at once; inhibition; graded spikes; β and
//     θ one a layer or one a neuron. It fires when v > θ.
//   - [LIF] is NEST's iaf_psc_delta (clocked) and iaf_psc_delta_ps (continuous): a
//     membrane time constant, delta synapses, a constant drive, a refractory
//     period. It fires when v ≥ θ.
//   - [CUBA] is LIF with a synaptic current for each receptor that decays
//     exponentially, NEST's iaf_psc_exp: exact on the grid.
//   - [COBA] is LIF with synaptic conductances and reversal potentials, the equations
//     of NEST's iaf_cond_exp, by exponential Euler with the mean conductances of the
//     step.
//
// # Ten lines
//
//	p := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}
//	c := neuron.NewClocked(p, 10, 1000, nil)
//	s, in := c.NewState(), make([]float32, 10)
//	var spikes []uint32
//	for step := range int64(100) {
//		in[3] = 0.2 // what arrives; Touch clears it
//		spikes, _, _ = c.Touch(s, in, 0, 10, step, 1, spikes[:0])
//		fmt.Println(step, spikes)
//	}
//
// # Costs
//
// One core, plain Go: about 1.5 ns a neuron for Leaky with reset by subtraction
// and one β and θ for the layer (package internal/kernel), 3 to 5 ns for every
// other combination, 1.4 ns for a decay by tables where math.Exp takes 9. Stepped by
// AVX-512, a neuron of LIF takes 0.2 ns, of CUBA and COBA with two receptors 0.8 and
// 1.5; ten times as much in plain Go.
//
// # References
//
// snnTorch: J. K. Eshraghian et al., Training spiking neural networks using
// lessons from deep learning, Proc. IEEE 111 (2023). iaf_psc_delta: S. Rotter and
// M. Diesmann, Exact digital simulation of time-invariant linear systems with
// applications to neuronal modeling, Biol. Cybern. 81 (1999). Precise times:
// A. Morrison, S. Straube, H. E. Plesser and M. Diesmann, Exact subthreshold
// integration with continuous spike times in discrete-time neural network
// simulations, Neural Comput. 19 (2007).
package neuron
