package learn

import "math"

// Schedule changes the learning rate as training goes on. The schedules here are
// those of torch.optim.lr_scheduler, asked at any fraction of an epoch: a trainer
// asks before each batch, so that a rate falls smoothly and short runs have the
// whole of it. They compare with ==.
type Schedule interface {
	// Rate is the learning rate after epoch epochs (a fraction is allowed) of a run of
	// epochs that starts from base.
	Rate(base, epoch float64, epochs int) float64
	// String is the schedule as [ParseSchedule] reads it.
	String() string
}

type scheduleKind uint8

const (
	constantRate scheduleKind = iota
	stepRate
	exponentialRate
	cosineRate
	warmupRate
)

// scheduleForms[k] is how kind k is written.
var scheduleForms = []form{
	{"constant", nil},
	{"step", []argument{positive("every", 10), positive("gamma", 0.1)}},
	{"exponential", []argument{positive("gamma", 0.95)}},
	{"cosine", []argument{fraction("min", 0)}},
	{"warmup_cosine", []argument{{name: "warmup", std: 0.1, max: 1, under: true}, fraction("start", 0.01), fraction("min", 0)}},
}

type schedule struct {
	kind    scheduleKind
	p, q, r float64 // parameters, in the order of the form
}

func newSchedule(kind scheduleKind, values ...float64) schedule {
	scheduleForms[kind].must(values...)
	return scheduleOf(kind, values)
}

func scheduleOf(kind scheduleKind, values []float64) schedule {
	s := schedule{kind: kind}
	for i, v := range values {
		*[...]*float64{&s.p, &s.q, &s.r}[i] = v
	}
	return s
}

// ConstantSchedule keeps the rate.
func ConstantSchedule() Schedule { return newSchedule(constantRate) }

// StepSchedule multiplies the rate with gamma after every so many epochs: torch's
// StepLR.
func StepSchedule(every, gamma float64) Schedule { return newSchedule(stepRate, every, gamma) }

// ExponentialSchedule multiplies the rate with gamma in each epoch: torch's
// ExponentialLR.
func ExponentialSchedule(gamma float64) Schedule { return newSchedule(exponentialRate, gamma) }

// CosineSchedule lets the rate fall along half a cosine over all epochs, to min
// times the base: torch's CosineAnnealingLR (Loshchilov, Hutter 2017).
func CosineSchedule(min float64) Schedule { return newSchedule(cosineRate, min) }

// WarmupCosineSchedule lets the rate rise from start times the base along a line
// over the share warmup (less than 1) of the epochs, and then fall as [CosineSchedule] over the
// rest: torch's LinearLR and CosineAnnealingLR in sequence.
func WarmupCosineSchedule(warmup, start, min float64) Schedule {
	return newSchedule(warmupRate, warmup, start, min)
}

func (s schedule) Rate(base, epoch float64, epochs int) float64 {
	switch s.kind {
	case stepRate:
		return base * math.Pow(s.q, math.Floor(epoch/s.p))
	case exponentialRate:
		return base * math.Pow(s.p, epoch)
	case cosineRate:
		return base * cosine(epoch/float64(epochs), s.p)
	case warmupRate:
		warm := s.p * float64(epochs)
		if epoch < warm {
			return base * (s.q + float64((1-s.q)*epoch/warm))
		}
		return base * cosine((epoch-warm)/(float64(epochs)-warm), s.r)
	}
	return base
}

// cosine falls from 1 at x = 0 to least at x = 1 and stays there.
func cosine(x, least float64) float64 {
	return least + float64((1-least)*(1+math.Cos(math.Pi*min(x, 1)))/2)
}

func (s schedule) String() string { return scheduleForms[s.kind].text(s.p, s.q, s.r) }

// ParseSchedule reads "cosine", "step:10:0.5", "warmup_cosine:warmup=0.1". See
// [Schedules] for the names.
func ParseSchedule(text string) (Schedule, error) {
	at, values, err := parse("schedule", text, scheduleForms)
	if err != nil {
		return nil, err
	}
	return scheduleOf(scheduleKind(at), values), nil
}

// Schedules lists what [ParseSchedule] knows, with default parameters.
func Schedules() []string { return usages(scheduleForms) }
