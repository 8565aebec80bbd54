package render

// grid counts what happens in bins of time × rows, in bounded memory whatever the
// length of the run: when time outgrows the columns, neighbouring columns are
// merged and the bins become twice as long. It may also grow to earlier times.
type grid struct {
	rows, cols int
	counts     []uint32 // [column][row]
	origin     int64    // time of column 0
	shift      uint     // a column is 1<<shift units of time
	used       int      // columns 0 to used-1 may hold something
	any        bool
	min, max   int64 // first and last time seen
}

// farTime bounds the times that a grid tells apart, so that differences do not
// overflow: 73,000 years in µs. What lies beyond counts as if it were there.
const farTime = 1 << 61

func newGrid(rows, cols int) *grid {
	return &grid{rows: rows, cols: cols, counts: make([]uint32, rows*cols)}
}

// column returns the rows of the column for time t, which it makes room for.
func (g *grid) column(t int64) []uint32 {
	t = min(max(t, -farTime), farTime)
	if !g.any {
		g.any, g.origin, g.min, g.max = true, t, t, t
	}
	if t < g.min {
		g.min = t
		g.growDown(t)
	}
	g.max = max(g.max, t)
	c := uint64(t-g.origin) >> g.shift
	for c >= uint64(g.cols) {
		g.merge()
		c = uint64(t-g.origin) >> g.shift
	}
	g.used = max(g.used, int(c)+1)
	i := int(c) * g.rows
	return g.counts[i : i+g.rows : i+g.rows]
}

// merge makes the bins twice as long.
func (g *grid) merge() {
	for c := 0; c < g.used; c += 2 {
		dst := g.counts[c/2*g.rows:][:g.rows]
		src := g.counts[c*g.rows:][:g.rows]
		if c+1 == g.used {
			copy(dst, src)
			break
		}
		next := g.counts[(c+1)*g.rows:][:g.rows]
		for r := range dst {
			dst[r] = src[r] + next[r]
		}
	}
	half := (g.used + 1) / 2
	clear(g.counts[half*g.rows : g.used*g.rows])
	g.used = half
	g.shift++
}

// growDown moves the columns so that time t, before the first, has one.
func (g *grid) growDown(t int64) {
	for t < g.origin {
		d := uint64(g.origin - t)
		k := d >> g.shift
		if d&(1<<g.shift-1) != 0 {
			k++
		}
		if k+uint64(g.used) > uint64(g.cols) {
			g.merge()
			continue
		}
		n := int(k) * g.rows
		copy(g.counts[n:], g.counts[:g.used*g.rows])
		clear(g.counts[:n])
		g.origin -= int64(k << g.shift)
		g.used += int(k)
		return
	}
}

// halveRows merges neighbouring rows within each of the channels that the rows
// are divided into.
func (g *grid) halveRows(channels int) {
	n := g.rows / channels
	for c := range g.used * channels {
		rows := g.counts[c*n:][:n]
		for r := 0; r < n; r += 2 {
			sum := rows[r]
			if r+1 < n {
				sum += rows[r+1]
			}
			rows[r/2] = sum
		}
		clear(rows[(n+1)/2:])
	}
}

// bin is the length of a column in units of time.
func (g *grid) bin() int64 { return 1 << g.shift }
