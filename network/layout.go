package network

import (
	"fmt"
	"slices"

	"dvsim/internal/npz"
)

// Layouts of weights in files.
const (
	// layoutTorch is how torch stores them: Linear [out][in], Conv2d [out][in][ky][kx],
	// flat indices of layers with sites running channel, row, column (CHW).
	layoutTorch = "torch"
	// layoutDVSim is how this package keeps them: dense [in][out], convolutions
	// [ky][kx][in][out], flat indices running row, column, channel (HWC).
	layoutDVSim = "dvsim"
)

var layouts = []string{layoutTorch, layoutDVSim}

// fromCHW returns the index that neuron i of ours has in torch's flat order.
func (s Shape) fromCHW(i int) int {
	c, site := i%s.C, i/s.C
	return c*s.H*s.W + site
}

// toHWC puts one value a neuron from torch's order into ours.
func toHWC(v []float32, s Shape) []float32 {
	if s.C == 1 || s.H*s.W == 1 {
		return v
	}
	out := make([]float32, len(v))
	for i := range out {
		out[i] = v[s.fromCHW(i)]
	}
	return out
}

// denseWeights turns a dense matrix in a file's layout into ours.
func denseWeights(v []float32, shape []int, layout string, in, out Shape) ([]float32, error) {
	n, m := in.Len(), out.Len()
	torch, ours := []int{m, n}, []int{n, m}
	want, other, otherName := torch, ours, layoutDVSim
	if layout == layoutDVSim {
		want, other, otherName = ours, torch, layoutTorch
	}
	if err := fits(v, shape, want, other, otherName); err != nil {
		return nil, err
	}
	if layout == layoutDVSim {
		return v, nil
	}
	w := make([]float32, len(v))
	for j := range m {
		row := v[out.fromCHW(j)*n:][:n]
		for i := range n {
			w[i*m+j] = row[in.fromCHW(i)]
		}
	}
	return w, nil
}

// convWeights turns a kernel in a file's layout into ours.
func convWeights(v []float32, shape []int, layout string, k, in, out int) ([]float32, error) {
	torch, ours := []int{out, in, k, k}, []int{k, k, in, out}
	want, other, otherName := torch, ours, layoutDVSim
	if layout == layoutDVSim {
		want, other, otherName = ours, torch, layoutTorch
	}
	if err := fits(v, shape, want, other, otherName); err != nil {
		return nil, err
	}
	if layout == layoutDVSim {
		return v, nil
	}
	w := make([]float32, len(v))
	for o := range out {
		for c := range in {
			for s := range k * k {
				w[(s*in+c)*out+o] = v[(o*in+c)*k*k+s]
			}
		}
	}
	return w, nil
}

// hinted is an error with a way out.
type hinted struct{ msg, hint string }

func (e *hinted) Error() string { return e.msg }

// fits compares a shape with what is needed. A flat array of the right length
// will do too: it has no shape of its own.
func fits(v []float32, shape, want, other []int, otherName string) error {
	n := product(want...)
	if slices.Equal(shape, want) || len(shape) <= 1 && len(v) == n {
		return nil
	}
	e := &hinted{msg: fmt.Sprintf("need shape %s, they have %s", npz.ShapeString(want), npz.ShapeString(shape))}
	if slices.Equal(shape, other) {
		e.hint = fmt.Sprintf("say layout = %q", otherName)
	}
	return e
}
