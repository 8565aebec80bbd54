package main

import (
	"fmt"
	"strings"

	"dvsim/network"
)

// printEval prints the result for people.
func (a *app) printEval(r *evalResult, n *network.Network) {
	fmt.Fprintf(a.out, "%s  %s, on %s, %s engine\n\n", a.bold(r.Network), n.Describe(), r.Data, r.Engine)
	rows := []string{
		fmt.Sprintf("  samples\t%s", count(int64(r.Samples))),
		fmt.Sprintf("  accuracy\t%.2f %%", 100*r.Accuracy),
	}
	for _, l := range r.LayerSpikes {
		rows = append(rows, fmt.Sprintf("  spikes of %s\t%.1f a sample", l.Layer, float64(l.Spikes)/float64(r.Samples)))
	}
	rows = append(rows,
		fmt.Sprintf("  synaptic events\t%s a sample", count(int64(r.PerSample.SynapticEvents+0.5))),
		fmt.Sprintf("  time\t%.3f s, %.3g ms a sample", r.Seconds, 1e3*r.Seconds/float64(r.Samples)))
	if r.Picture != "" {
		rows = append(rows, "  confusion matrix\t"+r.Picture)
	}
	table(a.out, rows...)
	a.printClasses(r)
	a.printConfusion(r)
	if len(r.Worst) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", a.bold("Worst mistakes"))
	rows = rows[:0]
	for _, m := range r.Worst {
		rows = append(rows, fmt.Sprintf("  %s\tis %s\ttaken for %s\tahead by %d", m.Name, m.Label, m.Predicted, m.Margin))
	}
	table(a.out, rows...)
}

// printClasses prints recall and precision of each class.
func (a *app) printClasses(r *evalResult) {
	rows := []string{"  class\tsamples\tfound\tof those taken for it, right"}
	for i, name := range r.Classes {
		var all, taken int64
		for k := range r.Classes {
			all += r.Confusion[i][k]
			taken += r.Confusion[k][i]
		}
		right := r.Confusion[i][i]
		rows = append(rows, fmt.Sprintf("  %s\t%s\t%s\t%s", name, count(all), percent(right, all), percent(right, taken)))
	}
	fmt.Fprintf(a.out, "\n%s\n", a.bold("Classes"))
	table(a.out, rows...)
}

// confusionColumns is how many classes a terminal has room for.
const confusionColumns = 20

// printConfusion prints the matrix where it fits on a terminal.
func (a *app) printConfusion(r *evalResult) {
	if len(r.Classes) > confusionColumns {
		return
	}
	wide := 3
	for i, name := range r.Classes {
		wide = max(wide, min(len(name), 8))
		for _, n := range r.Confusion[i] {
			wide = max(wide, len(fmt.Sprint(n)))
		}
	}
	cell := func(s string) string { return fmt.Sprintf(" %*s", wide, s[:min(len(s), wide)]) }
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n  %s", a.bold("Confusion (rows: what it is, columns: what it was taken for)"), strings.Repeat(" ", wide+1))
	for _, name := range r.Classes {
		b.WriteString(cell(name))
	}
	for i, row := range r.Confusion {
		fmt.Fprintf(&b, "\n  %s", cell(r.Classes[i]))
		for _, n := range row {
			if n == 0 {
				b.WriteString(cell("."))
				continue
			}
			b.WriteString(cell(fmt.Sprint(n)))
		}
	}
	fmt.Fprintln(a.out, b.String())
}
