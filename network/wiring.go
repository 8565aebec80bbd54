package network

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Rule says who is connected with whom. The names and the meaning are NEST's.
type Rule string

const (
	AllToAll   Rule = "all_to_all"
	OneToOne   Rule = "one_to_one"
	Pairwise   Rule = "pairwise_bernoulli" // each pair with probability P
	FixedIn    Rule = "fixed_indegree"     // N sources for each neuron, drawn uniformly
	FixedTotal Rule = "fixed_total_number" // N synapses, both ends drawn uniformly
)

var rules = []string{string(AllToAll), string(OneToOne), string(Pairwise), string(FixedIn), string(FixedTotal)}

// Wiring makes the synapses of a connection by a rule. What it makes depends on the
// wiring, the two sizes and Self, and on nothing else: every row and column draws
// from a stream of its own, whose seed is hashed from Seed, Name and its number.
type Wiring struct {
	Rule Rule
	// N is the in-degree (FixedIn) or the number of synapses (FixedTotal).
	N int
	// P is the probability of a pair (Pairwise).
	P float64
	// NoAutapses leaves out synapses of a neuron with itself, where Self tells that
	// source and target are the same layer.
	NoAutapses, Self bool
	// NoMultapses lets FixedIn draw each source of a neuron only once.
	NoMultapses bool
	// Weight of the synapses.
	Weight Dist
	// Delay of the synapses, in steps or µs; nil leaves it to the connection. Values
	// are rounded; those below LeastDelay become LeastDelay.
	Delay      *Dist
	LeastDelay int
	Seed       uint64
	Name       string // of the connection's random streams
}

// maxSynapses bounds a connection: rows have 32 bits.
const maxSynapses = math.MaxInt32

// Expect is how many synapses there will be, on average.
func (w *Wiring) Expect(sources, targets int) float64 {
	switch w.Rule {
	case AllToAll:
		return float64(sources) * float64(targets)
	case OneToOne:
		return float64(sources)
	case Pairwise:
		return w.P * float64(sources) * float64(targets)
	case FixedIn:
		return float64(w.N) * float64(targets)
	}
	return float64(w.N)
}

// Check reports everything that is wrong with a wiring between layers of two
// sizes, one sentence each.
func (w *Wiring) Check(sources, targets int) []string {
	var bad []string
	say := func(format string, a ...any) { bad = append(bad, fmt.Sprintf(format, a...)) }
	autapses := 0
	if w.NoAutapses && w.Self {
		autapses = 1
	}
	switch w.Rule {
	case AllToAll:
	case OneToOne:
		if sources != targets {
			say("one_to_one needs as many sources as neurons, there are %s and %s", count(sources), count(targets))
		}
	case Pairwise:
		if !(w.P >= 0 && w.P <= 1) {
			say("p is %v; a probability lies between 0 and 1", w.P)
		}
	case FixedIn, FixedTotal:
		switch {
		case w.N < 0:
			say("the number of synapses is %d; it cannot be negative", w.N)
		case w.N > 0 && sources-autapses < 1:
			say("there is no source to draw from: the only neuron would be connected with itself")
		case w.Rule == FixedIn && w.NoMultapses && w.N > sources-autapses:
			say("an in-degree of %s needs as many sources, there are %s", count(w.N), count(sources-autapses))
		case w.Rule == FixedTotal && w.NoMultapses:
			say("fixed_total_number draws pairs again and again: it cannot leave out multapses")
		}
	default:
		say("unknown rule %q; %s", w.Rule, suggest(string(w.Rule), rules))
	}
	if n := w.Expect(sources, targets); len(bad) == 0 && n+6*math.Sqrt(n) > maxSynapses {
		say("about %.3g synapses; a connection holds at most %s", n, count(maxSynapses))
	}
	bad = append(bad, w.Weight.Check()...)
	if w.Delay != nil {
		bad = append(bad, w.Delay.Check()...)
	}
	return bad
}

// Synapses makes them. The wiring has passed Check for these sizes.
func (w *Wiring) Synapses(sources, targets int) *Sparse {
	s := &Sparse{Row: make([]int32, sources+1)}
	switch w.Rule {
	case FixedIn, FixedTotal:
		w.byTarget(s, sources, targets)
	default:
		w.bySource(s, sources, targets)
	}
	s.Weight = make([]float32, len(s.Target))
	w.draw(s, &w.Weight, "weight", func(k int, x float64) { s.Weight[k] = float32(x) })
	if w.Delay != nil {
		s.Delay = make([]int32, len(s.Target))
		least := float64(w.LeastDelay)
		w.draw(s, w.Delay, "delay", func(k int, x float64) {
			s.Delay[k] = int32(min(max(math.RoundToEven(x), least), math.MaxInt32))
		})
	}
	return s
}

