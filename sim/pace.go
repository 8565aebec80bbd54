package sim

import "time"

// pace decides whether a job that comes again and again is shared among workers or
// done by the caller alone, by how long it took either way. Sharing pays where cores
// are idle; where other programs have them, waiting for a helper that has been put
// aside costs more than the job. The results are the same.
type pace struct {
	took  [2]float64 // ns a unit of work, alone and shared: running means
	tries [2]int
	turn  int
}

const (
	paceFirst = 4  // tries of each way before they are compared
	paceEvery = 64 // the slower way is tried again every so often
	paceMean  = 8  // length of the running means
)

// shared tells which way the next job goes.
func (p *pace) shared() bool {
	p.turn++
	slow, fast := 0, 1
	if p.took[0] <= p.took[1] {
		slow, fast = 1, 0
	}
	switch {
	case p.tries[1] < paceFirst:
		return true
	case p.tries[0] < paceFirst:
		return false
	case p.turn%paceEvery == 0 && p.took[slow] < 10*p.took[fast], p.turn%(16*paceEvery) == 0:
		return slow == 1
	}
	return fast == 1
}

// note takes down how long a job of so much work took.
func (p *pace) note(shared bool, took time.Duration, work float64) {
	way := 0
	if shared {
		way = 1
	}
	x := float64(took) / max(work, 1)
	if p.tries[way]++; p.tries[way] == 1 {
		p.took[way] = x
	}
	p.took[way] += (x - p.took[way]) / float64(min(p.tries[way], paceMean))
}
