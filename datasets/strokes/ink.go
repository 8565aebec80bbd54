package strokes

import "math"

// ink draws a line: the coverage of a pixel falls from all to nothing over the
// width h.soft across the edge of the pen, by the distance of the pixel's middle
// to it. Where pieces and strokes overlap, the darkest counts.
func (h *hand) ink(dst []uint8, l line) {
	for i := 1; i < len(l.at); i++ {
		h.piece(dst, l.at[i-1], l.at[i], l.radius[i-1], l.radius[i])
	}
}

// piece draws a straight piece of a line, which is the round pen moved from a to b
// while its radius goes from ra to rb.
func (h *hand) piece(dst []uint8, a, b point, ra, rb float64) {
	reach := max(ra, rb) + h.soft/2
	x0, x1 := span(a.x, b.x, reach)
	y0, y1 := span(a.y, b.y, reach)
	dx, dy := b.x-a.x, b.y-a.y
	length := float64(dx*dx) + float64(dy*dy)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			px, py := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			f := 0.0 // where on the way from a to b is the nearest point
			if length > 0 {
				f = min(max((float64(px*dx)+float64(py*dy))/length, 0), 1)
			}
			px -= float64(f * dx)
			py -= float64(f * dy)
			d := math.Sqrt(float64(px*px)+float64(py*py)) - (ra + float64(f*(rb-ra)))
			cover := min(max(0.5-d/h.soft, 0), 1)
			i := y*Side + x
			dst[i] = max(dst[i], uint8(float64(cover*h.black)*255+0.5))
		}
	}
}

// span returns the pixels from..to that a pen of this reach may touch between u and v.
func span(u, v, reach float64) (from, to int) {
	from = int(math.Floor(min(u, v) - reach))
	to = int(math.Ceil(max(u, v) + reach))
	return max(from, 0), min(to, Side)
}
