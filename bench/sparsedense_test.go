package bench

import (
	"context"
	"errors"
	"math"
	"testing"

	"dvsim/events"
)

func TestSparseDense(t *testing.T) {
	g := Grid{Activity: []float64{0.01, 0.2}, Size: []int{4, 16}, StepUS: []int64{1000, 2000}, Inputs: events.Geometry{Width: 8, Height: 8}, DurationUS: 20_000, Runs: 1, Seed: 3}
	cells, err := SparseDense(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != 8 {
		t.Fatalf("%d cells, want 8", len(cells))
	}
	for _, c := range cells {
		if c.Event <= 0 || c.Dense <= 0 || c.Matmul <= 0 || c.Events == 0 || c.Steps == 0 {
			t.Errorf("a cell without a figure: %+v", c)
		}
		if c.SynapticEvents != c.Events*int64(c.Size) {
			t.Errorf("%d synaptic events from %d events onto %d neurons", c.SynapticEvents, c.Events, c.Size)
		}
		if math.Abs(c.Activity-c.Asked) > 0.1 {
			t.Errorf("asked for an activity of %g, measured %g", c.Asked, c.Activity)
		}
	}
	maps := Maps(cells)
	if len(maps) != 2 || len(maps[0].Ratio) != 2 || len(maps[0].Ratio[0]) != 2 || !maps[0].Several {
		t.Fatalf("maps: %+v", maps)
	}
	for y, row := range maps[1].Ratio {
		for x, r := range row {
			if c := cells[4+2*x+y]; r != c.Ratio() {
				t.Errorf("map row %d column %d is %g, its cell %+v", y, x, r, c)
			}
		}
	}
}

func TestSparseDenseRecording(t *testing.T) {
	ev := []events.Event{{T: 5, X: 1, Y: 1}, {T: 3000, X: 2, Y: 0, P: events.On}}
	g := Grid{Size: []int{3}, StepUS: []int64{1000}, Runs: 1, NoMatmul: true, Recording: func() (events.Reader, error) {
		return events.FromSlice(events.Header{Geometry: events.Geometry{Width: 4, Height: 4}}, ev), nil
	}}
	cells, err := SparseDense(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != 1 || cells[0].Events != 2 || cells[0].Matmul != 0 {
		t.Fatalf("cells %+v", cells)
	}
}

func TestSparseDenseStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g := Grid{Activity: []float64{0.1}, Size: []int{2, 3}, StepUS: []int64{1000}, Inputs: events.Geometry{Width: 4, Height: 4}, DurationUS: 5000, Runs: 1}
	g.Progress = func(done, all int) {
		if done == 1 {
			cancel()
		}
	}
	cells, err := SparseDense(ctx, g)
	if !errors.Is(err, context.Canceled) || len(cells) != 1 {
		t.Fatalf("%d cells, error %v; want the one that was done, and context.Canceled", len(cells), err)
	}
	if _, err := SparseDense(context.Background(), Grid{Activity: []float64{1.5}, Size: []int{1}, StepUS: []int64{1000}}); err == nil {
		t.Error("an activity of 1.5 is no error")
	}
}
