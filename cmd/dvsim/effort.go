package main

import (
	"fmt"
	"strings"

	"dvsim/effort"
)

// printEffort prints what a run (or the mean sample) took against what stepping
// everything would have taken.
func (a *app) printEffort(e *effort.Effort, of string) {
	fmt.Fprintf(a.out, "\n%s\n", a.bold("Effort of "+of+""))
	rows := []string{"  layer\tACs\tMACs\tdense MACs\tfewer\tactivation sparsity\tconnection sparsity\tenergy (45 nm)\tdense"}
	for i := range e.Layers {
		l := &e.Layers[i]
		rows = append(rows, effortRow(l.Name, l.ACs, l.MACs, l.Dense, l.ActivationSparsity, l.ConnectionSparsity, l.Joules, l.DenseJoules))
	}
	all := e.Energy[0]
	rows = append(rows, effortRow("all", e.ACs, e.MACs, e.Dense, e.ActivationSparsity, e.ConnectionSparsity, all.Joules, all.DenseJoules))
	table(a.out, rows...)
	fmt.Fprintln(a.out)
	var elsewhere []string
	for _, m := range e.Energy[1:] {
		elsewhere = append(elsewhere, fmt.Sprintf("%s %s", m.Model, joules(m.Joules)))
	}
	table(a.out,
		fmt.Sprintf("  neuron updates saved\t%s", portion(e.UpdatesSaved)),
		fmt.Sprintf("  footprint\t%s", bytesText(e.FootprintBytes)),
		fmt.Sprintf("  estimates elsewhere\t%s", strings.Join(elsewhere, ", ")))
}

func effortRow(name string, acs, macs, dense, activation, connection, energy, denseEnergy float64) string {
	fewer := "–"
	if ops := acs + macs; ops > 0 {
		fewer = fmt.Sprintf("%.3g ×", dense/ops)
	}
	return fmt.Sprintf("  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", name, whole(acs), whole(macs), whole(dense), fewer,
		portion(activation), portion(connection), joules(energy), joules(denseEnergy))
}

// whole writes a count that may be a mean.
func whole(x float64) string { return count(int64(x + 0.5)) }

func portion(x float64) string { return fmt.Sprintf("%.4g %%", 100*x) }

// joules writes an energy for people.
func joules(j float64) string {
	for _, u := range []struct {
		f float64
		s string
	}{{1, "J"}, {1e-3, "mJ"}, {1e-6, "µJ"}, {1e-9, "nJ"}} {
		if j >= u.f {
			return fmt.Sprintf("%.3g %s", j/u.f, u.s)
		}
	}
	return fmt.Sprintf("%.3g pJ", j/1e-12)
}
