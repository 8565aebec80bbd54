package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// section is a part of the page: a file of results, how it is shown, and how to
// repeat it.
type section struct {
	file, title, about, repeat string
	show                       func(text []byte, p *printer) error
}

var sections = []section{
	{
		"machine.jsonl", "What the machine can do", "Additions of weights and bytes a second by the inner loop of the engines.",
		"dvsim bench machine --json >bench/results/machine.jsonl", machineTable,
	},
	{
		"networks.jsonl", "Networks", "Whole simulations, without building and compiling. The ratio is the peer's time over ours; spikes must agree: exactly where the input is a recording and the peer is on our grid, else up to the draws of a random network.",
		"dvsim bench networks --peers .venv-peers --recording davis346.aedat4 --weights conv_davis346.npz --json >bench/results/networks.jsonl", networkTables,
	},
	{
		"sparse-dense.jsonl", "Event-driven and dense stepping", "One layer over synthetic traffic. The ratio is dense / event.",
		"dvsim bench sparse-dense --json >bench/results/sparse-dense.jsonl", sparseTable,
	},
	{
		"sparse-dense.txt", "Event-driven and dense stepping, as printed", "One layer over synthetic traffic, the map of it in [sparse-dense.png](../bench/results/sparse-dense.png).",
		"dvsim bench sparse-dense --steps 1ms --heatmap sparse-dense.png", verbatim,
	},
	{
		"decode.txt", "Decoding", "Recordings to events in memory: in batches (`dvsim-batches`), in one fresh array, as the peers do (`dvsim-array`), and many files on all cores (`dvsim-parallel`). Why some goals are missed: [0004](decisions/0004-decoding-goals.md).",
		"go run ./bench/decode -peers .venv-peers/bin/python -runs 7 FILE...", readerTables,
	},
	{
		"info.txt", "Decoding as a whole process", "From the start of the program to its end.",
		"go run ./bench/decode -peers .venv-peers/bin/python -runs 5 -whole ./dvsim FILE...", readerTables,
	},
	{
		"train.jsonl", "Training", "Epochs after the first. The ratio is the peer's time over our fastest.",
		"dvsim bench train --data N-MNIST --mnist MNIST --peers .venv-peers --json >bench/results/train.jsonl", trainTables,
	},
	{"train.txt", "Training, as printed", "What bounds it: [0009](decisions/0009-training-speed.md).", "dvsim bench train --data N-MNIST --mnist MNIST --peers .venv-peers", verbatim},
	{"engines.txt", "Queue and engines", "", "go test ./queue ./sim -run '^$' -bench . -benchtime 300ms", verbatim},
}

// printer collects the page, and what is lost.
type printer struct {
	bytes.Buffer
	losses []string
}

func (p *printer) lose(format string, args ...any) {
	p.losses = append(p.losses, fmt.Sprintf(format, args...))
}

// row prints a row of a table.
func (p *printer) row(cells ...string) { fmt.Fprintf(p, "| %s |\n", strings.Join(cells, " | ")) }

// head prints the head of a table.
func (p *printer) head(cells ...string) {
	p.row(cells...)
	fmt.Fprintf(p, "|%s\n", strings.Repeat("---|", len(cells)))
}

// page makes the page from a folder of results.
func page(results string) ([]byte, error) {
	var body printer
	for _, s := range sections {
		text, err := os.ReadFile(filepath.Join(results, s.file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&body, "\n## %s\n\n", s.title)
		if s.about != "" {
			fmt.Fprintf(&body, "%s\n\n", s.about)
		}
		fmt.Fprintf(&body, "Repeat it: `%s` ([%s](../bench/results/%s))\n\n", s.repeat, s.file, s.file)
		if err := s.show(text, &body); err != nil {
			return nil, fmt.Errorf("%s: %w", s.file, err)
		}
	}
	var all printer
	all.WriteString(`<!-- Made by go generate ./bench from bench/results; do not edit. -->
# Benchmarks

Ours and the peers ran in turn in the same call, each in a process of its own; the fastest run counts. The machines are shared and
noisy: read the ratios, not the absolute figures, and repeat what matters to you. Peers are installed in a Python virtual environment,
here ` + "`.venv-peers`" + `; those that are missing are left out.

## Where we lose

`)
	for _, l := range body.losses {
		fmt.Fprintf(&all, "- %s\n", l)
	}
	if len(body.losses) == 0 {
		all.WriteString("Nowhere in the tables below.\n")
	}
	all.Write(body.Bytes())
	return all.Bytes(), nil
}

// verbatim shows a file as it is, and finds the ratios of printed tables in it.
func verbatim(text []byte, p *printer) error {
	fmt.Fprintf(p, "```\n%s\n```\n", bytes.TrimRight(text, "\n"))
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 12 {
			continue
		}
		// A row of dvsim bench sparse-dense: step, activity, neurons, … and who is faster.
		_, err := strconv.ParseFloat(f[0], 64)
		if at := slices.IndexFunc(f, func(s string) bool { return s == "dense" || s == "matmul" }); err == nil && at > 0 {
			p.lose("Sparse against dense: at a step of %s %s, %s %s activity and %s neurons %s is faster", f[0], f[1], f[2], f[3], f[4], f[at])
		}
	}
	return nil
}
