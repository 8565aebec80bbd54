package datasets_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dvsim/datasets"
	"dvsim/internal/reference"
)

// idx makes an idx file of unsigned bytes.
func idx(data []byte, dims ...uint32) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, data...)
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// pixels counts up.
func pixels(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// smallMNIST has 3 pictures of 2x4 to train and 2 to test.
func smallMNIST() map[string][]byte {
	return map[string][]byte{
		"train-images-idx3-ubyte": idx(pixels(24), 3, 4, 2),
		"train-labels-idx1-ubyte": idx([]byte{9, 0, 3}, 3),
		"t10k-images-idx3-ubyte":  idx(pixels(16), 2, 4, 2),
		"t10k-labels-idx1-ubyte":  idx([]byte{1, 1}, 2),
	}
}

func TestOpenMNIST(t *testing.T) {
	for name, change := range map[string]func(string, []byte) (string, []byte){
		"plain":             func(n string, b []byte) (string, []byte) { return n, b },
		"gzip":              func(n string, b []byte) (string, []byte) { return n + ".gz", gzipped(t, b) },
		"with a dot":        func(n string, b []byte) (string, []byte) { return strings.Replace(n, "-idx", ".idx", 1), b },
		"torchvision":       func(n string, b []byte) (string, []byte) { return "MNIST/raw/" + n, b },
		"unpacked .gz":      func(n string, b []byte) (string, []byte) { return n + ".gz", b },
		"packed, no ending": func(n string, b []byte) (string, []byte) { return n, gzipped(t, b) },
	} {
		t.Run(name, func(t *testing.T) {
			m := map[string][]byte{}
			for n, b := range smallMNIST() {
				n, b = change(n, b)
				m[n] = b
			}
			dir := folderOf(t, m)
			if !datasets.IsMNIST(dir) {
				t.Error("not seen to be MNIST")
			}
			train, test, err := datasets.OpenMNIST(dir)
			if err != nil {
				t.Fatal(err)
			}
			if train.Len() != 3 || test.Len() != 2 || train.Rows != 4 || train.Cols != 2 || train.Classes() != 10 || train.Name != "train" || test.Name != "test" {
				t.Errorf("%+v, %+v", train, test)
			}
			if p := train.Picture(1); !bytes.Equal(p, pixels(16)[8:]) || cap(p) != 8 || train.Labels[2] != 3 {
				t.Errorf("picture %v", p)
			}
		})
	}
	if datasets.IsMNIST(t.TempDir()) || datasets.IsMNIST(filepath.Join(t.TempDir(), "none")) {
		t.Error("an empty folder is taken for MNIST")
	}
}

func TestMNISTErrors(t *testing.T) {
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	zeros := gzipped(t, make([]byte, 1<<20))
	for name, c := range map[string]struct {
		spoil func(m map[string][]byte)
		want  []string
	}{
		"missing": {func(m map[string][]byte) { delete(m, labels); delete(m, "t10k-images-idx3-ubyte") }, []string{
			"no labels of the train part; looked for train-labels-idx1-ubyte, train-labels-idx1-ubyte.gz, train-labels.idx1-ubyte, train-labels.idx1-ubyte.gz",
			"no images of the test part; looked for t10k-images-idx3-ubyte",
		}},
		"empty":           {func(m map[string][]byte) { m[images] = nil }, []string{images + ": idx: byte 0: the file is empty"}},
		"header":          {func(m map[string][]byte) { m[images] = m[images][:9] }, []string{"byte 9: the file ends too early: 9 of 16 bytes (header)"}},
		"magic":           {func(m map[string][]byte) { m[images][2] = 9 }, []string{"byte 0: damaged data: it begins with 0x00000903, not 0x00000803"}},
		"short and wrong": {func(m map[string][]byte) { m[images] = []byte("<htm") }, []string{"0x3c68746d, not 0x00000803; this looks like a web page"}},
		"labels":          {func(m map[string][]byte) { m[images] = m[labels] }, []string{"these are labels, not pictures"}},
		"pictures":        {func(m map[string][]byte) { m[labels] = m[images] }, []string{"these are pictures, not labels"}},
		"truncated":       {func(m map[string][]byte) { m[images] = m[images][:20] }, []string{"byte 20: the file ends too early: the header announces 3x4x2, 24 bytes; there can be 4 at most"}},
		"truncated, gzip": {func(m map[string][]byte) { m[images] = gzipped(t, m[images][:20]) }, []string{"byte 20: unpacked: the file ends too early: 20 of 40 bytes (3x4x2)"}},
		"cut gzip":        {func(m map[string][]byte) { z := gzipped(t, m[images]); m[images] = z[:len(z)-12] }, []string{images, "the file ends too early"}},
		"checksum": {func(m map[string][]byte) {
			z := gzipped(t, m[images])
			z[len(z)-6]++
			m[images] = z
		}, []string{images, "damaged data: gzip: invalid checksum"}},
		"more":           {func(m map[string][]byte) { m[images] = append(m[images], 1) }, []string{"byte 40: damaged data: there are more bytes than the header announces (3x4x2)"}},
		"a bomb":         {func(m map[string][]byte) { m[images] = idx(nil, 1<<31, 1<<31, 1<<31) }, []string{"declared size is impossible: 2147483648x2147483648x2147483648"}},
		"a smaller bomb": {func(m map[string][]byte) { m[images] = idx(nil, 1<<20, 1<<10, 1<<10) }, []string{"1,099,511,627,776 bytes; there can be 0 at most"}},
		"a packed bomb":  {func(m map[string][]byte) { m[images] = gzipped(t, idx(nil, 1<<10, 1<<10, 1<<10)) }, []string{"1,073,741,824 bytes; there can be "}},
		"zeros":          {func(m map[string][]byte) { m[images] = zeros }, []string{"it begins with 0x00000000"}},
		"no pictures":    {func(m map[string][]byte) { m[images] = idx(nil, 0, 4, 2) }, []string{"byte 4: declared size is impossible: 0x4x2"}},
		"range":          {func(m map[string][]byte) { m[labels][9] = 10 }, []string{labels + ": idx: byte 9: label 10 of picture 1: labels are 0 to 9"}},
		"counts":         {func(m map[string][]byte) { m[labels] = idx([]byte{1, 2}, 2) }, []string{images + " holds 3 pictures, ", labels + " holds 2 labels"}},
		"sizes":          {func(m map[string][]byte) { m["t10k-images-idx3-ubyte"] = idx(pixels(16), 2, 2, 4) }, []string{"pictures of 2x4 to train and 4x2 to test"}},
		"two at once":    {func(m map[string][]byte) { m[images][3] = 7; m["t10k-labels-idx1-ubyte"][8] = 77 }, []string{"0x00000807", "label 77 of picture 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := smallMNIST()
			c.spoil(m)
			dir := folderOf(t, m)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := datasets.OpenMNIST(dir)
			runtime.ReadMemStats(&after)
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nwant %q", err, want)
				}
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
				t.Errorf("%d bytes of memory", n)
			}
		})
	}
	if _, _, err := datasets.OpenMNIST(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none: no such file") {
		t.Errorf("no folder: %v", err)
	}
}

func BenchmarkOpenMNIST(b *testing.B) {
	dir := reference.Shared(b, "data", "mnist")
	for b.Loop() {
		if _, _, err := datasets.OpenMNIST(dir); err != nil {
			b.Fatal(err)
		}
	}
}
