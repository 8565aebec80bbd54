package learn

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSchedulesAgainstTorch compares the rates of twenty epochs; the arrays are
// named as ParseSchedule reads them.
func TestSchedulesAgainstTorch(t *testing.T) {
	f := openTorch(t)
	cases := 0
	for _, key := range f.Names() {
		name, ok := strings.CutPrefix(key, "schedule.")
		if !ok {
			continue
		}
		cases++
		s, err := ParseSchedule(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.String() != name {
			t.Errorf("%s is written %s", name, s)
		}
		want, _, err := f.Float64s(key)
		if err != nil {
			t.Fatal(err)
		}
		for epoch, rate := range want {
			if got := s.Rate(0.1, float64(epoch), len(want)); !near(got/rate, 1) {
				t.Errorf("%s: epoch %d has rate %v, torch %v", name, epoch, got, rate)
			}
		}
	}
	if cases != 6 {
		t.Errorf("%d cases in testdata/torch.npz, want 6", cases)
	}
}

func TestScheduleRange(t *testing.T) {
	all := []Schedule{ConstantSchedule(), StepSchedule(2.5, 0.5), ExponentialSchedule(0.9), CosineSchedule(0.1), WarmupCosineSchedule(0.3, 0.1, 0), WarmupCosineSchedule(0, 0.5, 0), WarmupCosineSchedule(0.99, 0, 0)}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "schedule")
		epochs := rapid.IntRange(1, 100).Draw(t, "epochs")
		epoch := rapid.Float64Range(0, 1).Draw(t, "part") * float64(epochs)
		if r := s.Rate(2, epoch, epochs); !(r >= 0 && r <= 2) {
			t.Fatalf("%v: rate %v of 2 at epoch %v of %d", s, r, epoch, epochs)
		}
		if again, err := ParseSchedule(s.String()); err != nil || again != s {
			t.Fatalf("%v comes back as %v, %v", s, again, err)
		}
	})
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]Schedule{
		"constant": ConstantSchedule(), "step:10:0.5": StepSchedule(10, 0.5), "step": StepSchedule(10, 0.1), "cosine": CosineSchedule(0),
		"exponential:gamma=0.9": ExponentialSchedule(0.9), "warmup_cosine:0.2": WarmupCosineSchedule(0.2, 0.01, 0),
	} {
		if got, err := ParseSchedule(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for i, text := range Schedules() {
		if s, err := ParseSchedule(scheduleForms[i].name); err != nil || s.String() != text {
			t.Errorf("%q is %v, %v", text, s, err)
		}
	}
	for text, want := range map[string]string{
		"cosin":        `unknown schedule "cosin"; did you mean "cosine"?`,
		"step:0":       `schedule "step:0": every is 0; it must be greater than 0`,
		"constant:1":   `schedule "constant:1": too many parameters; the form is constant`,
		"cosine:min=2": `schedule "cosine:min=2": min is 2; it must be at most 1`,
	} {
		if _, err := ParseSchedule(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}
