package network

import "fmt"

// Kind returns "conv2d".
func (*Conv2D) Kind() string { return "conv2d" }

// Group is BySite: a source reaches all channels of the sites under its kernel.
func (*Conv2D) Group() Group { return BySite }

// Step is the stride: Stride, or 1 when that is 0.
func (c *Conv2D) Step() int {
	if c.Stride == 0 {
		return 1
	}
	return c.Stride
}

// OutShape is the shape of the layer behind the convolution, as torch.nn.Conv2d
// computes it: floor((n + 2·Pad − K)/Stride) + 1 sites a side. A side is 0 or
// less where the kernel does not fit.
func (c *Conv2D) OutShape(in Shape, channels int) Shape {
	side := func(n int) int {
		if n += 2*c.Pad - c.K; n < 0 {
			return 0
		}
		return n/c.Step() + 1
	}
	return Shape{side(in.H), side(in.W), channels}
}

// Reach returns the output rows that a source in row y has synapses to, first to
// last, with the kernel row of the first one; each further output row uses a
// kernel row that is Stride lower. n is the number of rows of the output. There
// is none if last < first. The same rule holds for columns.
func (c *Conv2D) Reach(y, n int) (first, last, k int) {
	s := c.Step()
	// out·s − Pad + k = y with 0 ≤ k < K
	last = min((y+c.Pad)/s, n-1)
	first = 0
	if lo := y + c.Pad - c.K + 1; lo > 0 {
		first = (lo + s - 1) / s
	}
	return first, last, y + c.Pad - first*s
}

// FanOut is the number of output sites whose kernel covers source i, times the
// output channels; at the borders and with a stride it differs from source to source.
func (c *Conv2D) FanOut(in, out Shape, i int) int {
	y, x := i/in.C/in.W, i/in.C%in.W
	y0, y1, _ := c.Reach(y, out.H)
	x0, x1, _ := c.Reach(x, out.W)
	return max(0, y1-y0+1) * max(0, x1-x0+1) * out.C
}

// Params is the number of weights: K × K × input channels × output channels.
func (c *Conv2D) Params() int { return len(c.W) }

func (c *Conv2D) check(in, out Shape) []flaw {
	var bad []flaw
	if c.K < 1 || c.Stride < 0 || c.Pad < 0 {
		return []flaw{{"kernel", fmt.Sprintf("kernel %d, stride %d, pad %d: a kernel is at least 1, stride and pad are not negative", c.K, c.Stride, c.Pad)}}
	}
	if c.K > maxSide || c.Stride > maxSide || c.Pad > maxSide {
		return []flaw{{"kernel", fmt.Sprintf("kernel %d, stride %d, pad %d: the largest value is %d", c.K, c.Stride, c.Pad, maxSide)}}
	}
	want := c.OutShape(in, out.C)
	switch {
	case want.H < 1 || want.W < 1:
		bad = append(bad, flaw{"kernel", fmt.Sprintf("a kernel of %d×%d with pad %d does not fit %d×%d sites", c.K, c.K, c.Pad, in.H, in.W)})
	case want != out:
		bad = append(bad, flaw{"kernel", fmt.Sprintf("kernel %d, stride %d, pad %d make %d×%d sites of %d×%d, the layer has %d×%d",
			c.K, c.Step(), c.Pad, want.H, want.W, in.H, in.W, out.H, out.W)})
	}
	if n := product(c.K, c.K, in.C, out.C); len(c.W) != n {
		return append(bad, flaw{"weights", fmt.Sprintf("%d × %d × %d × %d (kernel rows × columns × input × output channels) needs %s weights, there are %s",
			c.K, c.K, in.C, out.C, count(n), count(len(c.W)))})
	}
	return append(bad, flaws("weights", finite("weights", c.W))...)
}
