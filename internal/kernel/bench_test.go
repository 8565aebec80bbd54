package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The benchmarks run over every path of the machine; their names are key=value
// pairs, so that benchstat compares by -col /path.

// eachPath runs f as a sub-benchmark of every path and length; f calls its kernel
// once, on n elements, and bytes is what it moves for each.
func eachPath(b *testing.B, lengths []int, bytes int, f func(b *testing.B, n int) (once func())) {
	for _, n := range lengths {
		for _, p := range available() {
			b.Run(fmt.Sprintf("path=%v/n=%d", p, n), func(b *testing.B) {
				use(b, p)
				once := f(b, n)
				for b.Loop() {
					once()
				}
				perElement(b, n, bytes)
			})
		}
	}
}

func perElement(b *testing.B, n, bytes int) {
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(ns/float64(n), "ns/element")
	b.ReportMetric(float64(bytes)*float64(n)/ns, "GB/s")
}

func random(n int) []float32 {
	r := rand.New(rand.NewPCG(1, 1))
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(r.NormFloat64())
	}
	return s
}

func BenchmarkAddRow(b *testing.B) {
	eachPath(b, []int{10, 16, 32, 48, 96, 256}, 12, func(b *testing.B, n int) func() {
		acc, w := make([]float32, n), random(n)
		return func() { AddRow(acc, w) }
	})
}

func BenchmarkAxpyRow(b *testing.B) {
	eachPath(b, []int{16, 32, 96, 256}, 12, func(b *testing.B, n int) func() {
		acc, w := make([]float32, n), random(n)
		return func() { AxpyRow(acc, w, 2) }
	})
}

// The matrix of the first layer of a network for N-MNIST, and about as many of its
// rows as have a spike in a step.
const (
	matrixRows  = 2312
	rowsPerStep = 150
)

// lists returns random row lists and factors, several so that the order of rows
// is not learnt.
func lists() (rows [][]uint32, x []float32) {
	r := rand.New(rand.NewPCG(2, 2))
	rows = make([][]uint32, 256)
	for i := range rows {
		rows[i] = make([]uint32, rowsPerStep)
		for k := range rows[i] {
			rows[i][k] = uint32(r.IntN(matrixRows))
		}
	}
	x = make([]float32, rowsPerStep)
	for k := range x {
		x[k] = float32(1 + r.IntN(2))
	}
	return rows, x
}

// benchmarkRows measures a kernel on rows of a matrix [2312][n] that lies at the
// start of a page; up to n = 100 it fits the second-level cache of a megabyte.
func benchmarkRows(b *testing.B, bytes int, f func(acc, w []float32, n int, rows []uint32, x []float32)) {
	rows, x := lists()
	for _, n := range []int{10, 16, 32, 64, 96, 128, 256, 512} {
		for _, p := range available() {
			b.Run(fmt.Sprintf("path=%v/n=%d", p, n), func(b *testing.B) {
				use(b, p)
				acc, w := make([]float32, n), random(n*matrixRows)
				i := 0
				for b.Loop() {
					i = (i + 1) % len(rows)
					f(acc, w, n, rows[i], x)
				}
				perElement(b, n*rowsPerStep, bytes)
			})
		}
	}
}

func BenchmarkAddRows(b *testing.B) {
	benchmarkRows(b, 4, func(acc, w []float32, n int, rows []uint32, _ []float32) { AddRows(acc, w, n, rows) })
}

func BenchmarkAxpyRows(b *testing.B) {
	benchmarkRows(b, 4, func(acc, w []float32, n int, rows []uint32, x []float32) { AxpyRows(acc, w, n, rows, x) })
}

func BenchmarkAxpyRowsExact(b *testing.B) {
	sum := make([]float64, 512)
	benchmarkRows(b, 4, func(_, w []float32, n int, rows []uint32, x []float32) {
		AxpyRowsExact(sum[:n], w, n, rows, x)
	})
}

// BenchmarkProduct is all rows of the matrix, for 32 steps.
func BenchmarkProduct(b *testing.B) {
	for _, n := range []int{10, 64} {
		for _, p := range available() {
			b.Run(fmt.Sprintf("path=%v/n=%d", p, n), func(b *testing.B) {
				use(b, p)
				const steps = 32
				acc, x, w := make([]float32, steps*n), random(steps*matrixRows), random(n*matrixRows)
				for b.Loop() {
					Product(acc, n, x, matrixRows, steps, w, n, matrixRows, n)
				}
				perElement(b, n*matrixRows*steps, 4)
			})
		}
	}
}

func BenchmarkAddToRows(b *testing.B) {
	benchmarkRows(b, 8, func(row, w []float32, n int, rows []uint32, _ []float32) { AddToRows(w, n, rows, row) })
}

// BenchmarkSweep brings 64 groups a call up to date, of 512. One neuron of fourteen
// is over its threshold, nobody knows which.
func BenchmarkSweep(b *testing.B) {
	for _, unit := range []int{1, 16, 32, 1024} {
		for _, p := range available() {
			b.Run(fmt.Sprintf("path=%v/unit=%d", p, unit), func(b *testing.B) {
				use(b, p)
				const all, call = 512, 64
				v, acc := random(unit*all), make([]float32, unit*all)
				groups, stay := make([]uint32, call), filled(call, 1)
				r := rand.New(rand.NewPCG(1, 1))
				for k := range groups {
					groups[k] = uint32(r.IntN(all))
				}
				mask := make([]uint64, call*words(unit))
				for b.Loop() {
					Sweep(v, acc, unit, groups, stay, 1.5, None, mask)
				}
				perElement(b, unit*call, 16)
			})
		}
	}
}

func BenchmarkLeakyStep(b *testing.B) {
	for _, reset := range []Reset{Subtract, Zero, None} {
		b.Run(fmt.Sprintf("reset=%d", reset), func(b *testing.B) {
			eachPath(b, []int{10, 64, 256, 1024}, 24, func(b *testing.B, n int) func() {
				v, in, bias := random(n), random(n), random(n)
				beta, theta := filled(n, 0.95), filled(n, 1)
				spikes := make([]uint64, (n+63)/64)
				return func() { LeakyStep(v, v, in, bias, beta, theta, reset, spikes) }
			})
		})
	}
}

func BenchmarkFastSigmoidBack(b *testing.B) {
	eachPath(b, []int{10, 64, 256, 1024}, 24, func(b *testing.B, n int) func() {
		u, ds, next, beta, theta := random(n), random(n), random(n), filled(n, 0.95), filled(n, 1)
		return func() { FastSigmoidBack(u, ds, next, beta, theta, 25, false) }
	})
}

func BenchmarkAtanBack(b *testing.B) {
	eachPath(b, []int{10, 64, 256, 1024}, 24, func(b *testing.B, n int) func() {
		u, ds, next, beta, theta := random(n), random(n), random(n), filled(n, 0.95), filled(n, 1)
		return func() { AtanBack(u, ds, next, beta, theta, 1, 3.1415927, false) }
	})
}

func BenchmarkAdam(b *testing.B) {
	s := AdamStep{
		OneMinusBeta1: 0.1, Beta2: 0.999, OneMinusBeta2: 0.001, InvRoot2: 1.1,
		Eps: 1e-8, Rate: 1e-3, Decay: 1,
	}
	eachPath(b, []int{10, 64, 256, 1 << 18}, 28, func(b *testing.B, n int) func() {
		w, m, v, g := random(n), make([]float32, n), make([]float32, n), random(n)
		return func() { Adam(w, m, v, g, &s) }
	})
}

func filled(n int, x float32) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = x
	}
	return s
}
