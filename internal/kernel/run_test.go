package kernel

import (
	"fmt"
	"testing"
)

// TestLeakyRun holds a run to its steps.
func TestLeakyRun(t *testing.T) {
	forSizes(t, func(t *testing.T, r values, n, off int) {
		for _, reset := range []Reset{Subtract, Zero, None} {
			rows := 1 + r.IntN(5)
			if n == 64 {
				rows = 300 // several calls
			}
			v, in, bias := floats(t, r, n, 1), floats(t, r, n, 2), floats(t, r, n, 3)
			beta, theta := floats(t, r, n, 4), floats(t, r, n, 5)
			u, check := buffer(t, r, rows*n, off)
			spikes := make([]uint64, rows*words(n)+1)
			for i := range spikes {
				spikes[i] = 0xdead
			}
			LeakyRun(u, v, in, bias, beta, theta, reset, spikes)
			last, want, bits := v, make([]float32, n), make([]uint64, words(n))
			for row := range rows {
				LeakyStep(want, last, in, bias, beta, theta, reset, bits)
				equalBits(t, fmt.Sprintf("row %d", row), u[row*n:(row+1)*n], want)
				for k, w := range bits {
					if got := spikes[row*words(n)+k]; got != w {
						t.Fatalf("%d neurons, row %d, word %d: spikes %x, want %x", n, row, k, got, w)
					}
				}
				last = append([]float32(nil), want...)
			}
			if n > 0 && spikes[len(spikes)-1] != 0xdead {
				t.Fatalf("%d neurons: a word behind the last row was written", n)
			}
			check()
		}
	})
}
