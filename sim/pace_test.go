package sim

import (
	"testing"
	"time"
)

// TestPace: sharing is left where it is slower, and taken up again when it has become faster.
func TestPace(t *testing.T) {
	var p pace
	run := func(shared time.Duration, n int) (times int) {
		for range n {
			s, took := p.shared(), 100*time.Microsecond
			if s {
				took = shared
				times++
			}
			p.note(s, took, 1000)
		}
		return times
	}
	if n := run(60*time.Microsecond, 200); n < 180 {
		t.Errorf("shared %d of 200 times where that is faster", n)
	}
	if n := run(900*time.Microsecond, 2000); n > 60 {
		t.Errorf("shared %d of 2000 times where that is slower", n)
	}
	if n := run(55*time.Microsecond, 4000); n < 2000 {
		t.Errorf("shared %d of 4000 times where that has become faster", n)
	}
}
