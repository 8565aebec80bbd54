package learn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// PictureSet are labelled pictures, such as MNIST.
type PictureSet struct {
	// Name of the set, for people: picture 7 is called "NAME 7".
	Name string
	// Pixels are Size bytes a picture, picture by picture; 0 is black.
	Pixels  []uint8
	Size    int
	Labels  []uint8 // of the pictures, less than Classes
	Classes int
	// Steps is how long each picture is shown, Coding how.
	Steps  int
	Coding Coding
	// Seed is that of codings that draw.
	Seed uint64
}

// Pictures is [Data] made of pictures. A pixel of value p counts as p/255, divided
// in float32 as torch does. Nothing is copied: pictures take a byte a pixel.
func Pictures(set PictureSet) (Data, error) {
	p := &pictures{PictureSet: set}
	if err := p.make(); err != nil {
		return nil, fmt.Errorf("learn: pictures %q: %w", set.Name, err)
	}
	return p, nil
}

type pictures struct {
	PictureSet
	value [256]float32 // of a pixel
	odds  [256]uint64  // that it spikes in a step (rate)
	// steps[d][p] is the step in which a pixel p spikes in a picture whose darkest is
	// d, −1 if in none (latency).
	steps [256]*[256]int32
}

func (p *pictures) make() error {
	switch {
	case p.PictureSet.Steps < 1:
		return fmt.Errorf("shown for %d steps", p.PictureSet.Steps)
	case p.Size < 1 || len(p.Pixels) != p.Size*len(p.Labels):
		return fmt.Errorf("%d pixels for %d labels; each picture has %d", len(p.Pixels), len(p.Labels), p.Size)
	case len(p.Labels) == 0:
		return errors.New("no pictures")
	}
	for i, l := range p.Labels {
		if int(l) >= p.PictureSet.Classes {
			return fmt.Errorf("picture %d has label %d; there are %d classes", i, l, p.PictureSet.Classes)
		}
	}
	for v := range p.value {
		p.value[v] = float32(v) / 255
	}
	switch c := p.Coding; c.kind {
	case rateInput:
		for v, x := range p.value {
			p.odds[v] = odds(max(0, min(float64(float32(float32(c.gain)*x)+float32(c.offset)), 1)))
		}
	case latencyInput:
		return p.makeLatency(c.latency)
	}
	return nil
}

// makeLatency fills the tables of steps for the darkest pixels there are.
func (p *pictures) makeLatency(o LatencyOptions) error {
	steps := p.PictureSet.Steps
	if err := o.check(steps); err != nil {
		return fmt.Errorf("latency coding: %w", err)
	}
	for i := range p.Labels {
		dark := p.darkest(p.picture(i))
		if p.steps[dark] != nil {
			continue
		}
		last, table := o.time(p.value[dark], steps), new([256]int32)
		for v := int(dark); v < 256; v++ {
			x := p.value[v]
			// The darkest spikes last: where it is not too late, nobody is.
			step, err := o.round(x, o.time(x, steps), last, steps)
			if err != nil {
				return fmt.Errorf("picture %d: latency coding: %w", i, err)
			}
			table[v] = int32(step)
		}
		p.steps[dark] = table
	}
	return nil
}

func (p *pictures) Len() int          { return len(p.Labels) }
func (p *pictures) Sources() int      { return p.Size }
func (p *pictures) Steps() int        { return p.PictureSet.Steps }
func (p *pictures) Classes() int      { return p.PictureSet.Classes }
func (p *pictures) Label(i int) int   { return int(p.Labels[i]) }
func (p *pictures) Name(i int) string { return fmt.Sprintf("%s %d", p.PictureSet.Name, i) }

func (p *pictures) picture(i int) []uint8 { return p.Pixels[i*p.Size : (i+1)*p.Size] }

// darkest is the value of the darkest pixel.
func (p *pictures) darkest(picture []uint8) uint8 {
	if bytes.IndexByte(picture, 0) >= 0 { // as good as always
		return 0
	}
	return slices.Min(picture)
}

func (p *pictures) Fill(in *Input, i, epoch int) {
	in.Reset()
	switch p.Coding.kind {
	case constantInput:
		p.constant(in, p.picture(i))
	case rateInput:
		p.rate(in, p.picture(i), throw(p.Seed, forRate, epoch, i))
	case latencyInput:
		p.latency(in, p.picture(i))
	}
}

// constant lists the pixels that are not black. Eight black ones are passed over
// at once: most of MNIST is black.
func (p *pictures) constant(in *Input, picture []uint8) {
	in.Constant = true
	src := slices.Grow(in.Source, len(picture))[:len(picture)]
	val := slices.Grow(in.Value, len(picture))[:len(picture)]
	n, i := 0, 0
	for ; i+8 <= len(picture); i += 8 {
		eight := picture[i : i+8]
		if binary.LittleEndian.Uint64(eight) == 0 {
			continue
		}
		for k, v := range eight {
			src[n], val[n] = uint32(i+k), p.value[v] // stays only if n moves on
			if v != 0 {
				n++
			}
		}
	}
	for ; i < len(picture); i++ {
		if v := picture[i]; v != 0 {
			src[n], val[n] = uint32(i), p.value[v]
			n++
		}
	}
	in.Source, in.Value = src[:n], val[:n]
	in.EndStep()
}

// rate draws a spike for every pixel and step, from half a random number each.
func (p *pictures) rate(in *Input, picture []uint8, d dice) {
	var room [1024]uint32
	may := room[:0] // the pixels that may spike
	for i, v := range picture {
		if p.odds[v] > 0 {
			may = append(may, uint32(i))
		}
	}
	var bits uint64
	half := false
	for range p.PictureSet.Steps {
		src := slices.Grow(in.Source, len(may))
		n := len(src)
		src = src[:n+len(may)]
		for _, i := range may {
			if bits >>= 32; !half {
				bits = d.next()
			}
			half = !half
			src[n] = i
			if bits&(1<<32-1) < p.odds[picture[i]] {
				n++
			}
		}
		in.Source = src[:n]
		in.EndStep()
	}
}

// latency sorts the pixels by the step in which they spike.
func (p *pictures) latency(in *Input, picture []uint8) {
	step := p.steps[p.darkest(picture)]
	steps := p.PictureSet.Steps
	ends := slices.Grow(in.Ends, steps)[:steps]
	clear(ends)
	all := 0
	for _, v := range picture {
		if s := step[v]; s >= 0 {
			ends[s]++
			all++
		}
	}
	at := 0
	for t, n := range ends {
		ends[t] = at // where step t starts, and in the end where it ends
		at += n
	}
	src := slices.Grow(in.Source, all)[:all]
	for i, v := range picture {
		if s := step[v]; s >= 0 {
			src[ends[s]] = uint32(i)
			ends[s]++
		}
	}
	in.Source, in.Ends = src, ends
}
