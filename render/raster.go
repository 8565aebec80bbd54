package render

import (
	"fmt"
	"math"
	"slices"

	"dvsim/events"
	"dvsim/trace"
)

// Options of the pictures. The zero value is usable.
type Options struct {
	// Width and Height of the picture in pixels. 0: 1200 wide, and 800 high or as high as
	// the layers need. The least is 480 × 320.
	Width, Height int
	// Title stands above the picture; "": made from the names of network and file.
	Title string
	// Geometry of the sensor; unknown: as large as the events tell.
	Geometry events.Geometry
	// From and To bound what is shown, in µs of the recording's clock; what lies
	// outside is left out. Both 0: everything that comes. Giving them helps where a
	// recording holds single events with wild times.
	From, To int64
	// Rates adds a panel with the spike rates of the layers to a [Raster].
	Rates bool
}

func (o *Options) setDefaults() {
	if o.Width == 0 {
		o.Width = 1200
	}
	o.Width = max(o.Width, 480)
	if o.Height != 0 {
		o.Height = max(o.Height, 320)
	}
}

// bounded reports whether From and To are given.
func (o *Options) bounded() bool { return o.To > o.From }

// Size of the grids: columns of time, and rows that the neurons or pixels of one
// panel are gathered in at most.
const (
	gridCols = 2048
	gridRows = 320
	fewRows  = 60 // up to here each neuron has a line of its own
)

// Raster draws spikes over time: the events of the recording on top, each layer of the
// network below it. It is a [trace.Recorder], and takes the events themselves
// through [Raster.Events]; without them it draws the input layer of the trace. Its
// memory is bounded, a few megabytes a layer, whatever the length of the run.
//
// Up to 60 neurons have a line of marks each. More are drawn as a density whose
// strength grows with the logarithm of the number of spikes. A layer with
// positions and channels is drawn channel by channel.
type Raster struct {
	opt      Options
	events   *eventGrid
	info     trace.Info
	begun    bool
	ended    bool
	duration int64
	layers   []*layerGrid // the input first
}

// NewRaster returns a Raster that has seen nothing.
func NewRaster(opt Options) *Raster {
	opt.setDefaults()
	return &Raster{opt: opt, events: newEventGrid(opt)}
}

// Events adds a batch of events of the recording, in any order.
func (r *Raster) Events(batch []events.Event) { r.events.add(batch) }

// Begin learns the layers. A second Begin forgets all spikes.
func (r *Raster) Begin(info trace.Info) error {
	r.info, r.begun, r.ended, r.duration = info, true, false, 0
	r.layers = r.layers[:0]
	for i, l := range info.Layers {
		if l.Len() < 1 {
			return fmt.Errorf("render: layer %d %q has no neurons", i, l.Name)
		}
		r.layers = append(r.layers, newLayerGrid(l, i == 0))
	}
	return nil
}

// Spikes adds the spikes of one layer at one time.
func (r *Raster) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	if uint(layer) >= uint(len(r.layers)) {
		return fmt.Errorf("render: spikes of layer %d, but %d layers were announced", layer, len(r.layers))
	}
	return r.layers[layer].add(t, index, counts)
}

// End notes the duration of the run.
func (r *Raster) End(duration int64) error {
	r.duration, r.ended = duration, true
	return nil
}

var _ trace.Recorder = (*Raster)(nil)

// unit is the length of the trace's time unit in µs.
func (r *Raster) unit() float64 { return max(float64(r.info.DtUS), 1) }

// span returns the range of time that is drawn, in µs of the recording's clock.
func (r *Raster) span() (from, to float64) {
	ev := r.events.grid
	switch {
	case r.opt.bounded():
		from, to = float64(r.opt.From), float64(r.opt.To)
	case r.begun:
		from = float64(r.info.T0)
		to = from + float64(r.duration)*r.unit()
		if !r.ended {
			for _, l := range r.layers {
				if l.grid.any {
					to = max(to, from+float64(l.grid.max+1)*r.unit())
				}
			}
			if ev.any {
				to = max(to, float64(ev.max)+1)
			}
		}
	case ev.any:
		from, to = float64(ev.min), float64(ev.max)+1
	}
	return from, max(to, from+1000) // at least a millisecond
}

// eventGrid counts events by time, polarity and row of the sensor.
type eventGrid struct {
	*grid
	opt   Options
	per   int // sensor rows a row of the grid
	rows  int // of one polarity
	maxY  int
	total [2]int64 // OFF, ON
	left  int64    // events outside From … To
}

