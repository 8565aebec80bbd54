package network

import (
	"fmt"
	"slices"
	"strings"

	"dvsim/events"
)

// BuiltinInfo describes a network that needs no file.
type BuiltinInfo struct {
	Name string
	Doc  string // one line for people
	// make builds it. The size of the recording may be unknown; seed 0 is the usual one.
	make func(g events.Geometry, seed uint64) *Network
}

// Builtins lists the built-in networks, the default first.
func Builtins() []BuiltinInfo {
	return []BuiltinInfo{
		{"edges", edgesDoc, edges},
		{"digits", digitsDoc, digits},
		{"dense", denseDoc, denseNet},
		{"tutorial", tutorialDoc, tutorial},
		{"nmnist", nmnistDoc, nmnist},
	}
}

// Builtin makes a built-in network for a recording of size g. Unknown means the
// size of the network's own input where it has one (tutorial, nmnist), else
// [DefaultGeometry]. [Load] can draw other weights, by Options.Seed.
func Builtin(name string, g events.Geometry) (*Network, error) { return builtin(name, g, 0) }

func builtin(name string, g events.Geometry, seed uint64) (*Network, error) {
	for _, b := range Builtins() {
		if b.Name == name {
			return b.make(g, seed), nil
		}
	}
	return nil, unknownNetwork(name)
}

// orDefaultGeometry is the size of a recording, DefaultGeometry where it is unknown.
func orDefaultGeometry(g events.Geometry) events.Geometry {
	if g.Known() {
		return g
	}
	return DefaultGeometry
}

// isBuiltin reports whether there is a built-in network of that name.
func isBuiltin(name string) bool { return slices.Contains(builtinNames(), name) }

func builtinNames() []string {
	var names []string
	for _, b := range Builtins() {
		names = append(names, b.Name)
	}
	return names
}

func unknownNetwork(name string) error {
	names := builtinNames()
	hint := "built in are " + strings.Join(names, ", ")
	if closest(name, names) != "" {
		hint = suggest(name, names)
	}
	return fmt.Errorf("unknown network %q; %s (a network file ends in .toml)", name, hint)
}
