package learn

import (
	"slices"

	"dvsim/internal/kernel"
	"dvsim/network"
)

// synapses is what the trainer asks of a connection. Columns are those of the
// layer that it arrives at, cut into blocks; sources are those of the layer that
// it comes from. Pieces of one call write nothing that another piece writes.
type synapses interface {
	// sum adds what arrives in a step, a stretch of the lists of in, to the inputs of
	// block k.
	sum(acc []float32, k int, in *Input, lo, hi int)
	// constant is sum for an input that holds for all steps: in double precision,
	// rounded once. double is scratch.
	constant(acc []float32, double []float64, k int, source []uint32, value []float32)
	// grow makes room for turn, which prepares back after the weights have changed:
	// the part that belongs to block k of the source layer's grid.
	grow(src grid)
	turn(src grid, k int)
	// back adds to ds, block k of the source layer, the derivatives with respect to
	// its spikes in one step, given those with respect to the potentials of this
	// layer: row r of all the blocks of delta, which has so many rows.
	back(ds []float32, k int, delta []float32, r, rows int)
	// param is the array of weights.
	param() *param
	// shape is that of the weights in the network; arranged gives an array like the
	// weights (moments, gradients) in the network's order, arrange takes one.
	shape() []int
	arranged(x []float32) []float32
	arrange(dst, x []float32)
}

// denseConn connects every source with every column. Weights lie block by block:
// w[(k·sources + i)·width + c] is from source i to column c of block k, so that the
// block that a worker gathers from stays in its cache.
type denseConn struct {
	grid
	n, sources int
	w          *param
	turned     []float32 // [source blocks][padded columns][source block's width]: the weights seen from behind
	srcWidth   int
	every      []uint32 // 0, 1, …: all the rows of turned
}

func newDense(d *network.Dense, sources, n int, g grid) *denseConn {
	c := &denseConn{grid: g, n: n, sources: sources, w: newParam("weights", make([]float32, sources*g.padded()))}
	c.w.width = g.width
	c.arrange(c.w.x, d.W)
	return c
}

func (c *denseConn) param() *param { return c.w }

func (c *denseConn) shape() []int { return []int{c.sources, c.n} }

func (c *denseConn) arrange(dst, x []float32) {
	for i := range c.sources {
		for j := range c.n {
			dst[c.at(i, j)] = x[i*c.n+j]
		}
	}
}

func (c *denseConn) arranged(x []float32) []float32 {
	out := make([]float32, c.sources*c.n)
	for i := range c.sources {
		for j := range c.n {
			out[i*c.n+j] = x[c.at(i, j)]
		}
	}
	return out
}

// at is where the weight from source i to neuron j lies.
func (c *denseConn) at(i, j int) int {
	return (j/c.width*c.sources+i)*c.width + j%c.width
}

// rows is the matrix of block k: sources × width.
func (c *denseConn) rows(x []float32, k int) []float32 {
	n := c.sources * c.width
	return x[k*n : (k+1)*n]
}

func (c *denseConn) sum(acc []float32, k int, in *Input, lo, hi int) {
	w := c.rows(c.w.x, k)
	switch {
	case in.Counted != nil:
		kernel.AddCounted(acc, w, c.width, in.Counted[lo:hi])
	case len(in.Value) == 0:
		kernel.AddRows(acc, w, c.width, in.Source[lo:hi])
	default:
		kernel.AxpyRows(acc, w, c.width, in.Source[lo:hi], in.Value[lo:hi])
	}
}

func (c *denseConn) constant(acc []float32, double []float64, k int, source []uint32, value []float32) {
	double = double[:len(acc)]
	clear(double)
	if value == nil {
		value = slices.Repeat([]float32{1}, len(source))
	}
	kernel.AxpyRowsExact(double, c.rows(c.w.x, k), c.width, source, value)
	for j, x := range double {
		acc[j] = float32(x)
	}
}

func (c *denseConn) turn(src grid, k int) {
	cols := c.padded()
	out := c.turned[k*cols*src.width:][:cols*src.width]
	for s := range src.width {
		i := k*src.width + s
		if i >= c.sources {
			break
		}
		for j := range c.n {
			out[j*src.width+s] = c.w.x[c.at(i, j)]
		}
	}
}

// grow makes room for turn.
func (c *denseConn) grow(src grid) {
	c.srcWidth = src.width
	c.turned = resize(c.turned, src.padded()*c.padded())
	for len(c.every) < c.width {
		c.every = append(c.every, uint32(len(c.every)))
	}
}

func (c *denseConn) back(ds []float32, k int, delta []float32, r, rows int) {
	size := c.padded() * c.srcWidth
	turned := c.turned[k*size : (k+1)*size]
	for b := range c.blocks {
		m := min(c.width, c.n-b*c.width) // columns that are neurons
		d := delta[(b*rows+r)*c.width:][:m]
		kernel.AxpyRows(ds, turned[b*c.width*c.srcWidth:], c.srcWidth, c.every[:m], d)
	}
}
