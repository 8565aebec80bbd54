package network

import (
	"math"

	"dvsim/events"
	"dvsim/neuron"
)

const edgesDoc = "orientation of moving edges: which, where, when"

// The numbers of the network edges, tuned on moving bars from 60 to 1000 pixels a
// second, on noise up to 20 events a pixel and second, and on recordings of four
// cameras; edges_test.go holds it to them.
const (
	edgeKernel = 7 // side of a line's kernel, pixels; odd
	edgeStride = 2 // a site for 2×2 pixels
	edgeAlong  = 2.5
	edgeAcross = 1.1
	edgeFlanks = 0.8 // negative over positive weights
	edgeOther  = 0.2 // what an event of the other polarity takes away
	edgeTauUS  = 12_000
	edgeTheta  = 3
	edgeRestUS = 5_000 // refractory: a passing edge makes a site fire once or twice
	edgeRival  = 1.5   // what a spike takes from the other orientations of its site

	cellsAcross  = 12 // cells along the shorter side of the sensor …
	cellMinSites = 4  // … but a cell is at least 4×4 sites
	cellTauUS    = 30_000
	cellTheta    = 0.5 // of the spikes that a line across the cell makes at once
	cellRestUS   = 20_000
	cellRival    = 0.4 // what spikes of another orientation take away
)

// EdgeLabels name the channels of the last layer of the network edges, by the
// direction of the edge's line as seen on the screen: counter-clockwise from
// horizontal, with y downwards as pixels count. The strokes are characters that
// are in every font. In recordings whose y grows upwards 45° and 135° change places
// (events.OriginTopLeft turns them).
var EdgeLabels = []string{"0° —", "45° /", "90° |", `135° \`}

// edges is the default network of dvsim run: which orientation, where, when.
//
//	input   events of each pixel, at most one a step and polarity
//	lines   a 7×7 kernel for each of 4 orientations and 2 polarities, at every
//	        second pixel; a spike inhibits the other orientations of its site
//	sums    spikes of a square of sites, summed
//	cells   one neuron a square and orientation: the spikes of its orientation
//	        excite it, those of the others inhibit it
//
// A spike of cells says that a line of that orientation moved through that square.
func edges(g events.Geometry, _ uint64) *Network {
	g = orDefaultGeometry(g)
	n := &Network{
		Name: "edges", Doc: edgesDoc, DtUS: 1000,
		Input: Input{Shape: Shape{g.Height, g.Width, 2}, Polarity: Split, Binary: true},
	}
	angles := len(EdgeLabels)
	// Lines: 4 orientations of each polarity.
	conv := &Conv2D{K: edgeKernel, Stride: edgeStride, Pad: edgeKernel / 2, W: edgeWeights(angles)}
	lines := &Layer{
		Name: "lines", Shape: conv.OutShape(n.Input.Shape, 2*angles),
		Neuron: &neuron.Params{Model: neuron.LIF, TauUS: edgeTauUS, Threshold: []float32{edgeTheta}, Reset: neuron.ToValue, RefractoryUS: edgeRestUS},
	}
	rival := make([]float32, 4*angles*angles)
	for a := range 2 * angles {
		for b := range 2 * angles {
			if a/2 != b/2 {
				rival[a*2*angles+b] = -edgeRival
			}
		}
	}
	lines.In = []Conn{
		{From: FromInput, Synapses: conv},
		{From: 0, Delay: 1, Synapses: &Conv2D{K: 1, Stride: 1, W: rival}},
	}
	for a := range angles {
		lines.Labels = append(lines.Labels, EdgeLabels[a]+" off", EdgeLabels[a]+" on")
	}
	// Cells: a square of sites each.
	k := max(cellMinSites, min(lines.Shape.H, lines.Shape.W)/cellsAcross)
	k = min(k, lines.Shape.H, lines.Shape.W)
	pool := &Pool{K: k}
	sums := &Layer{Name: "sums", Shape: pool.OutShape(lines.Shape), In: []Conn{{From: 0, Synapses: pool}}}
	vote := make([]float32, 2*angles*angles)
	for a := range 2 * angles {
		for o := range angles {
			vote[a*angles+o] = -cellRival / float32(k)
			if a/2 == o {
				vote[a*angles+o] = 1 / float32(k)
			}
		}
	}
	cells := &Layer{
		Name: "cells", Shape: Shape{sums.Shape.H, sums.Shape.W, angles}, Labels: EdgeLabels,
		Neuron: &neuron.Params{Model: neuron.LIF, TauUS: cellTauUS, Threshold: []float32{cellTheta}, Reset: neuron.ToValue, RefractoryUS: cellRestUS},
		In:     []Conn{{From: 1, Synapses: &Conv2D{K: 1, Stride: 1, W: vote}}},
	}
	n.Layers = []*Layer{lines, sums, cells}
	return n
}

// edgeWeights computes the kernels [ky][kx][polarity][channel]; channel 2a+p
// looks for a line of angle a in events of polarity p. Along the line the weight
// falls off as a Gaussian, across it is a positive centre between negative flanks
// (the second derivative of a Gaussian). Events of the other polarity count
// against the line, so the whole is negative: events without order push the
// potential down.
func edgeWeights(angles int) []float32 {
	k := edgeKernel
	c := float64(k / 2)
	w := make([]float32, k*k*2*2*angles)
	for a := range angles {
		th := math.Pi * float64(a) / float64(angles)
		s, co := math.Sincos(th)
		v := make([]float64, k*k)
		var pos, neg float64
		for y := range k {
			for x := range k {
				dx, dy := float64(x)-c, c-float64(y) // dy upwards
				u := dx*co + dy*s
				t := -dx*s + dy*co
				g := (1 - t*t/(edgeAcross*edgeAcross)) * math.Exp(-t*t/(2*edgeAcross*edgeAcross)-u*u/(2*edgeAlong*edgeAlong))
				v[y*k+x] = g
				if g > 0 {
					pos += g
				} else {
					neg -= g
				}
			}
		}
		for i, g := range v {
			if g < 0 {
				g *= edgeFlanks * pos / neg
			}
			for p := range 2 {
				for q := range 2 {
					x := g
					if p != q {
						x = -edgeOther * math.Abs(g)
					}
					// A multiple of 2⁻⁸: the same on every machine, whatever its last bit of exp.
					w[(i*2+q)*2*angles+2*a+p] = float32(math.Round(x*256) / 256)
				}
			}
		}
	}
	return w
}
