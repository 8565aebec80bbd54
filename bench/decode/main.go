// Command decode measures how fast recordings become events, beside the peers
// that read the same files, and prints lines in Go's benchmark format.
//
//	go run ./bench/decode -peers .venv-peers/bin/python FILE...
//
// Ours: the whole file into reused batches ("batches", bounded memory: what run
// and info do) and into one fresh array in memory ("array": what the peers do). A folder of
// recordings also with one goroutine a core ("parallel": what a loader does).
// Peers (peers.py): the file into arrays of t, x, y, p, without imports. Ours and
// the peers run in turn, one process after the other, and each figure is the
// minimum of its runs.
//
// -whole times whole processes as a shell does: dvsim info FILE beside a
// Python script that reads the file with the peer, with peak memory.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "embed"

	"golang.org/x/sync/errgroup"

	"dvsim/bench"
	"dvsim/events"
	_ "dvsim/formats/all"
)

//go:embed peers.py
var peersScript []byte

func main() {
	python := flag.String("peers", "", "Python with the peers installed; empty: only ours")
	names := flag.String("names", "", "peers to run, comma separated; empty: all that read the format")
	runs := flag.Int("runs", 5, "runs of each; the fastest counts")
	whole := flag.String("whole", "", "time whole processes: the path of a dvsim binary")
	format := flag.String("format", "", "format of the files; empty: found by content")
	flag.Parse()
	if err := measure(flag.Args(), *python, *names, *runs, *whole, *format); err != nil {
		fmt.Fprintln(os.Stderr, "decode:", err)
		os.Exit(1)
	}
}

func measure(files []string, python, names string, runs int, whole, format string) error {
	if len(files) == 0 {
		return fmt.Errorf("name the recordings to decode")
	}
	fmt.Printf("# machine: %s\n# command: decode %s\n", bench.Machine(), strings.Join(os.Args[1:], " "))
	for _, file := range files {
		list, err := recordings(file)
		if err != nil {
			return err
		}
		contestants := []contestant{
			{"dvsim-batches", func() (result, error) { return batches(list, format) }},
			{"dvsim-array", func() (result, error) { return array(list, format) }},
		}
		if len(list) > 1 {
			contestants = append(contestants, contestant{"dvsim-parallel", func() (result, error) { return parallel(list, format) }})
		}
		if whole != "" {
			contestants = []contestant{{"dvsim-info", func() (result, error) { return process(whole, "info", "--json", file) }}}
		}
		if python != "" {
			for _, name := range peersFor(list[0], names) {
				contestants = append(contestants, contestant{name, func() (result, error) {
					if whole != "" {
						return process(python, "-c", string(peersScript), name, file)
					}
					return peer(python, name, file)
				}})
			}
		}
		if err := compare(filepath.Base(file), contestants, runs); err != nil {
			return err
		}
	}
	return nil
}

// contestant is one way to read the file.
type contestant struct {
	name string
	run  func() (result, error)
}

// result is one run.
type result struct {
	Events  int64   `json:"events"`
	Seconds float64 `json:"seconds"`
	PeakMB  float64 `json:"peak_mb"`
	Error   string  `json:"error"`
}

// compare runs all contestants in turn, several times, and prints their best.
func compare(file string, all []contestant, runs int) error {
	best := make([]result, len(all))
	for i := range all {
		best[i].Seconds = -1
	}
	for range runs {
		for i, c := range all {
			r, err := c.run()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if r.Error != "" {
				best[i].Error = r.Error
				continue
			}
			if best[i].Seconds < 0 || r.Seconds < best[i].Seconds {
				r.PeakMB = max(r.PeakMB, best[i].PeakMB)
				best[i] = r
			}
		}
	}
	for i, c := range all {
		b := best[i]
		name := fmt.Sprintf("BenchmarkDecode/file=%s/reader=%s", file, c.name)
		if b.Error != "" {
			fmt.Printf("# %s cannot: %s\n", name, b.Error)
			continue
		}
		fmt.Printf("%s\t1\t%.0f ns/op\t%.1f Mevents/s\t%d events", name, b.Seconds*1e9, float64(b.Events)/b.Seconds/1e6, b.Events)
		if b.PeakMB > 0 {
			fmt.Printf("\t%.1f peak-MB", b.PeakMB)
		}
		fmt.Println()
	}
	return nil
}

// recordings lists the files below a folder, or the file itself.
func recordings(path string) ([]string, error) {
	var list []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			list = append(list, p)
		}
		return err
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: no files", path)
	}
	return list, err
}

func batches(files []string, format string) (result, error) {
	runtime.GC()
	start := time.Now()
	n, err := drain(files, &events.Options{Format: format})
	return result{Events: n, Seconds: time.Since(start).Seconds()}, err
}

// drain reads files one after the other into one batch and counts the events.
func drain(files []string, opt *events.Options) (n int64, err error) {
	buf := make([]events.Event, events.BatchSize)
	for _, f := range files {
		r, err := events.Open(f, opt)
		if err != nil {
			return n, err
		}
		for err == nil {
			var k int
			k, err = r.Read(buf)
			n += int64(k)
		}
		r.Close()
		if err != io.EOF {
			return n, err
		}
	}
	return n, nil
}

// parallel reads the files of a folder with one goroutine a core, as a loader of
// a data set does.
func parallel(files []string, format string) (result, error) {
	runtime.GC()
	start := time.Now()
	workers := runtime.GOMAXPROCS(0)
	counts := make([]int64, workers)
	var g errgroup.Group
	for w := range workers {
		g.Go(func() (err error) {
			part := files[w*len(files)/workers : (w+1)*len(files)/workers]
			counts[w], err = drain(part, &events.Options{Format: format, Workers: 1})
			return err
		})
	}
	err := g.Wait()
	var n int64
	for _, c := range counts {
		n += c
	}
	return result{Events: n, Seconds: time.Since(start).Seconds()}, err
}

func array(files []string, format string) (result, error) {
	runtime.GC()
	var n int64
	start := time.Now()
	for _, f := range files {
		r, err := events.Open(f, &events.Options{Format: format})
		if err != nil {
			return result{}, err
		}
		ev, err := events.Collect(r)
		if err != nil {
			return result{}, err
		}
		n += int64(len(ev))
		r.Close()
	}
	return result{Events: n, Seconds: time.Since(start).Seconds()}, nil
}

// peersFor names the peers that read a file of that extension.
func peersFor(file, names string) []string {
	if names != "" {
		return strings.Split(names, ",")
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".aedat4":
		return []string{"aedat", "dv-processing", "faery"}
	case ".bin", ".bs2":
		return []string{"numpy-bin", "tonic-bin"}
	case ".aedat":
		return []string{"tonic-raw"}
	}
	return nil
}

// peer runs one peer once in a process of its own and returns what it measured.
func peer(python, name, file string) (result, error) {
	var out, errs bytes.Buffer
	cmd := exec.Command(python, "-c", string(peersScript), name, file)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return result{Error: strings.TrimSpace(lastLine(errs.String()))}, nil
	}
	var r result
	return r, json.Unmarshal(out.Bytes(), &r)
}

// process times a whole process and takes its peak memory from the system.
func process(name string, args ...string) (result, error) {
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	seconds := time.Since(start).Seconds()
	if err != nil {
		return result{Error: strings.TrimSpace(lastLine(errs.String()))}, nil
	}
	var r result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		return r, err
	}
	r.Seconds, r.PeakMB = seconds, peakMB(cmd.ProcessState)
	return r, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
