package network

import "fmt"

// Kind returns "pool".
func (*Pool) Kind() string { return "pool" }

// Group is BySite.
func (*Pool) Group() Group { return BySite }

// Scale is the weight of each synapse: Weight, or 1 when that is 0.
func (p *Pool) Scale() float32 {
	if p.Weight == 0 {
		return 1
	}
	return p.Weight
}

// averageWeight is the weight that makes a pool of K×K sites their mean.
func averageWeight(k int) float32 { return float32(1 / float64(k) / float64(k)) }

// OutShape is the shape behind the pooling: whole windows only, channels stay.
func (p *Pool) OutShape(in Shape) Shape { return Shape{in.H / p.K, in.W / p.K, in.C} }

// FanOut is 1, and 0 for a source beyond the last whole window.
func (p *Pool) FanOut(in, out Shape, i int) int {
	y, x := i/in.C/in.W, i/in.C%in.W
	if y/p.K >= out.H || x/p.K >= out.W {
		return 0
	}
	return 1
}

// Params is 0: the one weight of a pool is no parameter.
func (p *Pool) Params() int { return 0 }

func (p *Pool) check(in, out Shape) []flaw {
	if p.K < 1 || p.K > maxSide {
		return []flaw{{"kernel", fmt.Sprintf("kernel %d: a pool has a kernel of 1 to %d", p.K, maxSide)}}
	}
	bad := flaws("weights", finite("weights", []float32{p.Weight}))
	switch want := p.OutShape(in); {
	case want.H < 1 || want.W < 1:
		bad = append(bad, flaw{"kernel", fmt.Sprintf("a pool of %d×%d does not fit %d×%d sites", p.K, p.K, in.H, in.W)})
	case want != out:
		bad = append(bad, flaw{"kernel", fmt.Sprintf("a pool of %d×%d makes %s of %s, the layer is %s", p.K, p.K, want, in, out)})
	}
	return bad
}
