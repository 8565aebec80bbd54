package bench

import (
	"math"
	"slices"
)

// Map is the cells of one step, laid out for a picture.
type Map struct {
	StepUS   int64
	Several  bool      // there are maps of other steps beside it
	Activity []float64 // columns, rising
	Size     []int     // rows, rising
	// Ratio[row][column] is dense time / event time; NaN where nothing was measured.
	Ratio [][]float64
}

// Maps sorts cells into one map for each step.
func Maps(cells []Cell) []Map {
	var steps []int64
	for _, c := range cells {
		steps = append(steps, c.StepUS)
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	maps := make([]Map, 0, len(steps))
	for _, step := range steps {
		m := Map{StepUS: step, Several: len(steps) > 1}
		column := map[float64]float64{} // the activity asked for, to the one measured
		for _, c := range cells {
			if c.StepUS == step {
				column[c.Asked] = c.Activity
				m.Size = append(m.Size, c.Size)
			}
		}
		slices.Sort(m.Size)
		m.Size = slices.Compact(m.Size)
		var asked []float64
		for p := range column {
			asked = append(asked, p)
		}
		slices.Sort(asked)
		for _, p := range asked {
			m.Activity = append(m.Activity, column[p])
		}
		m.Ratio = make([][]float64, len(m.Size))
		for y := range m.Ratio {
			m.Ratio[y] = make([]float64, len(asked))
			for x := range m.Ratio[y] {
				m.Ratio[y][x] = math.NaN()
			}
		}
		for _, c := range cells {
			if c.StepUS == step {
				x, _ := slices.BinarySearch(asked, c.Asked)
				y, _ := slices.BinarySearch(m.Size, c.Size)
				m.Ratio[y][x] = c.Ratio()
			}
		}
		maps = append(maps, m)
	}
	return maps
}
