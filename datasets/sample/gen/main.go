// Command gen makes the recording of package sample:
//
//	go generate dvsim/datasets/sample
//
// It shows the digits of sample.Schedule to the simulated sensor and writes what
// that sees as AEDAT 4. The same bytes come out each time.
package main

import (
	"fmt"
	"io"
	"os"

	"dvsim/datasets/sample"
	"dvsim/events"
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
	format, err := events.FormatByName("aedat4")
	if err != nil {
		return 0, err
	}
	ev := record()
	out, err := format.Create(w, &events.Header{Geometry: sample.Geometry}, events.WriteOptions{Compression: "zstd-high"})
	if err != nil {
		return 0, err
	}
	if err := out.Write(ev); err != nil {
		return 0, err
	}
	return int64(len(ev)), out.Close()
}
