package trace

import "errors"

// Tee returns a Recorder that hands everything on to each of recs, in their
// order; nil ones are left out. The first error of Begin or Spikes ends the call.
// End reaches all of them, whatever they return.
func Tee(recs ...Recorder) Recorder {
	var t tee
	for _, r := range recs {
		if r != nil {
			t = append(t, r)
		}
	}
	if len(t) == 1 {
		return t[0]
	}
	return t
}

type tee []Recorder

func (t tee) Begin(info Info) error {
	for _, r := range t {
		if err := r.Begin(info); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Spikes(layer int, at int64, index []uint32, counts []uint16) error {
	for _, r := range t {
		if err := r.Spikes(layer, at, index, counts); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) End(duration int64) error {
	var errs []error
	for _, r := range t {
		errs = append(errs, r.End(duration))
	}
	return errors.Join(errs...)
}
