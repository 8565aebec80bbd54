//go:build !windows

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Ctrl-C in the middle of a set leaves whole files, and says how many.
func TestDatasetInterrupt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	recordings := func() []string {
		files, _ := filepath.Glob(filepath.Join(dir, "Train", "*", "*.bin"))
		return files
	}
	go func() {
		for len(recordings()) < 10 {
			time.Sleep(time.Millisecond)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	var out, errs bytes.Buffer
	code := run([]string{"dataset", "make", "strokes", "--out", dir, "--train", "500000", "--json"}, nil, &out, &errs)
	if code != exitInterrupted {
		t.Fatalf("exit code %d, want %d: %s", code, exitInterrupted, errs.String())
	}
	var r makeResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	files := recordings()
	if !r.Interrupted || r.Recordings != len(files) || r.Recordings < 10 {
		t.Errorf("%d files; the result is %+v", len(files), r)
	}
	if !strings.Contains(errs.String(), "are whole in "+dir) {
		t.Errorf("the message is %q", errs.String())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "Train", "*", ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err == nil {
		t.Error("half a set has a manifest")
	}
}
