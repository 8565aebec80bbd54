package npz_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/internal/npz"
)

func open(t *testing.T, path string) *npz.File {
	t.Helper()
	f, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestTypes reads what NumPy wrote (testdata/make.py): every type is the same ramp.
func TestTypes(t *testing.T) {
	f := open(t, "testdata/types.npz")
	for _, name := range []string{"le_f2", "le_f4", "be_f4", "le_f8", "be_f8", "i1", "le_i2", "be_i4", "le_i8", "u1", "be_u2", "le_u4", "le_u8"} {
		first := -12.0
		if strings.Contains(name, "u") {
			first = 0
		}
		f32, shape, err := f.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		f64, _, err := f.Float64s(name)
		if err != nil {
			t.Fatal(err)
		}
		ints, _, ierr := f.Int64s(name)
		if isFloat := strings.Contains(name, "f"); isFloat != errors.Is(ierr, npz.ErrType) {
			t.Errorf("%s: Int64s: %v", name, ierr)
		}
		if !slices.Equal(shape, []int{2, 3, 4}) {
			t.Errorf("%s: shape %v", name, shape)
		}
		for i := range 24 {
			want := first + float64(i)
			if float64(f32[i]) != want || f64[i] != want || ierr == nil && float64(ints[i]) != want {
				t.Errorf("%s[%d] = %v %v, want %v", name, i, f32[i], f64[i], want)
			}
		}
	}
}

func TestOtherKinds(t *testing.T) {
	f := open(t, "testdata/types.npz")
	bools, _, err := f.Bools("bool")
	if err != nil || len(bools) != 24 || !bools[0] || bools[1] || !bools[3] {
		t.Errorf("bool: %v %v", bools, err)
	}
	s, shape, err := f.Strings("text")
	if err != nil || !slices.Equal(s, []string{"ÄÖ", "a", "", "日本語"}) || !slices.Equal(shape, []int{2, 2}) {
		t.Errorf("text: %q %v %v", s, shape, err)
	}
	if s, _, err = f.Strings("bytes"); err != nil || !slices.Equal(s, []string{"ab", "c"}) {
		t.Errorf("bytes: %q %v", s, err)
	}
	if c, err := f.String("config"); err != nil || c != `{"beta": 0.9}` {
		t.Errorf("config: %q %v", c, err)
	}
	if _, err := f.String("text"); err == nil {
		t.Error("four strings passed for one")
	}
	v, shape, err := f.Float64s("scalar")
	if err != nil || len(v) != 1 || v[0] != 0.25 || len(shape) != 0 {
		t.Errorf("scalar: %v %v %v", v, shape, err)
	}
	e, shape, err := f.Float32s("empty")
	if err != nil || len(e) != 0 || !slices.Equal(shape, []int{3, 0}) {
		t.Errorf("empty: %v %v %v", e, shape, err)
	}
}

func TestFortranOrder(t *testing.T) {
	f := open(t, "testdata/types.npz")
	info, err := f.Stat("fortran")
	if err != nil || !info.Fortran || info.Type != "<f4" {
		t.Fatalf("header %+v, %v", info, err)
	}
	v, _, err := f.Float32s("fortran")
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, "testdata/fortran.npy")
	if names := g.Names(); !slices.Equal(names, []string{"fortran"}) {
		t.Fatalf("names of the .npy: %v", names)
	}
	w, shape, err := g.Int64s("fortran")
	if err != nil || !slices.Equal(shape, []int{4, 6}) {
		t.Fatal(shape, err)
	}
	for i := range 24 {
		if v[i] != float32(i) || w[i] != int64(i) {
			t.Fatalf("element %d is %v and %v", i, v[i], w[i])
		}
	}
}

func TestDeflated(t *testing.T) {
	f := open(t, "testdata/deflated.npz")
	w, _, err := f.Float32s("w")
	if err != nil || len(w) != 5000 {
		t.Fatal(len(w), err)
	}
	for i, v := range w {
		if v != float32(math.Sin(float64(i))) {
			t.Fatalf("w[%d] = %v", i, v)
		}
	}
	if z, _, err := f.Int64s("z"); err != nil || len(z) != 100000 {
		t.Fatal(len(z), err)
	}
}

func TestUnknownArray(t *testing.T) {
	_, _, err := open(t, "testdata/deflated.npz").Float32s("weights")
	if !errors.Is(err, npz.ErrNoArray) || !strings.Contains(err.Error(), "the file has w, z") {
		t.Errorf("%v", err)
	}
}