// draw draws a value for each synapse, row by row.
func (w *Wiring) draw(s *Sparse, d *Dist, what string, set func(k int, x float64)) {
	streams := newStreams(w.Seed, w.Name+"."+what)
	if d.IsConstant() {
		for k := range s.Target {
			set(k, d.Mean)
		}
		return
	}
	for i := range len(s.Row) - 1 {
		r := streams.at(i)
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			set(int(k), d.draw(r))
		}
	}
}

// bySource makes the rules that go through the targets of a source in order.
func (w *Wiring) bySource(s *Sparse, sources, targets int) {
	n := w.Expect(sources, targets)
	s.Target = make([]int32, 0, int(n+4*math.Sqrt(n)))
	streams := newStreams(w.Seed, w.Name+".target")
	// The gap to the next target is geometric: an exponential variate over −ln(1 − p),
	// rounded down. The last bits of the logarithm differ between processors: they go.
	rate := float64(float32(-math.Log1p(-w.P)))
	for i := range sources {
		add := func(j int) {
			if !(w.NoAutapses && w.Self && i == j) {
				s.Target = append(s.Target, int32(j))
			}
		}
		switch {
		case w.Rule == OneToOne:
			add(i)
		case w.Rule == AllToAll || w.P == 1:
			for j := range targets {
				add(j)
			}
		case rate > 0:
			r := streams.at(i)
			for j := -1; ; add(j) {
				gap := r.ExpFloat64() / rate
				if gap >= float64(targets-1-j) {
					break
				}
				j += 1 + int(gap)
			}
		}
		s.Row[i+1] = int32(len(s.Target))
	}
}

// byTarget makes the rules that draw the sources of each neuron. They are drawn
// twice, to count and to place them, so that nothing but the result is stored.
func (w *Wiring) byTarget(s *Sparse, sources, targets int) {
	degree := func(int) int { return w.N }
	if w.Rule == FixedTotal {
		in := make([]uint32, targets)
		r := Stream(w.Seed, w.Name+".degree")
		for range w.N {
			in[r.Uint32N(uint32(targets))]++
		}
		degree = func(j int) int { return int(in[j]) }
	}
	streams := newStreams(w.Seed, w.Name+".source")
	var seen []uint32 // by source: the last neuron that has drawn it, plus 1
	if w.NoMultapses {
		seen = make([]uint32, sources)
	}
	picky := w.NoAutapses && w.Self || seen != nil
	drawn := func(j int, to []uint32) []uint32 {
		streams.at(j)
		to, n := to[:0], degree(j)
		for !picky && len(to) < n {
			to = streams.below(uint32(sources), to)
		}
		for len(to) < n {
			had := len(to)
			for _, i := range streams.below(uint32(sources), to)[had:] {
				switch {
				case w.NoAutapses && w.Self && int(i) == j:
				case seen != nil && seen[i] == uint32(j)+1:
				default:
					if seen != nil {
						seen[i] = uint32(j) + 1
					}
					to = append(to, i)
				}
			}
		}
		return to[:n]
	}
	var buf []uint32
	for j := range targets {
		buf = drawn(j, buf)
		for _, i := range buf {
			s.Row[i+1]++
		}
	}
	for i := range sources {
		s.Row[i+1] += s.Row[i]
	}
	s.Target = make([]int32, s.Row[sources])
	at := slices.Clone(s.Row[:sources])
	clear(seen)
	for j := range targets { // ascending, so that the targets of a row ascend
		buf = drawn(j, buf)
		for _, i := range buf {
			s.Target[at[i]] = int32(j)
			at[i]++
		}
	}
}

// streams are the random numbers of the rows, or columns, of one array: a stream
// each, whose seed is hashed from that of the array and its number.
type streams struct {
	key  uint64
	pcg  rand.PCG
	rand *rand.Rand
}

func newStreams(seed uint64, name string) *streams {
	s := &streams{key: StreamKey(seed, name)}
	s.rand = rand.New(&s.pcg)
	return s
}

// at starts the stream of number i; it is valid until the next call.
func (s *streams) at(i int) *rand.Rand {
	a := mix(s.key ^ mix(uint64(i)))
	s.pcg.Seed(a, mix(a))
	return s.rand
}

// below appends up to two numbers below n: the two halves of 64 random bits, each
// times n, of which the upper 32 bits are taken, and the few left out that would be
// too many for some (Lemire, Fast random integer generation in an interval, 2019).
func (s *streams) below(n uint32, to []uint32) []uint32 {
	x := s.pcg.Uint64()
	least := -n % n
	if a := uint64(uint32(x)) * uint64(n); uint32(a) >= least {
		to = append(to, uint32(a>>32))
	}
	if a := (x >> 32) * uint64(n); uint32(a) >= least {
		to = append(to, uint32(a>>32))
	}
	return to
}
