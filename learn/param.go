package learn

// param is an array that is learnt: its values, the moments of the optimiser, and
// its gradients where somebody wants to see them before they are used.
type param struct {
	name  string
	x     []float32
	m, v  []float32
	grad  []float32
	width int // of a row that is updated at once
}

func newParam(name string, x []float32) *param { return &param{name: name, x: x, width: len(x)} }

// moments makes room for what the optimiser remembers.
func (p *param) moments(m, v bool) {
	if m && p.m == nil {
		p.m = make([]float32, len(p.x))
	}
	if v && p.v == nil {
		p.v = make([]float32, len(p.x))
	}
}

// row is elements lo to hi of an array, nil where there is none.
func row(x []float32, lo, hi int) []float32 {
	if x == nil {
		return nil
	}
	return x[lo:hi]
}

// update changes the elements lo ≤ i < hi by gradient g.
func (p *param) update(u update, lo, hi int, g []float32) {
	u.apply(p.x[lo:hi], row(p.m, lo, hi), row(p.v, lo, hi), g)
}
