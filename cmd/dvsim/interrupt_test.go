//go:build !windows

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// interrupting is a pipe that sends SIGINT, as Ctrl-C does, when half of its bytes
// have been read, and then goes on.
type interrupting struct {
	data []byte
	at   int
	sent bool
}

func (r *interrupting) Read(p []byte) (int, error) {
	if r.at == len(r.data) {
		return 0, io.EOF
	}
	if r.at >= len(r.data)/2 && !r.sent {
		r.sent = true
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return 0, err
		}
		time.Sleep(500 * time.Millisecond) // the signal is handled beside us
	}
	n := copy(p[:min(len(p), 1000)], r.data[r.at:])
	r.at += n
	return n, nil
}

func TestInterrupt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "recording.aedat")
	var out, errs bytes.Buffer
	if code := run([]string{"sample", file}, nil, &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	raster := filepath.Join(t.TempDir(), "part.png")
	code := run([]string{"run", "-", "--json", "--raster", raster}, &interrupting{data: data}, &out, &errs)
	if code != exitInterrupted {
		t.Fatalf("exit code %d, want %d: %s", code, exitInterrupted, errs.String())
	}
	var r runResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("no result of what was done: %v in %q", err, out.String())
	}
	if !r.Interrupted || r.Events == 0 || r.Events >= 26947 || len(r.Spikes) != 2 {
		t.Errorf("the result of half a run: %+v", r)
	}
	if _, err := os.Stat(raster); err != nil {
		t.Errorf("the picture of what was done: %v", err)
	}
}
