package learn

// Coding says how a picture becomes the input of a sample; see [Pictures]. The
// zero value is the constant input of snnTorch's tutorial. Codings compare with ==.
type Coding struct {
	kind         codingKind
	gain, offset float64
	latency      LatencyOptions
}

type codingKind uint8

const (
	constantInput codingKind = iota
	rateInput
	latencyInput
)

// codingForms[k] is how kind k is written.
var codingForms = []form{
	{"constant", nil},
	{"rate", []argument{anyNumber("gain", 1), anyNumber("offset", 0)}},
	{"latency", []argument{
		positive("tau", 1),
		{name: "threshold", std: 0.01, max: 1, over: true, under: true},
		{name: "first", max: maxSteps, whole: true},
		yesNo("linear"), yesNo("normalize"), yesNo("clip"), yesNo("bypass"),
	}},
}

// ConstantCoding gives every pixel that is not black as a current of its
// brightness, 0 to 1, in every step. The network's first layer need sum it once.
func ConstantCoding() Coding { return Coding{} }

// RateCoding draws in every step and for every pixel x a spike of probability
// gain·x + offset, held between 0 and 1, anew in each epoch: snnTorch's
// spikegen.rate. It is drawn in evaluation too, each time the same.
func RateCoding(gain, offset float64) Coding {
	codingForms[rateInput].must(gain, offset)
	return Coding{kind: rateInput, gain: gain, offset: offset}
}

// LatencyCoding lets every pixel spike once, the brighter the sooner; see
// [Latency]. With Normalize and without Linear, times stretch so that the darkest
// pixel of each picture spikes in the last step.
func LatencyCoding(o LatencyOptions) Coding {
	o = o.filled()
	codingForms[latencyInput].must(o.values()...)
	return Coding{kind: latencyInput, latency: o}
}

func (c Coding) values() []float64 {
	switch c.kind {
	case rateInput:
		return []float64{c.gain, c.offset}
	case latencyInput:
		return c.latency.values()
	}
	return nil
}

// String is the coding as [ParseCoding] reads it.
func (c Coding) String() string { return codingForms[c.kind].short(c.values()...) }

// ParseCoding reads "constant", "rate:gain=0.5", "latency:tau=5:linear=1". See
// [Codings] for the names.
func ParseCoding(text string) (Coding, error) {
	at, v, err := parse("coding", text, codingForms)
	if err != nil {
		return Coding{}, err
	}
	c := Coding{kind: codingKind(at)}
	switch c.kind {
	case rateInput:
		c.gain, c.offset = v[0], v[1]
	case latencyInput:
		c.latency = LatencyOptions{
			Tau: v[0], Threshold: v[1], First: int(v[2]),
			Linear: v[3] != 0, Normalize: v[4] != 0, Clip: v[5] != 0, Bypass: v[6] != 0,
		}
	}
	return c, nil
}

// Codings lists what [ParseCoding] knows, with default parameters.
func Codings() []string { return usages(codingForms) }
