package dvs

import (
	"errors"
	"fmt"
	"io"
	"math"

	"dvsim/events"
)

// NMNISTGeometry is the size of the sensor in N-MNIST recordings.
var NMNISTGeometry = events.Geometry{Width: 34, Height: 34}

// NMNISTDuration is the length of an N-MNIST-like recording in µs.
const NMNISTDuration = 310_000

// knot is a point of the path of the digit: time in ms, position in pixels from
// the middle of the sensor.
type knot struct{ t, x, y float64 }

// saccades is the path of the digit in N-MNIST, measured on its recordings: a
// triangle in three saccades, straight between the knots, still after the last.
var saccades = []knot{
	{0, -2.50, -1.80},
	{10, -2.50, -1.65},
	{20, -2.56, -1.25},
	{30, -2.63, -0.45},
	{40, -2.65, 0.60},
	{50, -2.52, 1.80},
	{60, -2.00, 2.85},
	{70, -1.35, 3.50},
	{80, -1.10, 3.65},
	{95, -0.95, 3.65},
	{110, -0.75, 3.58},
	{120, -0.60, 3.52},
	{130, -0.10, 3.20},
	{140, 0.65, 2.35},
	{150, 1.27, 1.25},
	{160, 1.50, 0.10},
	{170, 1.92, -0.95},
	{180, 2.30, -1.50},
	{190, 2.45, -1.60},
	{210, 2.80, -1.62},
	{225, 2.95, -1.62},
	{230, 2.78, -1.62},
	{240, 1.95, -1.60},
	{250, 0.90, -1.58},
	{260, -0.28, -1.60},
	{270, -1.25, -1.68},
	{280, -1.78, -1.78},
	{290, -2.35, -1.80},
	{300, -2.52, -1.80},
}

// saccadeOf tells which of the three saccades a knot belongs to.
func saccadeOf(t float64) int {
	switch {
	case t < 100:
		return 0
	case t < 220:
		return 1
	}
	return 2
}

const (
	digitSide   = 28
	digitMargin = 3                         // from the corner of the sensor to that of the digit
	nmnistStep  = 2000                      // µs between samples: at most a quarter of a pixel
	nmnistBlur  = 0.47                      // σ of the optics, in pixels
	jitterTime  = 2.0                       // σ of the start of each saccade, in ms
	jitterPlace = 0.05                      // σ of the place of the whole path, in pixels
	taps        = 2 * 3                     // of the blur, in each direction
	sensorSide  = digitSide + 2*digitMargin // 34
	rowMargin   = 8                         // on both sides of the sensor, for what the path moves out of sight
)

// NMNIST makes recordings like those of N-MNIST from the pictures of MNIST: a
// sensor of 34 × 34 pixels before a dark digit on a bright ground, which moves in
// three saccades. It is a sensor with the preset "nmnist" and keeps its memory
// from one recording to the next, so it serves one goroutine; sensors of one
// seed are equal.
type NMNIST struct {
	c     *Sensor
	digit digit
}

// NewNMNIST returns a sensor whose pattern of pixels is drawn from seed.
func NewNMNIST(seed uint64) *NMNIST {
	c, err := newSensor(NMNISTGeometry, Options{Params: presets["nmnist"], Seed: seed, Workers: 1})
	if err != nil {
		panic(err) // the preset is valid
	}
	c.a.curve.tabulate()
	return &NMNIST{c: c}
}

// Record appends the recording of a picture to dst: 28 rows of 28 grey values as
// MNIST has them, 0 for the ground and 255 for ink. recording draws the jitter of
// the motion and the noise; the same picture and number give the same events.
// Times are 0 to 310,000 µs. It panics when the picture has another size.
//
// One recording takes one to two milliseconds.
func (m *NMNIST) Record(dst []events.Event, picture []uint8, recording uint64) []events.Event {
	if len(picture) != digitSide*digitSide {
		panic(fmt.Sprintf("dvs: a picture of %d pixels; MNIST has 28 × 28", len(picture)))
	}
	m.digit.reset(picture, m.c.a.seed, recording)
	m.c.restart(&m.digit, recording)
	for m.c.err == nil {
		m.c.fill()
		dst = append(dst, m.c.ready...)
	}
	if !errors.Is(m.c.err, io.EOF) {
		panic(m.c.err) // a digit cannot fail
	}
	return dst
}

// digit is the sampler of a moving digit.
type digit struct {
	ink            [digitSide][digitSide]float32 // 0..1
	x0, x1, y0, y1 int                           // the ink lies in x0 ≤ x < x1, y0 ≤ y < y1
	path           []knot
	segment        int                                                       // of the path, where t is
	t              int64                                                     // of the last sample, −1 before the first
	row            [digitSide + 2*(taps-1)][sensorSide + 2*rowMargin]float32 // blurred along x; the first and last rows stay empty
}

