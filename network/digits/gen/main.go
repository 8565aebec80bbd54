// Command gen trains the built-in network digits:
//
//	go generate dvsim/network
//
// It has digits drawn (package strokes), shows them to the simulated sensor of
// N-MNIST (package saccades), trains on the recordings (package learn), judges by
// others, and writes net.toml, weights.npz and the log of it all into a folder.
// The first two are the same bytes each time, for any number of processors; the
// log has times and the name of the machine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FOLDER")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	usual.workers = runtime.GOMAXPROCS(0)
	if err := usual.make(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
