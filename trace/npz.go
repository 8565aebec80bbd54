package trace

import (
	"fmt"
	"io"

	"dvsim/internal/npz"
)

// WriteNPZ writes a trace as a NumPy archive. For each layer there are
//
//	NAME_t      int64   (n,)      time of each spike: steps, or µs where dt_us is 0
//	NAME_index  uint32  (n,)      neuron, (y·W + x)·C + c
//	NAME_count  uint16  (n,)      how often it spiked at that time
//	NAME_shape  int64   (3,)      H, W, C
//
// in the order (t, index), and for the whole trace dt_us, t0_us and duration, int64
// of shape (1,). NAME is the layer's name; a layer whose name is empty or taken is
// called layer0, layer1, … by its place.
func WriteNPZ(w io.Writer, m *Memory) error {
	one := func(name string, v int64) npz.Array { return npz.Array{Name: name, Data: []int64{v}} }
	arrays := []npz.Array{one("dt_us", m.info.DtUS), one("t0_us", m.info.T0), one("duration", m.duration)}
	taken := map[string]bool{}
	for l, layer := range m.info.Layers {
		name := layer.Name
		if name == "" || taken[name] {
			name = fmt.Sprintf("layer%d", l)
		}
		taken[name] = true
		c := &m.columns[l]
		times := make([]int64, 0, len(c.index))
		for i, t := range c.times {
			for range c.start[i+1] - c.start[i] {
				times = append(times, t)
			}
		}
		counts := c.counts
		if counts == nil {
			counts = ones(nil, len(c.index))
		}
		arrays = append(arrays,
			npz.Array{Name: name + "_t", Data: times},
			npz.Array{Name: name + "_index", Data: c.index},
			npz.Array{Name: name + "_count", Data: counts},
			npz.Array{Name: name + "_shape", Data: []int64{int64(layer.H), int64(layer.W), int64(layer.C)}})
	}
	return npz.WriteCompressed(w, arrays...)
}