func (d *digit) reset(picture []uint8, seed, recording uint64) {
	d.x0, d.y0, d.x1, d.y1 = digitSide, digitSide, 0, 0
	for y := range digitSide {
		for x := range digitSide {
			v := picture[y*digitSide+x]
			d.ink[y][x] = float32(v) / 255
			if v > 0 {
				d.x0, d.y0, d.x1, d.y1 = min(d.x0, x), min(d.y0, y), max(d.x1, x+1), max(d.y1, y+1)
			}
		}
	}
	key := keyOf(seed, recording, streamMotion)
	var late [3]float64
	for k := range late {
		late[k] = min(max(jitterTime*normal(key, k, 0), -6), 6) // never overtaking
	}
	dx, dy := jitterPlace*normal(key, 3, 0), jitterPlace*normal(key, 4, 0)
	d.path = d.path[:0]
	for _, k := range saccades {
		d.path = append(d.path, knot{k.t + late[saccadeOf(k.t)], k.x + dx, k.y + dy})
	}
	d.segment, d.t = 0, -1
	d.row = [len(d.row)][len(d.row[0])]float32{}
}

func (d *digit) next(dst []float32) (int64, error) {
	switch {
	case d.t < 0:
		d.t = 0
	case d.t >= NMNISTDuration:
		return 0, io.EOF
	default:
		d.t = min(d.t+nmnistStep, NMNISTDuration)
	}
	d.draw(dst)
	return d.t, nil
}

// place returns where the middle of the digit is at time t, which grows.
func (d *digit) place(t float64) (x, y float64) {
	for d.segment+1 < len(d.path) && d.path[d.segment+1].t <= t {
		d.segment++
	}
	a := d.path[d.segment]
	if d.segment+1 == len(d.path) || t <= a.t {
		return a.x, a.y
	}
	b := d.path[d.segment+1]
	f := (t - a.t) / (b.t - a.t)
	return a.x + f*(b.x-a.x), a.y + f*(b.y-a.y)
}

// draw puts the blurred digit on the sensor. A pixel of ink is a square under a
// Gaussian blur; both are separable, so rows come first, then columns.
func (d *digit) draw(dst []float32) {
	copy(dst, white[:])
	if d.x0 >= d.x1 {
		return
	}
	x, y := d.place(float64(d.t) / 1000)
	shiftX, kx := blur(x)
	shiftY, ky := blur(y)
	for r := d.y0; r < d.y1; r++ {
		row := &d.row[taps-1+r]
		clear(row[:])
		for c := d.x0; c < d.x1; c++ {
			ink := d.ink[r][c]
			if ink == 0 {
				continue
			}
			out := (*[taps]float32)(row[rowMargin+c+shiftX:])
			for k, w := range kx {
				out[k] += float32(w * ink)
			}
		}
	}
	left, right := max(d.x0+shiftX, 0), min(d.x1+shiftX+taps-1, sensorSide)
	top, bottom := max(d.y0+shiftY, 0), min(d.y1+shiftY+taps-1, sensorSide)
	for at := top; at < bottom; at++ {
		d.column(dst[at*sensorSide+left:at*sensorSide+right], at-shiftY, rowMargin+left, &ky)
	}
}

// column takes the ink of the rows at−5 … at, weighted, off a piece of a row of
// the sensor that begins at column left of d.row.
func (d *digit) column(out []float32, at, left int, k *[taps]float32) {
	piece := func(i int) []float32 { return d.row[at+i][left:][:len(out)] }
	r0, r1, r2, r3, r4, r5 := piece(0), piece(1), piece(2), piece(3), piece(4), piece(5)
	k0, k1, k2, k3, k4, k5 := k[5], k[4], k[3], k[2], k[1], k[0]
	for c := range out {
		l := 1 - float32(k0*r0[c])
		l -= float32(k1 * r1[c])
		l -= float32(k2 * r2[c])
		l -= float32(k3 * r3[c])
		l -= float32(k4 * r4[c])
		l -= float32(k5 * r5[c])
		if l < 0 { // rounding
			l = 0
		}
		out[c] = l
	}
}

// white is the ground.
var white = func() (w [sensorSide * sensorSide]float32) {
	for i := range w {
		w[i] = 1
	}
	return w
}()

// blur returns the weights of a square pixel under the blur, moved by offset, on
// the pixels from shift on.
func blur(offset float64) (shift int, k [taps]float32) {
	whole := math.Floor(offset)
	f := offset - whole
	shift = digitMargin + int(whole) - 2
	edge := func(u float64) float64 { return 0.5 * math.Erf(u/(nmnistBlur*math.Sqrt2)) }
	before := edge(-2.5 - f)
	for i := range k {
		after := edge(float64(i) - 1.5 - f)
		k[i] = float32(after - before)
		before = after
	}
	return shift, k
}
