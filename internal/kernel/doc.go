// Package kernel holds the inner loops of dvsim over float32: adding rows of
// weights onto accumulators, and bringing neurons up to date.
//
// # Contract
//
// Every exported function is one line of dispatch to an implementation. There is
// one today, plain Go (the functions whose names end in Generic). A faster one
// may be added beside it, chosen once at the start of the program, and must give
// the same bits: the plain twin is the contract, and the table tests of this
// package run over it and any other implementation.
//
// Same bits means: the operations of each element happen in the order that the
// comment of the function writes down, each rounded to float32; no fused
// multiply-add (Go fuses x*y + z on some processors unless the product is
// converted, so it is written float32(x*y) + z); additions to one element are
// made one after another in the order of the arguments, never as partial sums.
//
// Slices are checked for length by the caller, once, when a network is built;
// the functions here panic, as Go does, when a slice is too short.
//
// # Costs
//
// On a core of 2023, plain Go, data in the first-level cache: AddRow about
// 0.35 ns an element, AddRows 0.2 ns (four rows a pass keep the accumulator in a
// register), a sweep 1 to 1.5 ns a neuron.
//
// The assembly is generated: see gen.
package kernel

//go:generate go -C gen run . ..
