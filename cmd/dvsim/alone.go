package main

import (
	"time"

	"dvsim/events"
	"dvsim/network"
)

// aloneFor is how long a network without input runs unless --duration says more.
const aloneFor = time.Second

// loadAlone loads the network of a run without FILE, if it is one that takes no input
// or brings a list of input spikes with it: it runs by itself then. Of others, and of
// what is wrong with one, the run knows.
func (f *runFlags) loadAlone() {
	net, err := network.Load(f.net, network.Options{Weights: f.weights, DtUS: f.dt.Microseconds()})
	if err != nil || !net.Sensorless() && len(net.Input.Spikes) == 0 {
		return
	}
	f.alone = net
	if f.duration == 0 && net.Sensorless() {
		f.duration = aloneFor
	}
}

// itself is what a network runs on that takes no recording: its own list of spikes.
type itself struct{ events.Reader }

// noRecording is what output calls it.
const noRecording = "no recording"

func openAlone(net *network.Network) *opened {
	r := itself{net.Spikes()}
	return &opened{Reader: r, rec: r, size: -1}
}

func (itself) Report() events.Report { return events.Report{} }
func (itself) Close() error          { return nil }
