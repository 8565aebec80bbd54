package network

import (
	"fmt"

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
	b := builtin(name)
	if b == nil {
		return nil, fmt.Errorf("no built-in network is called %q", name)
	}
	return b.make(g), nil
}

func builtin(name string) *BuiltinInfo {
	for _, b := range Builtins() {
		if b.Name == name {
			b := b
			if m := b.make; m != nil {
				b.make = func(g events.Geometry) *Network {
					if !g.Known() {
						g = DefaultGeometry
					}
					return m(g)
				}
			}
			return &b
		}
	}
	return nil
}
