package learn

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"dvsim/network"
)

// Augment says how samples are changed a little, anew in each epoch, so that a
// network learns what they have in common. The zero value changes nothing, and
// evaluation (epoch −1) always sees the samples as they are. What a sample becomes
// depends on seed, epoch and sample alone.
type Augment struct {
	Shift  int     // pixels: moves a sample by up to so many along both axes
	Jitter int     // steps: moves it in time by up to so many
	Drop   float64 // probability with which each event is left out
}

// ParseAugment reads "shift=2,drop=0.1,jitter=1": any of the three, in any order.
func ParseAugment(text string) (Augment, error) {
	var a Augment
	seen := map[string]bool{}
	forms := []form{
		{"shift", []argument{{name: "pixels", std: 1, max: 1 << 16, whole: true}}},
		{"jitter", []argument{{name: "steps", std: 1, max: maxSteps, whole: true}}},
		{"drop", []argument{fraction("probability", 0.1)}},
	}
	for word := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(word) == "" {
			continue
		}
		at, v, err := parse("augmentation", strings.Replace(word, "=", ":", 1), forms)
		if err != nil {
			return Augment{}, err
		}
		name := forms[at].name
		if seen[name] {
			return Augment{}, fmt.Errorf("augmentation %q: %s is given twice", text, name)
		}
		seen[name] = true
		switch name {
		case "shift":
			a.Shift = int(v[0])
		case "jitter":
			a.Jitter = int(v[0])
		case "drop":
			a.Drop = v[0]
		}
	}
	return a, nil
}

// String is the augmentation as [ParseAugment] reads it; "" for none.
func (a Augment) String() string {
	var parts []string
	if a.Shift != 0 {
		parts = append(parts, fmt.Sprintf("shift=%d", a.Shift))
	}
	if a.Jitter != 0 {
		parts = append(parts, fmt.Sprintf("jitter=%d", a.Jitter))
	}
	if a.Drop != 0 {
		parts = append(parts, fmt.Sprintf("drop=%v", a.Drop))
	}
	return strings.Join(parts, ",")
}

// Of returns d with the changes applied. shape is that of its samples; only Shift
// asks for it.
func (a Augment) Of(d Data, shape network.Shape, seed uint64) (Data, error) {
	switch {
	case a.Shift < 0 || a.Jitter < 0 || !(a.Drop >= 0 && a.Drop <= 1):
		return nil, fmt.Errorf("learn: augmentation %v: numbers are at least 0, a probability at most 1", a)
	case a.Shift > 0 && shape.Len() != d.Sources():
		return nil, fmt.Errorf("learn: shift: a shape of %v has %d inputs, the samples %d", shape, shape.Len(), d.Sources())
	case a.Shift > 0 && shape.H == 1 && shape.W == 1:
		return nil, errors.New("learn: shift: the samples have no rows and columns")
	}
	if a.Shift > 0 {
		d = Shift(d, shape, a.Shift, seed)
	}
	if a.Jitter > 0 {
		d = Jitter(d, a.Jitter, seed)
	}
	if a.Drop > 0 {
		d = Drop(d, a.Drop, seed)
	}
	return d, nil
}

// Shift moves each sample by whole pixels, −pixels to pixels along both axes, anew
// in each epoch. What leaves the picture is gone. The samples have the shape.
func Shift(d Data, shape network.Shape, pixels int, seed uint64) Data {
	s := &shifted{Data: d, shape: shape, pixels: pixels, seed: seed, column: make([]int32, shape.Len())}
	for i := range s.column {
		s.column[i] = int32(i % (shape.W * shape.C))
	}
	return s
}

type shifted struct {
	Data
	shape  network.Shape
	pixels int
	seed   uint64
	column []int32 // of each source in its row, channels counted
}