func newEventGrid(opt Options) *eventGrid {
	e := &eventGrid{opt: opt, per: 1, rows: gridRows}
	if h := opt.Geometry.Height; h > 0 {
		e.per = (h + gridRows - 1) / gridRows
		e.rows = (h + e.per - 1) / e.per
	}
	e.grid = newGrid(2*e.rows, gridCols)
	return e
}

func (e *eventGrid) add(batch []events.Event) {
	var col []uint32
	var t int64 // the time that col was fetched for
	bounded := e.opt.bounded()
	for _, v := range batch {
		if bounded && (v.T < e.opt.From || v.T >= e.opt.To) {
			e.left++
			continue
		}
		if col == nil || v.T != t { // many events share their µs
			col, t = e.column(v.T), v.T
		}
		y := uint32(v.Y)
		if e.per > 1 {
			y /= uint32(e.per)
		}
		for int(y) >= e.rows {
			e.halveRows(2)
			e.per *= 2
			y = uint32(v.Y) / uint32(e.per)
		}
		e.maxY = max(e.maxY, int(v.Y))
		p := int(v.P & 1)
		col[p*e.rows+int(y)]++
		e.total[p]++
	}
}

// height is the number of sensor rows that are drawn.
func (e *eventGrid) height() int {
	if h := e.opt.Geometry.Height; h > e.maxY {
		return h
	}
	return e.maxY + 1
}

// layerGrid counts the spikes of a layer by time and row.
type layerGrid struct {
	*grid
	layer trace.Layer
	n     int // neurons
	sites int // H × W
	per   int // neurons a row
	total int64
	// split: an input with two channels, drawn as events are: channel 0 OFF, channel 1
	// ON, rows by y.
	split bool
}

func newLayerGrid(l trace.Layer, input bool) *layerGrid {
	g := &layerGrid{layer: l, n: l.Len(), sites: l.H * l.W}
	g.split = input && l.C == 2 && g.sites > 1
	if g.split {
		g.per = (l.H + gridRows - 1) / gridRows
		rows := (l.H + g.per - 1) / g.per
		g.grid = newGrid(2*rows, gridCols)
		return g
	}
	limit := max(gridRows, min(l.C, 2*gridRows))
	g.per = (g.n + limit - 1) / limit
	g.grid = newGrid((g.n+g.per-1)/g.per, gridCols)
	return g
}

// row is the row of a neuron: channel by channel, in each channel by position.
func (g *layerGrid) row(j uint32) int {
	site, c := int(j)/g.layer.C, int(j)%g.layer.C
	if g.split {
		return c*g.grid.rows/2 + site/g.layer.W/g.per
	}
	return (c*g.sites + site) / g.per
}

func (g *layerGrid) add(t int64, index []uint32, counts []uint16) error {
	if len(index) == 0 {
		return nil
	}
	if j := slices.Max(index); int(j) >= g.n {
		return fmt.Errorf("render: layer %q: neuron %d of %d", g.layer.Name, j, g.n)
	}
	col := g.column(t)
	for i, j := range index {
		k := uint32(1)
		if counts != nil {
			k = uint32(counts[i])
		}
		r := g.row(j)
		col[r] += k
		g.total += int64(k)
	}
	return nil
}

// rate is the mean firing rate of a neuron in Hz over a time in µs.
func (g *layerGrid) rate(us float64) float64 {
	if us <= 0 {
		return 0
	}
	return float64(g.total) / us * 1e6 / float64(g.n)
}

// bands reports whether the layer is drawn in bands of channels.
func (g *layerGrid) bands() bool { return g.sites > 1 && g.layer.C > 1 && !g.split }

// few reports whether each neuron has a line of its own.
func (g *layerGrid) few() bool { return g.n <= fewRows && !g.split }

// channelLabel names channel c.
func channelLabel(l trace.Layer, c int) string {
	if c < len(l.Labels) {
		return l.Labels[c]
	}
	return fmt.Sprint(c)
}

// rowLabel names row r of a layer with few neurons.
func (g *layerGrid) rowLabel(r int) string {
	c, site := r/g.sites, r%g.sites
	name := channelLabel(g.layer, c)
	if g.sites == 1 {
		return name
	}
	pos := fmt.Sprintf("%d,%d", site%g.layer.W, site/g.layer.W)
	if g.layer.C == 1 && len(g.layer.Labels) == 0 {
		return pos
	}
	return name + " " + pos
}

// formatRate writes a rate with two or three digits.
func formatRate(hz float64) string {
	switch {
	case hz == 0:
		return "0"
	case hz < 0.01:
		return fmt.Sprintf("%.1g", hz)
	case hz < 10:
		return fmt.Sprintf("%.2g", hz)
	}
	return events.Thousands(int64(math.Round(hz)))
}
