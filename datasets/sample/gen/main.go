// Command gen makes the recording of package sample:
//
//	go generate dvsim/datasets/sample
//
// It points the simulated sensor at the bars of sample.Schedule and writes what
// the sensor sees as AEDAT 4. The same bytes come out each time, whatever the
// number of processors.
package main

import (
	"fmt"
	"io"
	"os"

	"dvsim/datasets/sample"
	"dvsim/events"
	"dvsim/events/dvs"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run makes the recording under a temporary name and renames it.
func run(name string) error {
	f, err := os.Create(name + ".tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	n, err := generate(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d events\n", name, n)
	return os.Rename(f.Name(), name)
}

// generate writes the recording and returns how many events it has.
func generate(w io.Writer) (int64, error) {
	p, err := dvs.Preset("default")
	if err != nil {
		return 0, err
	}
	p.Shot = 0.05
	cam, err := dvs.Watch(&scene{}, dvs.Options{Params: p, Seed: sample.Seed, Duration: sample.Duration})
	if err != nil {
		return 0, err
	}
	format, err := events.FormatByName("aedat4")
	if err != nil {
		return 0, err
	}
	out, err := format.Create(w, cam.Header(), events.WriteOptions{Compression: "zstd-high"})
	if err != nil {
		return 0, err
	}
	n, err := events.Copy(out, cam)
	if err != nil {
		return n, err
	}
	return n, out.Close()
}
