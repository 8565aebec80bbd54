package main

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A profile is a compressed message of pprof's, whole also when the verb fails.
func TestProfiles(t *testing.T) {
	cpu, mem := filepath.Join(t.TempDir(), "cpu"), filepath.Join(t.TempDir(), "mem")
	for _, args := range [][]string{{"version"}, {"info", "nowhere"}} {
		run(append(args, "--cpuprofile", cpu, "--memprofile", mem), strings.NewReader(""), io.Discard, io.Discard)
		for _, path := range []string{cpu, mem} {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if raw, err := io.ReadAll(z); err != nil || len(raw) == 0 {
				t.Errorf("%s: %d bytes, %v", path, len(raw), err)
			}
			f.Close()
			os.Remove(path)
		}
	}
}
