package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dvsim/internal/reference"
)

// TestEnginesAgreeOnRecordings runs every real recording that we read through the
// built-in networks with both engines and several numbers of workers, as a user
// would: the trace hashes are equal. Short tests take the first 60 ms of each.
func TestEnginesAgreeOnRecordings(t *testing.T) {
	data := reference.Shared(t, "data")
	var files []string
	for _, pattern := range []string{"aedat4/davis346_dv_zstd.aedat4", "aedat4/test*.aedat4", "aedat2/*.aedat", "atis/*", "aer/*.aedat", "nmnist-small/Test/*/*1.bin"} {
		found, err := filepath.Glob(filepath.Join(data, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			args := []string{"run", "--json", "--raster", "none", file}
			switch {
			case strings.Contains(file, "addr2b"):
				args = append(args, "--format", "aer16")
			case strings.Contains(file, "addr4b"):
				args = append(args, "--format", "aer32")
			}
			if testing.Short() {
				args = append(args, "--to", "60ms")
			}
			for _, net := range []string{"edges", "digits", "dense"} {
				want := ""
				for _, how := range [][]string{{"--engine", "dense"}, {"--workers", "1"}, {"--workers", "2"}, {"--workers", "5"}, {"--engine", "auto"}, {"--latency", "0s"}} {
					var out, errs bytes.Buffer
					if code := run(append(append(args[:len(args):len(args)], "--net", net), how...), strings.NewReader(""), &out, &errs); code != exitOK {
						t.Fatalf("%v: exit code %d: %s", how, code, errs.String())
					}
					var r runResult
					if err := json.Unmarshal(out.Bytes(), &r); err != nil {
						t.Fatalf("%v: %v in %s", how, err, out.String())
					}
					if want == "" {
						want = r.TraceHash
					}
					if r.TraceHash != want {
						t.Errorf("network %s, %v: trace %s, the dense engine has %s", net, how, r.TraceHash, want)
					}
				}
			}
		})
	}
}

// TestShowcase runs the convolutional network of bench/nets over the recording that
// snnTorch ran it over, as a user would: the same spikes.
func TestShowcase(t *testing.T) {
	args := []string{
		"run", reference.Shared(t, "data/aedat4/davis346.aedat4"), "--json", "--raster", "none",
		"--net", filepath.Join("..", "..", "bench", "nets", "conv346.toml"), "--weights", reference.Shared(t, "truth/conv/conv_davis346.npz"),
	}
	hash := ""
	for _, how := range [][]string{{"--workers", "1"}, {"--workers", "3", "--engine", "auto"}, {"--latency", "0s"}} {
		var out, errs bytes.Buffer
		if code := run(append(args[:len(args):len(args)], how...), strings.NewReader(""), &out, &errs); code != exitOK {
			t.Fatalf("%v: exit code %d: %s", how, code, errs.String())
		}
		var r runResult
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if want := []int64{673_099, 1_769_366, 3_640}; !slices.Equal(r.Spikes, want) {
			t.Errorf("%v: spikes %v, snnTorch has %v", how, r.Spikes, want)
		}
		if hash == "" {
			hash = r.TraceHash
		}
		if r.TraceHash != hash {
			t.Errorf("%v: trace %s, not %s", how, r.TraceHash, hash)
		}
		if testing.Short() {
			return
		}
	}
}

// sameHash compares the trace hashes of two files of dvsim run --json.
func sameHash(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samehash FILE FILE")
	}
	var got [2]runResult
	for i, name := range args {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &got[i]))
	}
	if got[0].TraceHash == "" || got[0].TraceHash != got[1].TraceHash {
		ts.Fatalf("traces %q of %s and %q of %s", got[0].TraceHash, args[0], got[1].TraceHash, args[1])
	}
}
