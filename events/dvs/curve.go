package dvs

import "math"

// darkest keeps the logarithm finite when the offset is 0.
const darkest = 1e-6

// curve turns luminance into signal, exactly or by a table.
type curve struct {
	kind   LogCurve
	offset float64

	// The table has straight pieces of equal length over lo ≤ I ≤ 1; nil: exact.
	table []float64
	lo    float64
	scale float64 // pieces per unit of luminance
}

// kneeI is the luminance where LinLog turns from straight to logarithmic.
const kneeI = 20.0 / 255

func (c *curve) exact(i float64) float64 {
	if c.kind == Offset {
		return math.Log(max(c.offset+i, darkest))
	}
	dn := 255 * i
	if dn <= 20 {
		return dn * (math.Ln10 + math.Ln2) / 20
	}
	return math.Log(dn)
}

const tablePieces = 4096

// tabulate lets the curve use a table where that is accurate: the error is below
// 1.5e-6, where a threshold is 0.2.
func (c *curve) tabulate() {
	switch {
	case c.kind == LinLog:
		c.lo = kneeI
	case c.offset < 0.1:
		return // too much curvature at black
	}
	c.scale = tablePieces / (1 - c.lo)
	c.table = make([]float64, tablePieces+2) // I = 1 lies on the last knot
	for k := range c.table {
		c.table[k] = c.exact(c.lo + float64(k)/c.scale)
	}
}

// at returns the signal of luminance i.
func (c *curve) at(i float32) float64 {
	x := (float64(i) - c.lo) * c.scale
	if c.table == nil || x < 0 || x > tablePieces {
		return c.exact(float64(i))
	}
	k := int(x)
	return c.table[k] + (x-float64(k))*(c.table[k+1]-c.table[k])
}

// whiteness is how fast a pixel of luminance i is, in parts of one at white.
func whiteness(i float64) float64 {
	return min((255*i+20)/275, 1)
}

// SRGB returns the linear luminance, 0..1, of a stored value of 0..255 (IEC
// 61966-2-1).
func SRGB(v uint8) float32 { return srgb[v] }

var srgb = func() (t [256]float32) {
	for i := range t {
		c := float64(i) / 255
		if c <= 0.04045 {
			t[i] = float32(c / 12.92)
		} else {
			t[i] = float32(math.Pow((c+0.055)/1.055, 2.4))
		}
	}
	return t
}()
