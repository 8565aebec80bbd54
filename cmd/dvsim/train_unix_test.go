//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// train calls dvsim train and returns the exit code and what it said.
func train(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(append([]string{"train"}, args...), nil, &o, &e)
	return code, o.String(), e.String()
}

// mustTrain is train that must go well.
func mustTrain(t *testing.T, args ...string) {
	t.Helper()
	if code, out, errs := train(args...); code != exitOK {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
}

// sameFile fails if a file of two folders differs.
func sameFile(t *testing.T, a, b, name string) {
	t.Helper()
	x, err := os.ReadFile(filepath.Join(a, name))
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(filepath.Join(b, name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s differs in %s and %s", name, a, b)
	}
}

// interruptingWriter sends SIGINT, as Ctrl-C does, when it has seen so many lines.
type interruptingWriter struct {
	bytes.Buffer
	after int
}

func (w *interruptingWriter) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if w.after -= bytes.Count(p, []byte("\n")); w.after == 0 {
		err = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}
	return n, err
}

// Ctrl-C in the middle of training keeps a checkpoint and says how to go on. What
// comes of it is what would have come without.
func TestTrainInterrupt(t *testing.T) {
	mnist, runs := t.TempDir(), t.TempDir()
	pictures := 600
	if testing.Short() {
		pictures = 64
	}
	if err := writePictures(mnist, pictures, 20); err != nil {
		t.Fatal(err)
	}
	stopped, straight := filepath.Join(runs, "stopped"), filepath.Join(runs, "straight")
	args := []string{"--data", mnist, "--epochs", "12", "--batch", "8", "--schedule", "cosine", "--out"}
	out := &interruptingWriter{after: 2}
	var errs bytes.Buffer
	if code := run(append(append([]string{"train", "--json"}, args...), stopped), nil, out, &errs); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d: %s", code, exitInterrupted, errs.String())
	}
	if want := "a checkpoint is saved; go on with: dvsim train --resume " + stopped; !strings.Contains(errs.String(), want) {
		t.Errorf("no %q in %s", want, errs.String())
	}
	h, err := readHistory(filepath.Join(stopped, historyFile))
	if err != nil || len(h) < 2 || len(h) > 11 {
		t.Fatalf("%d epochs are done, %v", len(h), err)
	}
	if _, err := os.Stat(filepath.Join(stopped, curvesFile)); err != nil {
		t.Error(err)
	}
	mustTrain(t, "--resume", stopped)
	mustTrain(t, append(args, straight)...)
	sameFile(t, stopped, straight, "weights.npz")
	sameFile(t, stopped, straight, "net.toml")
}

// A disk that is full in the middle of a checkpoint costs nothing but the new one.
// A limit on the size of files, which this process sets for a child of its own,
// stands for the full disk.
func TestTrainFullDisk(t *testing.T) {
	const env = "DVSIM_TEST_TRAIN_ON"
	if dir := os.Getenv(env); dir != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
			t.Fatal(err)
		}
		code, out, errs := train("--resume", dir, "--epochs", "4")
		if code != exitFailure || !strings.Contains(errs, "what was saved there before is still whole") || !strings.Contains(errs, dir) {
			t.Fatalf("exit code %d\n%s%s", code, out, errs)
		}
		t.Log(errs)
		return
	}
	mnist, runs := t.TempDir(), t.TempDir()
	if err := writePictures(mnist, 40, 10); err != nil {
		t.Fatal(err)
	}
	full, straight := filepath.Join(runs, "full"), filepath.Join(runs, "straight")
	mustTrain(t, "--data", mnist, "--epochs", "2", "--out", full)
	kept := t.TempDir()
	if err := os.CopyFS(kept, os.DirFS(full)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrainFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), env+"="+full)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := os.ReadDir(kept)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		sameFile(t, full, kept, f.Name())
	}
	if left, _ := filepath.Glob(filepath.Join(full, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	mustTrain(t, "--resume", full, "--epochs", "4")
	mustTrain(t, "--data", mnist, "--epochs", "4", "--out", straight)
	sameFile(t, full, straight, "weights.npz")
}
