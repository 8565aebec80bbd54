package render

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"

	"dvsim/events"
)

// ticks places marks at round numbers: about want labelled ones with steps of 1,
// 2 or 5 times a power of ten, and unlabelled ones between.
type ticks struct {
	want  int
	whole bool // whole numbers only
	bare  bool // no labels
}

// Ticks implements plot.Ticker.
func (k ticks) Ticks(lo, hi float64) []plot.Tick {
	if !(hi > lo) {
		return nil
	}
	step, minor := niceStep((hi - lo) / float64(k.want))
	if k.whole && step < 1 {
		step, minor = 1, 1
	}
	if k.whole && minor < 1 {
		minor = step
	}
	var out []plot.Tick
	n := math.Round(step / minor)
	for i := math.Ceil(lo/minor - 1e-9); i*minor <= hi+minor*1e-6; i++ {
		t := plot.Tick{Value: i * minor}
		if math.Mod(i, n) == 0 {
			t.Label = formatTick(i/n*step, step)
			if k.bare {
				t.Label = " "
			}
		}
		out = append(out, t)
	}
	return out
}

// niceStep rounds up to 1, 2 or 5 times a power of ten, and gives the step of the
// unlabelled marks between.
func niceStep(x float64) (step, minor float64) {
	p := math.Pow(10, math.Floor(math.Log10(x)))
	switch f := x / p; {
	case f <= 1.0001:
		return p, p / 5
	case f <= 2.0001:
		return 2 * p, p / 2
	case f <= 5.0001:
		return 5 * p, p
	}
	return 10 * p, 2 * p
}

// formatTick writes a number with as many decimals as its step needs, large ones
// with thousands separated, M for millions.
func formatTick(v, step float64) string {
	switch {
	case v == 0:
		return "0"
	case step >= 1e6:
		return strconv.FormatFloat(v/1e6, 'f', -1, 64) + "M"
	case step >= 1:
		return events.Thousands(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'f', int(math.Ceil(-math.Log10(step)-1e-9)), 64)
}

// timeUnit is the unit in which a duration in µs is best read, and its length in µs.
func timeUnit(us float64) (name string, length float64) {
	switch {
	case us >= 5e6:
		return "s", 1e6
	case us >= 2e3:
		return "ms", 1e3
	}
	return "µs", 1
}
