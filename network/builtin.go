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
	make func(events.Geometry) *Network
}

// Builtins lists the built-in networks, the default first.
func Builtins() []BuiltinInfo {
	return []BuiltinInfo{
		{"edges", edgesDoc, edges},
		{"dense", denseDoc, denseNet},
	}
}

// Builtin makes a built-in network for a recording of size g; unknown means
// [DefaultGeometry].
func Builtin(name string, g events.Geometry) (*Network, error) {
	if !g.Known() {
		g = DefaultGeometry
	}
	for _, b := range Builtins() {
		if b.Name == name {
			return b.make(g), nil
		}
	}
	return nil, unknownNetwork(name)
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
