package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"dvsim/sim"
)

// engineNames are the values of --engine.
var engineNames = []string{"event", "dense", "auto"}

const engineUsage = "event (only where spikes arrive), dense (steps everything) or auto (the event engine, with full products where these are cheaper); same spikes"

// checkEngine refuses other names.
func checkEngine(name string) error {
	if slices.Contains(engineNames, name) {
		return nil
	}
	return usagef("--engine %q: it is %s", name, strings.Join(engineNames, ", "))
}

// setLatency takes over --latency, which is no bound where it is not given.
func (f *runFlags) setLatency(given bool) error {
	if !given {
		return nil
	}
	if f.latency < 0 {
		return usagef("--latency %v: a step can wait for 0s at least", f.latency)
	}
	if f.engine == "dense" {
		return usagef("--latency does not go with --engine dense, which runs every step as soon as it is over")
	}
	us := f.latency.Microseconds()
	f.latencyUS = &us
	return nil
}

// choice is what --engine auto chose for a layer.
type choice struct {
	Layer    string  `json:"layer"`
	Event    int64   `json:"event_windows"`
	Dense    int64   `json:"dense_windows"`
	Activity float64 `json:"activity"`
	Why      string  `json:"why"`
}

func choices(list []sim.Choice) []choice {
	var all []choice
	for _, c := range list {
		all = append(all, choice(c))
	}
	return all
}

// printChoices tells why each layer was run as it was.
func printChoices(w io.Writer, list []choice) {
	if len(list) == 0 {
		return
	}
	rows := []string{"\n  layer\tevent\tdense\twhy"}
	for _, c := range list {
		rows = append(rows, fmt.Sprintf("  %s\t%s\t%s\t%s", c.Layer, count(c.Event), count(c.Dense), c.Why))
	}
	table(w, rows...)
}
