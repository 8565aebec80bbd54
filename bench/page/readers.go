package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reading is a line of decode.txt: BenchmarkDecode/file=…/reader=… 1 … ns/op …
type reading struct {
	file, reader string
	seconds      float64
	rate         string // Mevents/s
	peak         string // MB
}

func (r *reading) ours() bool { return strings.HasPrefix(r.reader, "dvsim") }

func parseReading(line string) (r reading, ok bool, err error) {
	f := strings.Fields(line)
	if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
		return r, false, nil
	}
	for _, part := range strings.Split(f[0], "/")[1:] {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "file":
			r.file = value
		case "reader":
			r.reader = value
		}
	}
	for i := 2; i+1 < len(f); i += 2 {
		switch f[i+1] {
		case "ns/op":
			ns, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return r, false, fmt.Errorf("line %q: %w", line, err)
			}
			r.seconds = ns / 1e9
		case "Mevents/s":
			r.rate = f[i]
		case "peak-MB":
			r.peak = f[i]
		}
	}
	return r, r.reader != "" && r.seconds > 0, nil
}

// readerTables shows readers beside each other, a table for all files.
func readerTables(text []byte, p *printer) error {
	var list []reading
	for line := range strings.Lines(string(text)) {
		if comment, ok := strings.CutPrefix(line, "# machine: "); ok {
			fmt.Fprintf(p, "Machine: %s\n\n", strings.TrimSpace(comment))
		}
		r, ok, err := parseReading(line)
		if err != nil {
			return err
		}
		if ok {
			list = append(list, r)
		}
	}
	p.head("file", "reader", "time", "million events/s", "peak MB", "fastest peer ÷ this")
	for _, r := range list {
		ratio := ""
		if peer, ok := fastestPeer(list, r.file); ok && r.ours() {
			x := peer.seconds / r.seconds
			ratio = fmt.Sprintf("%.2f", x)
			if x < 1 {
				p.lose("Decoding %s as `%s`: %.2f of the speed of %s", r.file, r.reader, x, peer.reader)
			}
		}
		p.row(r.file, r.reader, fmt.Sprintf("%.1f ms", 1e3*r.seconds), r.rate, r.peak, ratio)
	}
	return nil
}

func fastestPeer(list []reading, file string) (reading, bool) {
	var peers []reading
	for _, r := range list {
		if r.file == file && !r.ours() {
			peers = append(peers, r)
		}
	}
	if len(peers) == 0 {
		return reading{}, false
	}
	return slices.MinFunc(peers, func(a, b reading) int {
		if a.seconds < b.seconds {
			return -1
		}
		return 1
	}), true
}
