// Package kernel holds the inner loops of dvsim: adding rows of weights onto
// accumulators, bringing neurons up to date, the way back through them, and the
// step of the optimiser. Package neuron and sim run on them, package learn trains
// with them.
//
//	kernel.AddRows(acc, w, stride, spiked)                  // what arrives in a step
//	kernel.Product(acc, …, x, …, w, …)                      // the same, zeros and all
//	kernel.AxpyTiles(acc, w, …, tiles, channels, counts)    // the same for a convolution
//	kernel.Sweep(v, acc, unit, groups, beta, theta, …)      // and what fires (simulation)
//	kernel.LeakyStep(u, before, acc, bias, …, spikes)       // the same, keeping u (training)
//	kernel.Indices(list, base, spikes, width)               // the spikes as a list
//	kernel.FastSigmoidBack(u, ds, later, beta, theta, k, …) // u becomes the gradient
//	kernel.AxpyRows(g, u, stride, steps, counts)            // one source's weight gradient
//	kernel.Adam(w, m, v, g, &step)
//
// # Paths
//
// Every kernel exists three times: in plain Go (the functions whose names end in
// Generic), in assembly for AVX2 and FMA, and in assembly for AVX-512 (F, DQ, BW,
// VL). The best that the processor has is chosen once, at the start of the program;
// [Path] tells which. The environment variable DVSIM_KERNEL=generic|avx2|avx512
// forces one, and [Problem] tells when that wish cannot be met. Other processors
// than amd64, -tags noasm and -race have the plain path alone: the race detector
// and bounds checks see nothing of assembly.
//
// # Contract
//
// All paths give the same bits, and the plain twin is the contract: the operations
// of each element happen in the order that the comment of the function writes
// down, each rounded to float32; there is no fused multiply-add (Go fuses x*y + z
// on some processors unless the product is converted, so it is written
// float32(x*y) + z); additions to one element are made one after another in the
// order of the arguments, never as partial sums. Denormal numbers, infinities and
// −0 are no exception. Only of NaN it is said no more than that it is NaN: sign and
// payload may differ, and where a potential is NaN, so may the result of
// [SweepBias].
//
// Slices are of any length and alignment. Those that are written overlap no other
// argument, unless the function says so. A slice that is too short, or a row that
// does not lie within the matrix, is a panic on every path before anything outside
// is read or written: the exported functions compare lengths, and the assembly
// compares each row with the end of the matrix, which costs nothing measurable
// behind the loads. After such a panic accumulators are worth nothing.
//
// Nothing is allocated, and no argument escapes. Assembly cannot be interrupted,
// and the garbage collector waits for it: long work is cut into calls of some 20 µs.
//
// # Costs
//
// On one core of a server of 2022 (Zen 4, 1 MiB second-level cache), ns an element:
//
//	                                           plain   AVX2    AVX-512
//	AddRows, 64 columns, matrix in L2          0.22    0.044   0.038
//	AxpyRows, 64 columns, matrix in L2         0.28    0.045   0.039
//	AxpyRows, 256 columns, matrix in L3        0.28    0.052   0.045
//	AxpyRowsExact, 64 columns                  0.33    0.07    0.07
//	AddToRows, 64 columns, matrix in L2        0.41    0.055   0.054
//	Product, 64 columns, matrix in L2          0.27    0.027   0.022
//	Sweep, groups of 16 neurons                1.8     0.21    0.17
//	Sweep, 1024 neurons                        1.4     0.10    0.10
//	LeakyStep, 1024 neurons                    1.8     0.15    0.11
//	FastSigmoidBack, 1024 neurons              1.3     0.14    0.12
//	AtanBack, 1024 neurons                     1.2     0.17    0.12
//	Adam, weights in L3                        4.8     0.43    0.37
//
// A call costs 4 to 5 ns, 1 ns of it the choice of the path and the checks, so rows
// of fewer than 16 elements gain little one by one, and much by AddRows. A stride
// and width in multiples of 16 float32, and a matrix that begins at a cache line
// (Go puts large slices at pages), are fastest; of widths, those that keep the
// matrix within the second-level cache. Why assembly, and what was tried:
// docs/decisions/0005-assembly.md.
//
// # Changing a kernel
//
// The assembly is written by the program in gen, each kernel once for both
// instruction sets; it is a module of its own, so that its libraries are no
// dependency of dvsim. Change the comment and the plain twin first, then gen, then
//
//	go generate ./internal/kernel
//	go test ./internal/kernel
//	DVSIM_KERNEL=avx2 go test -count=1 ./neuron ./sim ./learn
//	go test ./internal/kernel -run '^$' -bench AxpyRows -count 10 >new.txt
//	go run -modfile=tools/go.mod golang.org/x/perf/cmd/benchstat -col /path new.txt
package kernel

//go:generate go -C gen run . ..
