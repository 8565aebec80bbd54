package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"dvsim/datasets/saccades"
	"dvsim/datasets/strokes"
)

// writePictures writes the four files of a set of MNIST's form: drawn digits.
func writePictures(dir string, train, test int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	set, next := strokes.New(1), uint64(0)
	for _, p := range []struct {
		name string
		n    int
	}{{"train", train}, {"t10k", test}} {
		pictures, labels := idxHead(0x803, p.n, 28, 28), idxHead(0x801, p.n)
		picture := make([]byte, strokes.Pixels)
		for range p.n {
			labels = append(labels, byte(set.Picture(picture, next)))
			pictures = append(pictures, picture...)
			next++
		}
		for what, content := range map[string][]byte{"-images-idx3-ubyte": pictures, "-labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(dir, p.name+what), content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// idxHead is the head of an idx file.
func idxHead(magic uint32, sizes ...int) []byte {
	head := binary.BigEndian.AppendUint32(nil, magic)
	for _, n := range sizes {
		head = binary.BigEndian.AppendUint32(head, uint32(n))
	}
	return head
}

// writeRecordings writes a set in the layout of N-MNIST: drawn digits before the
// simulated sensor.
func writeRecordings(dir string, train, test int) error {
	a, b := saccades.Strokes(1, train, test)
	_, err := saccades.Write(context.Background(), dir, saccades.Options{Seed: 1}, a, b)
	return err
}

// makePictures is the command "pictures DIR [TRAIN TEST]" of the scripts: 600 and
// 100 of them.
func makePictures(ts *testscript.TestScript, neg bool, args []string) {
	train, test := setSizes(ts, neg, args, "pictures", 600, 100)
	ts.Check(writePictures(ts.MkAbs(args[0]), train, test))
}

// makeRecordings is the command "recordings DIR [TRAIN TEST]" of the scripts: 100
// and 30 of them.
func makeRecordings(ts *testscript.TestScript, neg bool, args []string) {
	train, test := setSizes(ts, neg, args, "recordings", 100, 30)
	ts.Check(writeRecordings(ts.MkAbs(args[0]), train, test))
}

// setSizes reads the arguments of both.
func setSizes(ts *testscript.TestScript, neg bool, args []string, name string, train, test int) (int, int) {
	if neg || len(args) != 1 && len(args) != 3 {
		ts.Fatalf("usage: %s DIR [TRAIN TEST]", name)
	}
	if len(args) == 3 {
		var err error
		train, err = strconv.Atoi(args[1])
		ts.Check(err)
		test, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	return train, test
}

// archive is the command "archive FILE.zip DIR" of the scripts: the archive holds
// what lies in DIR.
func archive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: archive FILE.zip DIR")
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	ts.Check(w.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), packed.Bytes(), 0o644))
}

// listRecordings is the command "list FILE.csv DIR" of the scripts; see writeTable.
func listRecordings(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: list FILE.csv DIR")
	}
	ts.Check(writeTable(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// writeTable writes a table of the recordings DIR/part/class/name beside DIR.
func writeTable(path, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
	if err != nil {
		return err
	}
	table := "path,label,split\n"
	for _, f := range files {
		rel, err := filepath.Rel(filepath.Dir(path), f)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(rel), "/")
		table += fmt.Sprintf("%s,%s,%s\n", strings.Join(parts, "/"), parts[2], parts[1])
	}
	return os.WriteFile(path, []byte(table), 0o644)
}

// sameResult compares what dvsim train --json printed of its last epoch with what
// dvsim eval --json printed through one engine and through the other.
func sameResult(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: sameresult TRAIN.jsonl EVAL.json EVAL.json")
	}
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	var last epochLine
	ts.Check(json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	var results [2]evalResult
	for i, name := range args[1:] {
		r := &results[i]
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), r))
		if r.Accuracy != *last.TestAccuracy {
			ts.Fatalf("%s: accuracy %v, training saw %v", name, r.Accuracy, *last.TestAccuracy)
		}
		hidden := 0.0
		for _, l := range r.LayerSpikes[:len(r.LayerSpikes)-1] {
			hidden += float64(l.Spikes)
		}
		if hidden /= float64(r.Samples); hidden != last.HiddenSpikes {
			ts.Fatalf("%s: %v hidden spikes a sample, training saw %v", name, hidden, last.HiddenSpikes)
		}
		r.Engine, r.Seconds, r.Picture = "", 0, ""
		r.Effort.NeuronUpdates, r.Effort.UpdatesSaved = 0, 0 // the engine's own
	}
	if diff := cmp.Diff(results[0], results[1]); diff != "" {
		ts.Fatalf("%s and %s differ: %s", args[1], args[2], diff)
	}
}

// home gives a script a home of its own, so that it leaves nothing in the cache of
// who runs it.
func home(env *testscript.Env) {
	dir := filepath.Join(env.WorkDir, ".home")
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		env.Setenv(name, dir)
	}
}
