package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The committed page is the one that the committed results make.
func TestCommittedPage(t *testing.T) {
	want, err := page(filepath.Join("..", "results"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "docs", "benchmarks.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Error("docs/benchmarks.md is not what bench/results make: go generate ./bench")
	}
}

// Every file of results is on the page.
func TestEverySectionHasItsFile(t *testing.T) {
	known := map[string]bool{"README.md": true}
	for _, s := range sections {
		known[s.file] = true
	}
	files, err := os.ReadDir(filepath.Join("..", "results"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f.Name()] && filepath.Ext(f.Name()) != ".png" {
			t.Errorf("bench/results/%s is not on the page: give it a section", f.Name())
		}
	}
}

// Where a peer is ahead, in time or in memory, the page says so at its top.
func TestLosses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"networks.jsonl": `{"job":"vjump","who":"dvsim","seconds":[0.2],"spikes":[10,2],"peak_bytes":3145728,"best_s":0.2,"ratio":1,"additions_per_second":1e6,"machine":"a machine"}
{"job":"vjump","who":"nest","version":"3","seconds":[0.1],"spikes":[11,2],"peak_bytes":2097152,"best_s":0.1,"ratio":0.5}
{"job":"vjump","who":"brian2","error":"exit status 1"}
`,
		"sparse-dense.jsonl": `{"activity":0.5,"size":16,"step_us":1000,"event_seconds":2,"dense_seconds":1}`,
		"sparse-dense.txt":   "1.0 ms  50 %  16  200  0  0.2 ms  0.1 ms  6.8 ms  0.5  34  dense  3 %\n",
		"decode.txt":         "BenchmarkDecode/file=a/reader=dvsim-array\t1\t200 ns/op\t5 Mevents/s\nBenchmarkDecode/file=a/reader=slow\t1\t900 ns/op\nBenchmarkDecode/file=a/reader=quick\t1\t100 ns/op\n",
		"train.jsonl":        `{"job":"nmnist","who":"dvsim avx2","best_s":2}` + "\n" + `{"job":"nmnist","who":"snntorch","best_s":1}`,
		"machine.jsonl":      `{"name":"L2","bytes":1024,"cores":1,"additions_per_second":2e9,"kernel":"avx2","machine":"a machine"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := page(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"- Network vjump: nest 3 needs 0.50 of our time\n",
		"- Network vjump: nest 3 needs 2 MB of memory, we 3 MB\n",
		"| vjump | brian2 | failed |",
		"- Sparse against dense: at a step of 1 ms, 50 % activity and 16 neurons dense is 2.00 times faster\n",
		"- Sparse against dense: at a step of 1.0 ms, 50 % activity and 16 neurons dense is faster\n",
		"- Decoding a as `dvsim-array`: 0.50 of the speed of quick\n",
		"- Training nmnist: snntorch needs 0.50 of our time\n",
		"| 1 | L2, 1 KB a core | 2 G |",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}

func TestBadResults(t *testing.T) {
	for name, text := range map[string]string{
		"networks.jsonl": `{"job":`,
		"machine.jsonl":  `[]`,
		"decode.txt":     "BenchmarkDecode/file=a/reader=b\t1\tx ns/op\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := page(dir); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
}
