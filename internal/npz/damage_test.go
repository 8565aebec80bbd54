package npz_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"dvsim/internal/npz"
)

// npy is a .npy of version 1.0 with that header text.
func npy(header string, data int) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), make([]byte, data)...)
}

func TestDamage(t *testing.T) {
	var whole bytes.Buffer
	if err := npz.Write(&whole, sample()...); err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole.Bytes())
	flipped[bytes.Index(flipped, []byte("NUMPY"))+127] ^= 1 // first byte of the data
	head := "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n"
	for _, c := range []struct {
		name string
		data []byte
		is   error
		text string
	}{
		{"empty", nil, npz.ErrEmpty, "f.npz: byte 0: the file is empty"},
		{"text", []byte("hello"), npz.ErrCorrupt, "no .npz and no .npy"},
		{"cut zip", whole.Bytes()[:whole.Len()/2], npz.ErrCorrupt, "no .npz and no .npy"},
		{"flipped bit", flipped, npz.ErrCorrupt, `array "f": damaged data: zip: checksum error`},
		{"cut header", npy(fmt.Sprintf(head, "3,"), 12)[:40], npz.ErrTruncated, "byte 40: "},
		{"cut data", npy(fmt.Sprintf(head, "3,"), 8), npz.ErrTruncated, "(3,) of <f4 needs 12 bytes, there are 8"},
		{"bytes left over", npy(fmt.Sprintf(head, "3,"), 16), npz.ErrCorrupt, "needs 12 bytes, there are 16"},
		{"huge", npy(fmt.Sprintf(head, "4000000000, 4000000000"), 12), npz.ErrTooLarge, "(4000000000, 4000000000)"},
		{"negative", npy(fmt.Sprintf(head, "-3,"), 12), npz.ErrCorrupt, "expected a tuple of sizes"},
		{"object", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8), npz.ErrUnsupported, `"|O"`},
		{"struct", npy("{'descr': [('t', '<i8')], 'fortran_order': False, 'shape': (1,), }", 8), npz.ErrUnsupported, "structured"},
		{"complex", npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8), npz.ErrUnsupported, `"<c8"`},
		{"no shape", npy("{'descr': '<f4', 'fortran_order': False}", 8), npz.ErrCorrupt, "lacks"},
		{"strange key", npy("{'descr': '<f4', 'order': False, 'shape': ()}", 4), npz.ErrCorrupt, `"order"`},
		{"version 9", []byte("\x93NUMPY\x09\x00\x00\x00{}"), npz.ErrUnsupported, "version 9.0"},
		{"empty strings", npy("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000,), }", 0), npz.ErrTooLarge, "1000000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := readAll(c.data)
			var e *npz.Error
			if !errors.As(err, &e) || !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v\nwant %q in it, cause %v", err, c.text, c.is)
			}
		})
	}
}

// readAll reads every array in every way and returns the first error that is no type error.
func readAll(data []byte) error {
	f, err := npz.New(bytes.NewReader(data), int64(len(data)), "f.npz")
	if err != nil {
		return err
	}
	for _, n := range f.Names() {
		_, _, e1 := f.Float32s(n)
		_, _, e2 := f.Int64s(n)
		_, _, e3 := f.Strings(n)
		_, _, e4 := f.Float64s(n)
		_, _, e5 := f.Bools(n)
		for _, e := range []error{e1, e2, e3, e4, e5} {
			if e != nil && !errors.Is(e, npz.ErrType) {
				return e
			}
		}
	}
	return nil
}

// TestDeclaredSizes: a small file that announces gigabytes must not cost memory.
func TestDeclaredSizes(t *testing.T) {
	var whole bytes.Buffer
	if err := npz.WriteCompressed(&whole, npz.Array{Name: "w", Data: make([]float32, 64)}); err != nil {
		t.Fatal(err)
	}
	// The directory's uncompressed size, 24 bytes into its record (APPNOTE 4.3.12).
	lie := whole.Bytes()
	dir := bytes.Index(lie, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lie[dir+24:], 2<<30)
	header := npy("{'descr': '<f4', 'fortran_order': False, 'shape': (500000000,), }", 100)
	for name, data := range map[string][]byte{"zip": lie, "npy": header} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(data)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: passed", name)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
			t.Errorf("%s: %d bytes allocated for %d bytes", name, got, len(data))
		}
	}
}

func FuzzNPZ(f *testing.F) {
	for _, name := range []string{"testdata/types.npz", "testdata/fortran.npy"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	var small bytes.Buffer
	npz.WriteCompressed(&small, npz.Array{Name: "w", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}})
	f.Add(small.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(data)
		runtime.ReadMemStats(&after)
		// Five readings of at most 1032 times the bytes, each with its conversion.
		if got, most := after.TotalAlloc-before.TotalAlloc, uint64(32<<20+len(data)*1032*64); got > most {
			t.Errorf("%d bytes allocated for %d bytes", got, len(data))
		}
		if err != nil {
			return
		}
		// What is read is written and read again the same.
		in, err := npz.New(bytes.NewReader(data), int64(len(data)), "f.npz")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range in.Names() {
			v, shape, err := in.Int64s(n)
			if err != nil {
				continue
			}
			var again bytes.Buffer
			if err := npz.Write(&again, npz.Array{Name: "again", Shape: append([]int{}, shape...), Data: v}); err != nil {
				t.Fatal(err)
			}
			out, err := npz.New(bytes.NewReader(again.Bytes()), int64(again.Len()), "again.npz")
			if err != nil {
				t.Fatal(err)
			}
			w, shape2, err := out.Int64s("again")
			if err != nil || fmt.Sprint(shape, v) != fmt.Sprint(shape2, w) {
				t.Errorf("%s: %v %v, then %v %v (%v)", n, shape, v, shape2, w, err)
			}
		}
	})
}

// TestReadError: an error of the disk is passed on.
func TestReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := npz.New(readerAt(func([]byte, int64) (int, error) { return 0, broken }), 1000, "f.npz")
	if err == nil || !strings.Contains(err.Error(), broken.Error()) {
		t.Errorf("%v", err)
	}
}

type readerAt func([]byte, int64) (int, error)

func (f readerAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

var _ io.ReaderAt = readerAt(nil)
