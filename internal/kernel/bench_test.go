package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func BenchmarkAddRow(b *testing.B) {
	for _, n := range []int{10, 16, 32, 48, 96, 256} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			acc, w := make([]float32, n), make([]float32, n)
			for b.Loop() {
				AddRow(acc, w)
			}
			perElement(b, n)
		})
	}
}

func BenchmarkAxpyRow(b *testing.B) {
	acc, w := make([]float32, 96), make([]float32, 96)
	for b.Loop() {
		AxpyRow(acc, w, 2)
	}
	perElement(b, 96)
}

func BenchmarkAddRows(b *testing.B) {
	const n, rows = 256, 64
	acc, w := make([]float32, n), make([]float32, n*rows)
	idx := make([]uint32, rows)
	for i := range idx {
		idx[i] = uint32(i)
	}
	for b.Loop() {
		AddRows(acc, w, n, idx)
	}
	perElement(b, n*rows)
}

func BenchmarkSweepSubtract(b *testing.B) {
	for _, n := range []int{16, 32, 1024} {
		for _, rate := range []int{0, 7} {
			b.Run(fmt.Sprintf("n=%d/spikes=%d%%", n, rate), func(b *testing.B) {
				const sets = 512
				v, in := make([]float32, n*sets), make([]float32, n*sets)
				acc := make([]float32, n)
				r := rand.New(rand.NewPCG(1, 1))
				for i := range in {
					in[i] = r.Float32() * 0.1
					if r.IntN(100) < rate {
						in[i] += 1
					}
				}
				mask := make([]uint64, (n+63)/64)
				i := 0
				for b.Loop() {
					i = (i + 1) % sets
					copy(acc, in[i*n:])
					SweepSubtract(v[i*n:i*n+n], acc, 0.9, 1, mask)
				}
				perElement(b, n)
			})
		}
	}
}

func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
