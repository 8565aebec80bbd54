package main

import (
	"math"

	"dvsim/datasets/sample"
	"dvsim/events"
)

const (
	ground = 0.6  // luminance, linear
	dark   = 0.36 // of a bar
	half   = 20.0 // half the length of a bar, pixels
	turner = 18.0 // the same of the bar that turns
	width  = 5.0  // of a bar
	travel = 40.0 // of a sweep, pixels
	blur   = 0.5  // of the optics, pixels
)

// scene is all the bars of the schedule on their ground.
type scene struct {
	rest  []float32 // the picture of one moment: what does not move at t
	show  int       // which bar rest leaves out, −1 none
	drawn bool
}

func (s *scene) Geometry() events.Geometry { return sample.Geometry }

// Speed is that of the tip of the bar that turns, the fastest of all.
func (s *scene) Speed(int64) float64 { return 125 }

// At draws the bar that moves; all else is kept from the moment before.
func (s *scene) At(t int64, dst []float32) {
	moving := -1
	for i, sh := range sample.Schedule {
		if t >= sh.From && t < sh.To {
			moving = i
		}
	}
	if !s.drawn || moving != s.show {
		s.rest = make([]float32, sample.Geometry.Pixels())
		for i := range s.rest {
			s.rest[i] = ground
		}
		for i, sh := range sample.Schedule {
			if i != moving {
				draw(s.rest, sh, t)
			}
		}
		s.show, s.drawn = moving, true
	}
	copy(dst, s.rest)
	if moving >= 0 {
		draw(dst, sample.Schedule[moving], t)
	}
}

// draw puts the bar of a show into a picture as it is at time t.
func draw(dst []float32, s sample.Show, t int64) {
	f := min(max(float64(t-s.From)/float64(s.To-s.From), 0), 1)
	sin, cos := math.Sincos((s.Begin + (s.End-s.Begin)*f) * math.Pi / 180)
	along, offset := half, travel*(f-0.5)
	if s.Begin != s.End {
		along, offset = turner, 0
	}
	cx, cy := float64(s.Region.X)+float64(s.Region.Width-1)/2, float64(s.Region.Y)+float64(s.Region.Height-1)/2
	for y := s.Region.Y; y < s.Region.Y+s.Region.Height; y++ {
		for x := s.Region.X; x < s.Region.X+s.Region.Width; x++ {
			dx, up := float64(x)-cx, cy-float64(y)
			u, v := dx*cos+up*sin, -dx*sin+up*cos-offset
			cover := slit(u, along) * slit(v, width/2)
			dst[y*sample.Geometry.Width+x] -= float32((ground - dark) * cover)
		}
	}
}

// slit is 1 inside −h..h and 0 outside, with borders as wide as the blur.
func slit(x, h float64) float64 {
	if math.Abs(x) > h+8*blur {
		return 0
	}
	return 1 / (1 + math.Exp((math.Abs(x)-h)/(blur/2)))
}
