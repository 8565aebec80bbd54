package sim

import (
	"math/bits"

	"dvsim/network"
)

// poisson is a generator of random spikes for the neurons of one layer. How many
// come to neuron j in step k is drawn by 32 bits of a hash of (seed, layer,
// generator, j, k): of the counter k along the splitmix64 sequence that starts at the
// hash of the rest, the lower half of the 64 bits for an even j and the upper half
// for the odd one after it. Nothing is kept between steps.
//
// The distribution is a table of Walker's: the upper bits of a draw choose an entry,
// the others one of its two counts. Probabilities are whole multiples of 2^−32.
type poisson struct {
	receptor int
	keys     []uint64 // of each pair of neurons
	table    []poissonEntry
	shift    uint // of a draw, to the number of its entry
}

// poissonEntry has what two counts add to the input. The first is taken when the
// lower bits of the draw, moved up, are below cut.
type poissonEntry struct {
	cut   uint64
	value [2]float32 // the second, the first
}

const (
	weyl = 0x9e3779b97f4a7c15
	mixA = 0xbf58476d1ce4e5b9
	mixB = 0x94d049bb133111eb
)

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * mixA
	x = (x ^ x>>27) * mixB
	return x ^ x>>31
}

// generators are those of a layer.
func generators(net *network.Network, layer int) []*poisson {
	l := net.Layers[layer]
	var list []*poisson
	for k := range l.Poisson {
		g := &l.Poisson[k]
		if g.RateHz > 0 {
			list = append(list, newPoisson(g.RateHz*float64(net.DtUS)/1e6, g.Weight, g.Receptor, g.Key(net.LayerName(layer), k), l.Shape.Len()))
		}
	}
	return list
}

func newPoisson(mean float64, weight float32, receptor int, key uint64, n int) *poisson {
	p := &poisson{receptor: receptor, keys: make([]uint64, (n+1)/2)}
	for i := range p.keys {
		p.keys[i] = mix(key ^ mix(uint64(i)+weyl))
	}
	counts, first := poissonCounts(mean)
	p.fill(counts, first, weight)
	return p
}

// poissonCounts is how many of 2^32 draws give first, first + 1, … spikes. The
// probabilities are built from the most probable count outwards, by products alone,
// which are the same on every machine.
func poissonCounts(mean float64) (counts []uint64, first int) {
	mode := int(mean)
	const least = 1.0 / (1 << 40)
	var low, high []float64
	for x, k := 1.0, mode; k > 0 && x > least; k-- {
		x *= float64(k) / mean
		low = append(low, x)
	}
	for x, k := 1.0, mode+1; x > least; k++ {
		x *= mean / float64(k)
		high = append(high, x)
	}
	sum := 1.0
	for _, x := range append(append([]float64(nil), low...), high...) {
		sum += x
	}
	first = mode - len(low)
	left := uint64(1) << 32
	add := func(x float64) {
		c := uint64(x / sum * (1 << 32))
		counts = append(counts, c)
		left -= c
	}
	for i := len(low) - 1; i >= 0; i-- {
		add(low[i])
	}
	add(1)
	for _, x := range high {
		add(x)
	}
	counts[mode-first] += left
	for len(counts) > 1 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	for len(counts) > 1 && counts[0] == 0 {
		counts, first = counts[1:], first+1
	}
	return counts, first
}

// fill makes the table: every entry stands for as many draws, those of a count that
// has too few of them are filled up from one that has too many.
func (p *poisson) fill(counts []uint64, first int, weight float32) {
	width := uint(bits.Len(uint(len(counts) - 1)))
	p.shift = 32 - width
	p.table = make([]poissonEntry, 1<<width)
	share := uint64(1) << p.shift
	left := make([]uint64, len(p.table))
	copy(left, counts)
	var small, large []int
	for i, c := range left {
		if c < share {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	value := func(i int) float32 { return float32(float32(first+i) * weight) }
	for len(large) > 0 {
		l := large[len(large)-1]
		if len(small) == 0 {
			p.table[l] = poissonEntry{cut: share << width, value: [2]float32{value(l), value(l)}}
			large = large[:len(large)-1]
			continue
		}
		s := small[len(small)-1]
		small = small[:len(small)-1]
		p.table[s] = poissonEntry{cut: left[s] << width, value: [2]float32{value(l), value(s)}}
		if left[l] -= share - left[s]; left[l] < share {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
}

// add adds what comes to the neurons lo ≤ j < hi in step k to acc, which has a value
// for each neuron of the layer.
func (p *poisson) add(acc []float32, lo, hi int, k int64) {
	at := uint64(k) * weyl
	table, shift, width := p.table, p.shift&31, (32-p.shift)&31
	if len(table) == 1 { // a mean so small that nothing ever comes
		for j := lo; j < hi; j++ {
			acc[j] += table[0].value[0]
		}
		return
	}
	draw := func(u uint32) float32 {
		e := &table[u>>shift]
		return e.value[(uint64(u<<width)-e.cut)>>63]
	}
	if lo&1 == 1 && lo < hi {
		acc[lo] += draw(uint32(mix(p.keys[lo/2]+at) >> 32))
		lo++
	}
	acc = acc[lo:hi]
	for _, key := range p.keys[lo/2 : (hi+1)/2] {
		h := mix(key + at)
		acc[0] += draw(uint32(h))
		if len(acc) == 1 {
			return
		}
		acc[1] += draw(uint32(h >> 32))
		acc = acc[2:]
	}
}
