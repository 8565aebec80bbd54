package datasets_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dvsim/datasets"
)

func TestSplit(t *testing.T) {
	l := &datasets.Listing{Classes: classes(4)}
	for c, n := range []int{100, 33, 2, 1} {
		for i := range n {
			l.Train = append(l.Train, datasets.Memory(fmt.Sprintf("%d/%d.toy", c, i), c, nil))
		}
	}
	names := func(recs []datasets.Recording) (names []string, count [4]int) {
		for _, r := range recs {
			names = append(names, r.Name)
			count[r.Label]++
		}
		return names, count
	}
	rest, part, err := l.Split(0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	partNames, count := names(part)
	if count != [4]int{10, 3, 1, 0} {
		t.Errorf("%v of each class", count)
	}
	restNames, _ := names(rest)
	all, _ := names(l.Train)
	if both := append(slices.Clone(restNames), partNames...); len(both) != len(all) {
		t.Errorf("%d of %d recordings", len(both), len(all))
	}
	for _, n := range partNames {
		if slices.Contains(restNames, n) {
			t.Errorf("%s is in both parts", n)
		}
	}
	if !slices.IsSortedFunc(part, func(a, b datasets.Recording) int {
		return slices.Index(all, a.Name) - slices.Index(all, b.Name)
	}) {
		t.Error("the order of Train is lost")
	}

	shuffled := &datasets.Listing{Classes: l.Classes, Train: slices.Clone(l.Train)}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled.Train), func(i, k int) {
		shuffled.Train[i], shuffled.Train[k] = shuffled.Train[k], shuffled.Train[i]
	})
	_, again, err := shuffled.Split(0.1, 1)
	if err != nil {
		t.Fatal(err)
	}
	againNames, _ := names(again)
	slices.Sort(againNames)
	slices.Sort(partNames)
	if !slices.Equal(againNames, partNames) {
		t.Error("the order has a part in the split")
	}
	_, other, err := l.Split(0.1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if otherNames, _ := names(other); slices.Equal(otherNames, partNames) {
		t.Error("the seed has no part in the split")
	}
	if _, most, err := l.Split(0.999, 1); err != nil || len(most) != 99+32+1 {
		t.Errorf("nearly all: %d, %v", len(most), err)
	}
	for _, f := range []float64{0, 1, -1, 2} {
		if _, _, err := l.Split(f, 1); err == nil {
			t.Errorf("a part of %g", f)
		}
	}
	lone := &datasets.Listing{Classes: classes(4), Train: l.Train[135:]}
	if _, _, err := lone.Split(0.5, 1); err == nil {
		t.Error("one recording was split")
	}
}

// TestSplitIsFair: every recording is as likely as another to be split off.
func TestSplitIsFair(t *testing.T) {
	l := &datasets.Listing{Classes: classes(1)}
	for i := range 50 {
		l.Train = append(l.Train, datasets.Memory(fmt.Sprintf("0/%05d.bin", i), 0, nil))
	}
	hits := map[string]int{}
	const seeds = 2000
	for seed := range uint64(seeds) {
		_, part, err := l.Split(0.2, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range part {
			hits[r.Name]++
		}
	}
	for n, k := range hits { // mean 400, standard deviation 18
		if k < 300 || k > 500 {
			t.Errorf("%s was split off %d times of %d", n, k, seeds)
		}
	}
}
