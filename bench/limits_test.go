package bench

import "testing"

func TestLimits(t *testing.T) {
	limits := Limits(1)
	if len(limits) != 4 {
		t.Fatalf("%d limits of one core, want one each for three caches and memory", len(limits))
	}
	for _, l := range limits {
		if l.Cores != 1 || l.Additions < 1e6 || l.Bandwidth != 4*l.Additions || l.Scattered <= 0 {
			t.Errorf("%+v: no plausible limit", l)
		}
	}
	if got := Share(limits, 1, limits[1].Additions/2); got != 0.5 {
		t.Errorf("half of the L2 limit is a share of %g", got)
	}
	if got := Share(limits, 2, 1); got != 0 {
		t.Errorf("a share of what was not measured: %g", got)
	}
}
