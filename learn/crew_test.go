package learn

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestCrew runs many phases of all sizes: every piece once, and none after its phase
// has ended, also when the caller or the helpers had gone to sleep.
func TestCrew(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 9} {
		c := newCrew(workers)
		counts := make([]atomic.Int32, 40)
		var now atomic.Int64
		phases := int64(3000)
		if testing.Short() {
			phases = 600
		}
		for phase := range phases {
			n := int(phase*7) % len(counts)
			now.Store(phase)
			c.do(n, func(_, i int) {
				if phase%500 == 3 && i%4 == 0 {
					time.Sleep(200 * time.Microsecond) // longer than anybody looks
				}
				if now.Load() != phase {
					t.Errorf("%d workers: a piece of phase %d in phase %d", workers, phase, now.Load())
				}
				counts[i].Add(1)
			})
			for i := range counts {
				if got := counts[i].Swap(0); (i < n) != (got == 1) || got > 1 {
					t.Fatalf("%d workers, phase %d of %d pieces: piece %d was done %d times", workers, phase, n, i, got)
				}
			}
			if phase%400 == 5 {
				time.Sleep(300 * time.Microsecond) // let the helpers sleep
			}
		}
		for range 20 * phases { // hardly anything to do: who calls may come later than who is called
			c.do(2, func(int, int) { now.Add(1) })
		}
		before := runtime.NumGoroutine()
		c.close()
		for range 100 {
			if runtime.NumGoroutine() <= before-(workers-1) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if n := runtime.NumGoroutine(); n > before-(workers-1) {
			t.Errorf("%d workers: %d goroutines are left of %d", workers, n, before)
		}
	}
}
