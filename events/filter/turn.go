package filter

import "dvsim/events"

// FlipX mirrors left and right: x' = W − 1 − x. The size of the sensor must be
// known. An event outside of it stays outside: its coordinate wraps.
func FlipX(r events.Reader) (events.Reader, error) {
	g, err := sized("flip", r)
	if err != nil {
		return nil, err
	}
	return &turn{src: r, header: r.Header(), do: func(batch []events.Event) {
		for i := range batch {
			batch[i].X = uint16(g.Width-1) - batch[i].X
		}
	}}, nil
}

// FlipY mirrors top and bottom: y' = H − 1 − y. The size of the sensor must be
// known. An event outside of it stays outside: its coordinate wraps.
func FlipY(r events.Reader) (events.Reader, error) {
	g, err := sized("flip", r)
	if err != nil {
		return nil, err
	}
	return &turn{src: r, header: r.Header(), do: func(batch []events.Event) {
		for i := range batch {
			batch[i].Y = uint16(g.Height-1) - batch[i].Y
		}
	}}, nil
}

// Transpose mirrors at the diagonal: x' = y, y' = x, and the geometry likewise.
// With the flips it makes every turn: FlipY after Transpose is a quarter turn
// against the clock (y downwards), FlipX after Transpose one with it.
func Transpose(r events.Reader) events.Reader {
	g := r.Header().Geometry
	h := withGeometry(r.Header(), events.Geometry{Width: g.Height, Height: g.Width}, "transposed")
	return &turn{src: r, header: h, do: func(batch []events.Event) {
		for i := range batch {
			batch[i].X, batch[i].Y = batch[i].Y, batch[i].X
		}
	}}
}

// turn moves every event and drops none.
type turn struct {
	src    events.Reader
	header *events.Header
	do     func([]events.Event)
}

func (t *turn) Header() *events.Header { return t.header }

func (t *turn) Read(dst []events.Event) (int, error) {
	n, err := t.src.Read(dst)
	t.do(dst[:n])
	return n, err
}
