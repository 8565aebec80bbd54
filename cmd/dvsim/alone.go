package main

import (
	"io"
	"time"

	"dvsim/events"
	"dvsim/network"
)

// aloneFor is how long a network without input runs unless --duration says more.
const aloneFor = time.Second

// loadAlone loads the network of a run without FILE, if it is one that takes no input:
// it runs by itself then. Of others, and of what is wrong with one, the run knows.
func (f *runFlags) loadAlone() {
	net, err := network.Load(f.net, network.Options{Weights: f.weights, DtUS: f.dt.Microseconds()})
	if err != nil || !net.Sensorless() {
		return
	}
	f.alone = net
	if f.duration == 0 {
		f.duration = aloneFor
	}
}

// silence is what a network without input runs on: a recording without events.
type silence struct{ head events.Header }

// noRecording is what output calls it.
const noRecording = "no recording"

func openSilence(net *network.Network) *opened {
	g := net.Input.Geometry()
	s := &silence{events.Header{Geometry: g}}
	return &opened{Reader: s, rec: s, size: -1}
}

func (s *silence) Header() *events.Header           { return &s.head }
func (s *silence) Read([]events.Event) (int, error) { return 0, io.EOF }
func (s *silence) Report() events.Report            { return events.Report{} }
func (s *silence) Close() error                     { return nil }