func sample() []npz.Array {
	return []npz.Array{
		{Name: "f", Shape: []int{2, 3}, Data: []float32{1, -2, float32(math.Inf(1)), 0.1, float32(math.Copysign(0, -1)), 5}},
		{Name: "d", Data: []float64{math.Pi}},
		{Name: "i", Shape: []int{2, 1}, Data: []int64{math.MinInt64, math.MaxInt64}},
		{Name: "u", Data: []uint8{0, 255}},
		{Name: "b", Data: []bool{true, false}},
		{Name: "none", Shape: []int{0, 4}, Data: []int32{}},
	}
}

func TestRoundTrip(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"stored":   func(b *bytes.Buffer) error { return npz.Write(b, sample()...) },
		"deflated": func(b *bytes.Buffer) error { return npz.WriteCompressed(b, sample()...) },
	} {
		t.Run(name, func(t *testing.T) {
			var one, two bytes.Buffer
			if err := errors.Join(write(&one), write(&two)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(one.Bytes(), two.Bytes()) {
				t.Error("two writings differ")
			}
			f, err := npz.New(bytes.NewReader(one.Bytes()), int64(one.Len()), "x.npz")
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range sample() {
				info, err := f.Stat(a.Name)
				if err != nil {
					t.Fatal(err)
				}
				if a.Shape != nil && !slices.Equal(info.Shape, a.Shape) {
					t.Errorf("%s: shape %v", a.Name, info.Shape)
				}
				var got any
				switch a.Data.(type) {
				case []float32:
					got, _, err = f.Float32s(a.Name)
				case []float64:
					got, _, err = f.Float64s(a.Name)
				case []bool:
					got, _, err = f.Bools(a.Name)
				default:
					got, _, err = f.Int64s(a.Name)
				}
				if err != nil || fmt.Sprint(got) != fmt.Sprint(a.Data) {
					t.Errorf("%s: %v, want %v (%v)", a.Name, got, a.Data, err)
				}
			}
		})
	}
}

// TestNameFlag: a name beyond ASCII is marked as UTF-8, as Python's zipfile needs it.
func TestNameFlag(t *testing.T) {
	var b bytes.Buffer
	if err := npz.Write(&b, npz.Array{Name: "größe.weights", Data: []float32{1}}, npz.Array{Name: "out.weights", Data: []float32{2}}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint16{1 << 11, 0} {
		if got := z.File[i].Flags; got != want {
			t.Errorf("%s: flags %#x, want %#x", z.File[i].Name, got, want)
		}
	}
	f, err := npz.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "w.npz")
	if err != nil {
		t.Fatal(err)
	}
	if !f.Has("größe.weights") {
		t.Errorf("names %q", f.Names())
	}
}

// TestNumPyReads lets NumPy open what we write.
func TestNumPyReads(t *testing.T) {
	python := os.Getenv("DVSIM_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no Python with NumPy (set DVSIM_PYTHON to one)")
	}
	path := filepath.Join(t.TempDir(), "ours.npz")
	if err := npz.WriteFile(path, sample()...); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import sys, numpy as np
f = np.load(sys.argv[1])
for k in f: print(k, f[k].dtype.str, f[k].shape, f[k].tolist())`, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `f <f4 (2, 3) [[1.0, -2.0, inf], [0.10000000149011612, -0.0, 5.0]]
d <f8 (1,) [3.141592653589793]
i <i8 (2, 1) [[-9223372036854775808], [9223372036854775807]]
u |u1 (2,) [0, 255]
b |b1 (2,) [True, False]
none <i4 (0, 4) []
`
	if got := strings.ReplaceAll(string(out), "\r", ""); got != want {
		t.Errorf("NumPy reads\n%swant\n%s", got, want)
	}
}

// TestWriteFileKeepsOld: a failing write leaves the file that was there.
func TestWriteFileKeepsOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.npz")
	if err := npz.WriteFile(path, sample()...); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	func() {
		defer func() { _ = recover() }()
		npz.WriteFile(path, sample()[0], sample()[0]) // the same name twice: an error of the program
	}()
	after, _ := os.ReadFile(path)
	if !bytes.Equal(before, after) {
		t.Error("the old file changed")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := npz.WriteFile(filepath.Join(dir, "absent", "w.npz"), sample()...); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into a missing folder: %v", err)
	}
}
