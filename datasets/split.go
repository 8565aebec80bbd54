package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Split takes a part of Train away, for validation or as a test: of each class
// the nearest whole number to fraction of its recordings, at least one where the class has two,
// and never all. Which ones depends on seed and their names only, not on
// their order. Both results keep the order of Train, which stays as it is.
func (l *Listing) Split(fraction float64, seed uint64) (rest, part []Recording, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("datasets: a part of %g: give a fraction between 0 and 1, such as 0.1", fraction)
	}
	byClass := make([][]int, len(l.Classes))
	for i := range l.Train {
		c := l.Train[i].Label
		byClass[c] = append(byClass[c], i)
	}
	taken := make([]bool, len(l.Train))
	rank := make([]uint64, len(l.Train))
	for i := range l.Train {
		rank[i] = splitRank(seed, l.Train[i].Name)
	}
	for _, members := range byClass {
		if len(members) < 2 {
			continue
		}
		slices.SortFunc(members, func(a, b int) int {
			return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(l.Train[a].Name, l.Train[b].Name))
		})
		n := int(math.Round(fraction * float64(len(members))))
		for _, i := range members[:min(max(n, 1), len(members)-1)] {
			taken[i] = true
		}
	}
	for i, r := range l.Train {
		if taken[i] {
			part = append(part, r)
		} else {
			rest = append(rest, r)
		}
	}
	if len(part) == 0 {
		return nil, nil, fmt.Errorf("datasets: nothing can be split off %d recordings: every class has one only", len(l.Train))
	}
	return rest, part, nil
}

// splitRank is the place of a name in the shuffle of a seed.
func splitRank(seed uint64, name string) uint64 {
	var h xxhash.Digest
	h.ResetWithSeed(seed)
	h.WriteString(name)
	return h.Sum64()
}
