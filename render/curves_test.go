package render

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func init() {
	for name, p := range map[string]Picture{
		"curves":               demoCurves(30, 1),
		"curves-one-epoch":     &Curves{Title: "one epoch", Loss: []float64{0.61}, Train: []float64{0.81}, Test: []float64{0.9534}},
		"curves-500":           demoCurves(500, 3),
		"curves-not-finite":    &Curves{Title: "it blew up", Loss: []float64{2.3, 1.9, 40, math.Inf(1), math.NaN()}, Train: []float64{0.1, 0.2, 0.12, 0.1, 0.1}},
		"confusion-2":          &Confusion{Title: "two", Labels: []string{"left", "right"}, Counts: [][]int64{{40, 3}, {0, 1200}}},
		"confusion-10":         demoConfusion(10, func(i int) string { return fmt.Sprint(i) }),
		"confusion-11":         demoConfusion(11, func(i int) string { return gestures[i] }),
		"confusion-100":        demoConfusion(100, func(i int) string { return fmt.Sprintf("class %d", i) }),
		"confusion-no-samples": &Confusion{Labels: []string{"a", "b", "c"}, Counts: [][]int64{{0, 0, 0}, {1, 0, 0}, {0, 0, 0}}},
	} {
		pictures[name] = func(testing.TB) Picture { return p }
	}
}

var gestures = []string{
	"hand clapping", "right hand wave", "left hand wave", "right arm clockwise", "right arm counter clockwise",
	"left arm clockwise", "left arm counter clockwise", "arm roll", "air drums", "air guitar", "other gestures",
}

func demoCurves(epochs int, seed uint64) *Curves {
	rng := rand.New(rand.NewPCG(seed, 1))
	c := &Curves{Title: "nmnist-30"}
	for e := range epochs {
		x := float64(e+1) / float64(epochs)
		c.Loss = append(c.Loss, 0.05+2*math.Exp(-9*x)+0.03*rng.Float64())
		c.Train = append(c.Train, 1-0.6*math.Exp(-8*x)-0.004*rng.Float64())
		c.Test = append(c.Test, 0.925-0.5*math.Exp(-10*x)-0.01*rng.Float64())
	}
	return c
}

func demoConfusion(n int, name func(int) string) *Confusion {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	c := &Confusion{Title: "run-7"}
	for y := range n {
		c.Labels = append(c.Labels, name(y))
		row := make([]int64, n)
		for range 800 + 40*(y%9) {
			x := y
			if rng.Float64() < 0.05 {
				x = (y + 1 + int(rng.ExpFloat64()*float64(n)/6)) % n
			}
			row[x]++
		}
		c.Counts = append(c.Counts, row)
	}
	return c
}

func TestCurvesCheck(t *testing.T) {
	for _, c := range []struct {
		c    Curves
		want string
	}{
		{Curves{}, "without an epoch"},
		{Curves{Loss: []float64{1, 2}, Epoch: []int{1}}, "curves of 2 epochs have numbers for 1"},
		{Curves{Loss: []float64{1, 2}, Epoch: []int{4, 4}}, "epoch 4 comes after epoch 4"},
		{Curves{Loss: []float64{1, 2}, Test: []float64{1}}, "have 1 accuracies of test"},
		{Curves{Loss: []float64{1}, Epoch: []int{5}, Train: []float64{97.5}}, "accuracy of training in epoch 5 is 97.5"},
		{Curves{Loss: []float64{math.NaN()}, Train: []float64{math.NaN()}}, ""},
	} {
		if err := c.c.Check(); fmt.Sprint(err) != "<nil>" && c.want == "" || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestConfusionCheck(t *testing.T) {
	two := []string{"a", "b"}
	for _, c := range []struct {
		c    Confusion
		want string
	}{
		{Confusion{Labels: two[:1]}, "needs two classes"},
		{Confusion{Labels: make([]string, 301)}, "of 301 classes; at most 300"},
		{Confusion{Labels: two, Counts: [][]int64{{1, 2}}}, "of 1 rows has names for 2"},
		{Confusion{Labels: two, Counts: [][]int64{{1, 2}, {1}}}, "row 1 of a confusion matrix has 1 columns"},
		{Confusion{Labels: two, Counts: [][]int64{{1, 2}, {1, -1}}}, "row 1, column 1 of a confusion matrix: count -1"},
	} {
		if err := c.c.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestSmallPictures draws every kind at the least size: nothing may panic.
func TestSmallPictures(t *testing.T) {
	for _, p := range []Picture{
		&Curves{Loss: []float64{1, 2}, Width: 1, Height: 1},
		&Curves{Loss: []float64{math.NaN()}, Test: []float64{math.NaN()}, Width: 1, Height: 1},
		&Curves{Loss: []float64{0, 0}, Train: []float64{1, 1}, Epoch: []int{0, 1_000_000}},
		&Curves{Loss: []float64{-5, -3}},
		func() Picture {
			c := demoConfusion(300, func(i int) string { return strings.Repeat("long name ", 40) })
			c.Width, c.Height = 1, 1
			return c
		}(),
		func() Picture {
			c := demoConfusion(12, func(i int) string { return strings.Repeat("long name ", 40) })
			c.Width, c.Height = 1, 1
			return c
		}(),
	} {
		if p.Draw().Bounds().Empty() {
			t.Error("nothing was drawn")
		}
	}
}
