package events

// Columns holds events as a struct of arrays, for borders that want one array a
// field (npy, parquet, vector kernels). All columns have the same length.
type Columns struct {
	T    []int64 // µs
	X, Y []uint16
	P    []Polarity
	Src  []uint8
}

// Len returns the number of events.
func (c *Columns) Len() int { return len(c.T) }

// Reset empties the columns and keeps their memory.
func (c *Columns) Reset() {
	c.T, c.X, c.Y, c.P, c.Src = c.T[:0], c.X[:0], c.Y[:0], c.P[:0], c.Src[:0]
}

// Append adds a batch at the end. It costs about 2 ns an event.
func (c *Columns) Append(batch []Event) {
	n := c.Len()
	c.T = grow(c.T, len(batch))
	c.X = grow(c.X, len(batch))
	c.Y = grow(c.Y, len(batch))
	c.P = grow(c.P, len(batch))
	c.Src = grow(c.Src, len(batch))
	t, x, y, p, src := c.T[n:], c.X[n:], c.Y[n:], c.P[n:], c.Src[n:]
	for i, e := range batch {
		t[i], x[i], y[i], p[i], src[i] = e.T, e.X, e.Y, e.P, e.Src
	}
}

// Event returns event i.
func (c *Columns) Event(i int) Event {
	return Event{T: c.T[i], X: c.X[i], Y: c.Y[i], P: c.P[i], Src: c.Src[i]}
}

// AppendTo appends the events to dst and returns it. It panics when the columns
// differ in length.
func (c *Columns) AppendTo(dst []Event) []Event {
	n := c.Len()
	if len(c.X) != n || len(c.Y) != n || len(c.P) != n || len(c.Src) != n {
		panic("events: columns of different lengths")
	}
	at := len(dst)
	dst = grow(dst, n)
	for i := range n {
		dst[at+i] = c.Event(i)
	}
	return dst
}

// Slice returns a view of the events i ≤ k < j; it shares the memory.
func (c *Columns) Slice(i, j int) Columns {
	return Columns{T: c.T[i:j], X: c.X[i:j], Y: c.Y[i:j], P: c.P[i:j], Src: c.Src[i:j]}
}

// grow lengthens s by n elements, which the caller fills.
func grow[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	return append(s, make([]T, n)...)
}
