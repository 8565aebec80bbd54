package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dvsim/datasets/sample"
	"dvsim/events"
)

// update rewrites the expected outputs in testdata/script (go test -update).
var update = os.Getenv("DVSIM_UPDATE_SCRIPTS") != ""

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dvsim": main})
}

// TestScripts runs each testdata/script/*.txtar: the command as its user calls it.
func TestScripts(t *testing.T) {
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHARED", shared)
			return damagedFiles(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": wantCode},
		Condition: func(cond string) (bool, error) {
			if cond == "shared" {
				_, err := os.Stat(shared)
				return err == nil, nil
			}
			return false, nil
		},
	})
}

// wantCode runs a command and checks its exit code: code 3 dvsim info ...
func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: code N command ...")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// damagedFiles writes the built-in recording, in packets of 1,000 events, with
// three kinds of damage.
func damagedFiles(dir string) error {
	rec, err := sample.Open()
	if err != nil {
		return err
	}
	defer rec.Close()
	format, err := events.FormatByName("aedat4")
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "damage"), 0o755); err != nil {
		return err
	}
	whole := filepath.Join(dir, "whole.aedat4")
	w, err := events.Create(whole, format.Name, rec.Header(), events.WriteOptions{Compression: "lz4", PacketEvents: 1000})
	if err != nil {
		return err
	}
	if _, err := events.Copy(w, rec); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		return err
	}
	middle := len(data) / 2
	damaged := slices.Clone(data)
	for i := range 16 {
		damaged[middle+i] = 0xff
	}
	// The position of the data table is in the header; it is the last thing in the file.
	table := bytes.LastIndex(data, []byte{0x04, 0x22, 0x4d, 0x18})
	for name, bytes := range map[string][]byte{"damaged.aedat4": damaged, "cut.aedat4": data[:middle], "notable.aedat4": data[:table]} {
		if err := os.WriteFile(filepath.Join(dir, "damage", name), bytes, 0o644); err != nil {
			return err
		}
	}
	return os.Remove(whole)
}