func (s *shifted) Fill(in *Input, i, epoch int) {
	s.Data.Fill(in, i, epoch)
	in.Unpack()
	if epoch < 0 {
		return
	}
	d := throw(s.seed, forShift, epoch, i)
	dx, dy := d.within(s.pixels), d.within(s.pixels)
	if dx == 0 && dy == 0 {
		return
	}
	row := s.shape.W * s.shape.C
	right := dx * s.shape.C
	by, all := dy*row+right, len(s.column)
	// A column is inside if it is so after the move; of rows the index tells. What
	// stays keeps its order.
	for k, src := range in.Source {
		to := int(src) + by
		if c := int(s.column[src]) + right; uint(c) >= uint(row) || uint(to) >= uint(all) {
			to = -1 // gone
		}
		in.Source[k] = uint32(to)
	}
	in.compact()
}

// gone marks a source whose entry compact is to take out.
const gone = math.MaxUint32

// compact takes out the entries whose source is gone.
func (in *Input) compact() {
	n, from := 0, 0
	src, val := in.Source, in.Value
	for t, end := range in.Ends {
		for k := from; k < end; k++ {
			s := src[k]
			src[n] = s // stays only if n moves on: no branch that draws would mislead
			if len(val) > 0 {
				val[n] = val[k]
			}
			if s != gone {
				n++
			}
		}
		in.Ends[t], from = n, end
	}
	in.Source = src[:n]
	if len(val) > 0 {
		in.Value = val[:n]
	}
}

// Jitter moves each sample in time by whole steps, −steps to steps, anew in each
// epoch. What leaves the run is gone; a constant input stays as it is.
func Jitter(d Data, steps int, seed uint64) Data { return &jittered{d, steps, seed} }

type jittered struct {
	Data
	steps int
	seed  uint64
}

func (j *jittered) Fill(in *Input, i, epoch int) {
	j.Data.Fill(in, i, epoch)
	in.Unpack()
	if epoch < 0 || in.Constant {
		return
	}
	d := throw(j.seed, forJitter, epoch, i)
	in.delay(d.within(min(j.steps, len(in.Ends))))
}

// delay moves all entries by a number of steps, no more than there are: forward,
// or back where it is negative.
func (in *Input) delay(by int) {
	steps := len(in.Ends)
	switch {
	case by > 0:
		n := 0
		if by < steps {
			n = in.Ends[steps-1-by]
		}
		in.cut(0, n)
		copy(in.Ends[by:], in.Ends)
		clear(in.Ends[:by])
	case by < 0:
		gone := in.Ends[-by-1]
		in.cut(gone, len(in.Source))
		copy(in.Ends, in.Ends[-by:])
		for t := range in.Ends {
			if t >= steps+by {
				in.Ends[t] = len(in.Source)
			} else {
				in.Ends[t] -= gone
			}
		}
	}
}

// cut keeps the entries lo to hi.
func (in *Input) cut(lo, hi int) {
	in.Source = in.Source[:copy(in.Source, in.Source[lo:hi])]
	if len(in.Value) > 0 {
		in.Value = in.Value[:copy(in.Value, in.Value[lo:hi])]
	}
}

// Drop leaves out each event with a probability p, anew in each epoch. An entry
// whose value is a count of events loses some of them; any other value (a current,
// a falling −1) goes as a whole.
func Drop(d Data, p float64, seed uint64) Data { return &dropped{d, odds(p), seed} }

type dropped struct {
	Data
	odds uint64
	seed uint64
}

// maxCount is the largest value that counts as a number of events.
const maxCount = 255

func (p *dropped) Fill(in *Input, i, epoch int) {
	p.Data.Fill(in, i, epoch)
	in.Unpack()
	if epoch < 0 {
		return
	}
	d := throw(p.seed, forDrop, epoch, i)
	for k := range in.Source {
		v := float32(1)
		if len(in.Value) > 0 {
			v = in.Value[k]
		}
		lost := uint64(0) // 1 if the entry goes
		if n := int(v); n > 1 && n <= maxCount && float32(n) == v {
			left := 0
			for range n {
				if d.next()>>32 >= p.odds {
					left++
				}
			}
			in.Value[k] = float32(left)
			if left == 0 {
				lost = 1
			}
		} else {
			lost = (d.next()>>32 - p.odds) >> 63
		}
		in.Source[k] |= uint32(-lost) // all bits: gone
	}
	in.compact()
}
