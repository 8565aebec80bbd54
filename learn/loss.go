package learn

import (
	"fmt"
	"math"
)

// Loss is what training makes small. The losses here are those of snnTorch 1.0.0
// (snntorch/functional/loss.py): means over the batch, with its values and
// gradients. They are values without state and may be used by several trainers.
type Loss interface {
	// Name is the loss as [ParseLoss] reads it.
	Name() string
	// OnPotential reports whether the loss looks at potentials (and never at spikes)
	// or at spikes (and never at potentials).
	OnPotential() bool
	// Of returns the mean loss over the batch and adds its derivatives to g; nil when
	// only the value is wanted. labels has one class for each sample of out. Sums are
	// formed in float64, in one order.
	Of(out *Output, labels []int, g *Gradient) float64
}

// lossForms is how losses are written; buildLoss knows the same order.
var lossForms = []form{
	{"ce_count", []argument{population}},
	{"ce_rate", nil},
	{"ce_max_membrane", nil},
	{"ce_membrane", nil},
	{"mse_count", []argument{fraction("correct", 1), fraction("incorrect", 0), population}},
	{"mse_membrane", []argument{anyNumber("on", 1), anyNumber("off", 0)}},
	{"mse_temporal", []argument{step("on", 0), step("off", -1), {name: "tolerance", max: maxSteps, whole: true}}},
	{"ce_temporal", []argument{yesNo("reciprocal")}},
}

// maxSteps bounds the numbers of steps that people write: none of ours is longer.
const maxSteps = 1 << 30

// population is the number of classes that share the output neurons; 0 where each
// neuron is a class.
var population = argument{name: "classes", max: 1 << 24, whole: true}

// step is a time in steps, counted from the end where it is negative.
func step(name string, std float64) argument {
	return argument{name: name, std: std, min: -maxSteps, max: maxSteps, whole: true}
}

func buildLoss(at int, v []float64) Loss {
	switch at {
	case 0:
		return ceCount{int(v[0])}
	case 1:
		return ceRate{}
	case 2:
		return ceMaxMembrane{}
	case 3:
		return ceMembrane{}
	case 4:
		return mseCount{v[0], v[1], int(v[2])}
	case 5:
		return mseMembrane{v[0], v[1]}
	case 6:
		return mseTemporal{int(v[0]), int(v[1]), int(v[2])}
	}
	return ceTemporal{v[0] != 0}
}

// newLoss builds a loss for a constructor.
func newLoss(at int, values ...float64) Loss {
	lossForms[at].must(values...)
	return buildLoss(at, values)
}

// ParseLoss reads a name with parameters: "ce_count", "mse_count:0.8:0.2",
// "mse_temporal:on=0:off=-1". See [Losses] for the names.
func ParseLoss(text string) (Loss, error) {
	at, values, err := parse("loss", text, lossForms)
	if err != nil {
		return nil, err
	}
	return buildLoss(at, values), nil
}

// Losses lists what [ParseLoss] knows, with default parameters.
func Losses() []string { return usages(lossForms) }

// crossEntropy is −log softmax(x)[label]. With d it puts the derivatives by x
// there: softmax(x), less 1 at the label.
func crossEntropy(x []float64, label int, d []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	var sum float64
	for i, v := range x {
		e := math.Exp(v - top)
		sum += e
		if d != nil {
			d[i] = e
		}
	}
	if d != nil {
		for i := range d {
			d[i] /= sum
		}
		d[label]--
	}
	return math.Log(sum) - (x[label] - top)
}

// classes is how many classes share the neurons: n, or one each where n is 0.
func (out *Output) classes(n int) int {
	switch {
	case n == 0:
		return out.Neurons
	case n > out.Neurons || out.Neurons%n != 0:
		panic(fmt.Sprintf("learn: %d output neurons cannot be shared by %d classes", out.Neurons, n))
	}
	return n
}

// count sums the spikes of sample b over the steps and over the neurons of each
// class, which lie side by side.
func (out *Output) count(b int, sums []float64) {
	clear(sums)
	each := out.Neurons / len(sums)
	if out.total != nil {
		for j, s := range out.total[b*out.Neurons : (b+1)*out.Neurons] {
			sums[j/each] += s
		}
		return
	}
	for t := range out.Steps {
		at := (b*out.Steps + t) * out.Neurons
		for j, s := range out.Spikes[at : at+out.Neurons] {
			sums[j/each] += float64(s)
		}
	}
}

// spread adds d[c]·scale to the gradient of each spike of class c in sample b.
func (g *Gradient) spread(out *Output, b int, d []float64, scale float64) {
	each := out.Neurons / len(d)
	for t := range out.Steps {
		at := (b*out.Steps + t) * out.Neurons
		for j := range out.Neurons {
			g.PerSpike[at+j] += float32(d[j/each] * scale)
		}
	}
}
