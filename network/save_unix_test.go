//go:build unix

package network_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dvsim/events"
	"dvsim/network"
)

// TestSaveFullDisk: the network that was there survives when the new one does not
// fit. A limit on the size of files, which this process sets for a child of its
// own, stands for the full disk.
func TestSaveFullDisk(t *testing.T) {
	const env = "DVSIM_TEST_SAVE_INTO"
	if dir := os.Getenv(env); dir != "" {
		n, err := network.Builtin("dense", events.Geometry{})
		if err != nil {
			t.Fatal(err)
		}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100_000, Max: 100_000}); err != nil {
			t.Fatal(err)
		}
		if err := network.Save(dir, n); !errors.Is(err, syscall.EFBIG) {
			t.Fatalf("saved 2 MB in files of at most 100 kB: %v", err)
		}
		return
	}
	dir := t.TempDir()
	old := docExample(t)
	if err := network.Save(dir, old); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSaveFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), env+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	n, err := network.Open(dir, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := network.Diff(old, n); d != nil {
		t.Error(d)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("the folder has %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
