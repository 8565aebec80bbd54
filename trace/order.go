package trace

import "fmt"

// order checks that calls of Recorder.Spikes obey its rules.
type order struct {
	layers []Layer
	last   []int64 // time of the last call a layer, -1 before the first
}

func (o *order) begin(layers []Layer) error {
	if len(layers) > maxLayers {
		return fmt.Errorf("trace: %d layers; at most %d can be recorded", len(layers), maxLayers)
	}
	o.layers = layers
	o.last = make([]int64, len(layers))
	for i, l := range layers {
		o.last[i] = -1
		if l.H < 1 || l.W < 1 || l.C < 1 || l.H > maxNeurons || l.W > maxNeurons || l.C > maxNeurons || l.H*l.W > maxNeurons || l.Len() > maxNeurons {
			return fmt.Errorf("trace: layer %d %q: shape %d×%d×%d is impossible; 1 to %d neurons can be recorded", i, l.Name, l.H, l.W, l.C, maxNeurons)
		}
	}
	return nil
}

const (
	maxLayers  = 1 << 12
	maxNeurons = 1 << 26 // a layer
	maxTime    = 1 << 62
)

// spikes checks one call; the error names what breaks the rules.
func (o *order) spikes(layer int, t int64, index []uint32, counts []uint16) error {
	if uint(layer) >= uint(len(o.layers)) {
		return fmt.Errorf("trace: spikes of layer %d, but %d layers were announced", layer, len(o.layers))
	}
	if counts != nil && len(counts) != len(index) {
		return fmt.Errorf("trace: layer %d %q, time %d: %d counts for %d spikes", layer, o.layers[layer].Name, t, len(counts), len(index))
	}
	if len(index) == 0 {
		return nil
	}
	if t <= o.last[layer] {
		if t < 0 {
			return fmt.Errorf("trace: layer %d %q: negative time %d", layer, o.layers[layer].Name, t)
		}
		return fmt.Errorf("trace: layer %d %q: time %d after time %d", layer, o.layers[layer].Name, t, o.last[layer])
	}
	for i := 1; i < len(index); i++ {
		if index[i] <= index[i-1] {
			return fmt.Errorf("trace: layer %d %q, time %d: neuron %d after neuron %d", layer, o.layers[layer].Name, t, index[i], index[i-1])
		}
	}
	if t > maxTime {
		return fmt.Errorf("trace: layer %d %q: time %d is impossible", layer, o.layers[layer].Name, t)
	}
	if n := o.layers[layer].Len(); int(index[len(index)-1]) >= n {
		return fmt.Errorf("trace: layer %d %q, time %d: neuron %d of %d", layer, o.layers[layer].Name, t, index[len(index)-1], n)
	}
	for i, c := range counts {
		if c == 0 {
			return fmt.Errorf("trace: layer %d %q, time %d: neuron %d spikes 0 times", layer, o.layers[layer].Name, t, index[i])
		}
	}
	o.last[layer] = t
	return nil
}
