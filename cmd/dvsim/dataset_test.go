package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idxSet writes the four files of a set of n and n pictures of side × side; file i
// shows class i mod 10.
func idxSet(t *testing.T, side, n int) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"train", "t10k"} {
		pictures := binary.BigEndian.AppendUint32(nil, 0x803)
		for _, d := range []int{n, side, side} {
			pictures = binary.BigEndian.AppendUint32(pictures, uint32(d))
		}
		labels := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 0x801), uint32(n))
		for i := range n {
			picture := make([]byte, side*side)
			picture[side*side/2+i%side] = 255
			pictures = append(pictures, picture...)
			labels = append(labels, byte(i%10))
		}
		for name, raw := range map[string][]byte{part + "-images-idx3-ubyte": pictures, part + "-labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// change rewrites a file of a set.
func change(t *testing.T, dir, name string, do func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	raw, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, do(raw), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDatasetFromPictures(t *testing.T) {
	mnist := idxSet(t, 28, 30)
	// As if pictures 2 and 30 had been recorded.
	real := t.TempDir()
	for _, name := range []string{"Train/1/00002.bin", "Test/9/00030.bin"} {
		path := filepath.Join(real, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte{1, 2, 3, 4, 5}, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "set")
	var out, errs bytes.Buffer
	code := run([]string{"dataset", "make", "--from", mnist, "--skip-of", real, "--out", dir}, nil, &out, &errs)
	if code != exitOK || !strings.Contains(out.String(), "58 recordings") || !strings.Contains(out.String(), "left out: 2 pictures") {
		t.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	for name, want := range map[string]bool{"Train/1/00002.bin": false, "Test/1/00002.bin": true, "Train/9/00030.bin": true, "Test/9/00030.bin": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Damaged sets are errors that name the file and the place, and nothing is written.
func TestDatasetBadPictures(t *testing.T) {
	numbered := t.TempDir()
	if err := os.MkdirAll(filepath.Join(numbered, "Train", "3"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(numbered, "Train", "3", "00002.bin"), []byte{1, 2, 3, 4, 5}, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		side   int
		damage func(dir string)
		args   []string
		want   []string
	}{
		{
			name: "truncated", side: 28,
			damage: func(dir string) {
				change(t, dir, "train-images-idx3-ubyte", func(b []byte) []byte { return b[:5000] })
			},
			want: []string{"train-images-idx3-ubyte: idx: byte 5,000", "the file ends too early", "30x28x28"},
		},
		{
			name: "empty", side: 28,
			damage: func(dir string) {
				change(t, dir, "t10k-labels-idx1-ubyte", func([]byte) []byte { return nil })
			},
			want: []string{"t10k-labels-idx1-ubyte", "the file is empty"},
		},
		{
			name: "missing", side: 28,
			damage: func(dir string) { os.Remove(filepath.Join(dir, "t10k-images-idx3-ubyte")) },
			want:   []string{"no images of the test part", "t10k-images-idx3-ubyte.gz"},
		},
		{
			name: "label", side: 28,
			damage: func(dir string) {
				change(t, dir, "train-labels-idx1-ubyte", func(b []byte) []byte { b[12] = 11; return b })
			},
			want: []string{"train-labels-idx1-ubyte", "label 11 of picture 4"},
		},
		{name: "size", side: 32, want: []string{"32×32", "28×28"}},
		{name: "numbers", side: 28, args: []string{"--skip-of", numbered}, want: []string{"Train/3/00002.bin", "not numbered as the pictures are"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mnist := idxSet(t, c.side, 30)
			if c.damage != nil {
				c.damage(mnist)
			}
			dir := filepath.Join(t.TempDir(), "set")
			var out, errs bytes.Buffer
			code := run(append([]string{"dataset", "make", "--from", mnist, "--out", dir}, c.args...), nil, &out, &errs)
			if code != exitFailure {
				t.Errorf("exit code %d", code)
			}
			for _, want := range c.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("no %q in: %s", want, errs.String())
				}
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("a folder was made")
			}
		})
	}
}
