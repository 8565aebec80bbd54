package filter

import "dvsim/events"

// Polarity keeps the events of one polarity.
func Polarity(r events.Reader, p events.Polarity) events.Reader {
	return &polarity{src: r, p: p}
}

type polarity struct {
	src events.Reader
	p   events.Polarity
}

func (f *polarity) Header() *events.Header { return f.src.Header() }

func (f *polarity) Read(dst []events.Event) (int, error) { return readKept(f.src, dst, f.keep) }

func (f *polarity) keep(batch []events.Event) int {
	k := 0
	for _, e := range batch {
		batch[k] = e // overwritten unless it counts: polarity is hard to predict
		if e.P == f.p {
			k++
		}
	}
	return k
}
