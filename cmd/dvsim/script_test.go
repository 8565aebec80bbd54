package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"dvsim/datasets/sample"
	"dvsim/events"
	"dvsim/learn"
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
			home(env)
			return damagedFiles(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": wantCode, "bytes": editBytes, "pack": packFile, "png": wantPNG,
			"pictures": makePictures, "recordings": makeRecordings, "sameruns": sameRuns, "sameresult": sameResult,
			"sameeffort": sameEffort, "samehash": sameHash, "archive": archive, "list": listRecordings,
		},
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

// editBytes changes a file: "bytes FILE cut N" keeps its first N bytes, "bytes FILE
// set N B" sets byte N to B.
func editBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: bytes FILE cut N | bytes FILE set N B")
	}
	path := ts.MkAbs(args[0])
	raw, err := os.ReadFile(path)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	switch {
	case args[1] == "cut" && len(args) == 3:
		raw = raw[:n]
	case args[1] == "set" && len(args) == 4:
		b, err := strconv.ParseUint(args[3], 0, 8)
		ts.Check(err)
		raw[n] = byte(b)
	default:
		ts.Fatalf("usage: bytes FILE cut N | bytes FILE set N B")
	}
	ts.Check(os.WriteFile(path, raw, 0o644))
}

// packFile puts FILE.gz in the place of FILE.
func packFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pack FILE")
	}
	path := ts.MkAbs(args[0])
	raw, err := os.ReadFile(path)
	ts.Check(err)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write(raw)
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(os.WriteFile(path+".gz", packed.Bytes(), 0o644))
	ts.Check(os.Remove(path))
}

// wantPNG checks that a file is a picture that can be decoded.
func wantPNG(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: png FILE")
	}
	raw, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	m, err := png.Decode(bytes.NewReader(raw))
	ts.Check(err)
	if m.Bounds().Dx() < 200 || m.Bounds().Dy() < 200 {
		ts.Fatalf("%s: a picture of %v", args[0], m.Bounds())
	}
}

// sameRuns compares two files history.jsonl: all is equal but the seconds.
func sameRuns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameruns FILE FILE")
	}
	var runs [2][]learn.Epoch
	for i, name := range args {
		h, err := readHistory(ts.MkAbs(name))
		ts.Check(err)
		for k := range h {
			h[k].Seconds = 0
		}
		runs[i] = h
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], diff)
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
