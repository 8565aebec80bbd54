package npz

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Array is an array to be written.
type Array struct {
	Name string
	// Shape multiplies to the length of Data; nil means one dimension.
	Shape []int
	// Data is a []float32, []float64, []int8, []int16, []int32, []int64, []uint8,
	// []uint16, []uint32, []uint64 or []bool, row-major.
	Data any
}

// Write writes a .npz whose arrays are stored, in the given order. The same
// arrays give the same bytes on every machine.
func Write(w io.Writer, arrays ...Array) error { return write(w, arrays, zip.Store) }

// WriteCompressed is Write with deflated arrays (numpy.savez_compressed). Its
// bytes may change with the version of Go, their content does not.
func WriteCompressed(w io.Writer, arrays ...Array) error { return write(w, arrays, zip.Deflate) }

// nameUTF8 is bit 11 of a member's flags: its name is UTF-8, not code page 437
// (.ZIP File Format Specification 6.3.10, section 4.4.4).
const nameUTF8 = 1 << 11

func write(w io.Writer, arrays []Array, method uint16) error {
	z := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, a := range arrays {
		if a.Name == "" || seen[a.Name] {
			panic(fmt.Sprintf("npz: the array name %q is empty or there twice", a.Name))
		}
		seen[a.Name] = true
		var npy bytes.Buffer
		if err := WriteArray(&npy, a); err != nil {
			return err
		}
		// Sizes and sum are known, so the member needs no data descriptor.
		h := &zip.FileHeader{
			Name: a.Name + ".npy", Method: method,
			CRC32: crc32.ChecksumIEEE(npy.Bytes()), UncompressedSize64: uint64(npy.Len()),
		}
		if utf8.ValidString(a.Name) && strings.ContainsFunc(a.Name, func(r rune) bool { return r >= utf8.RuneSelf }) {
			h.Flags |= nameUTF8
		}
		body := npy.Bytes()
		if method == zip.Deflate {
			var packed bytes.Buffer
			fw, _ := flate.NewWriter(&packed, 6)
			fw.Write(body)
			if err := fw.Close(); err != nil {
				return err
			}
			body = packed.Bytes()
		}
		h.CompressedSize64 = uint64(len(body))
		zw, err := z.CreateRaw(h)
		if err != nil {
			return err
		}
		if _, err := zw.Write(body); err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteFile writes a .npz under a temporary name and renames it at the end, so
// that a file that was there stays whole until the new one is.
func WriteFile(path string, arrays ...Array) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // no longer there after a rename
	err = Write(tmp, arrays...)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}

// WriteArray writes one array as .npy (version 1.0).
func WriteArray(w io.Writer, a Array) error {
	v := reflect.ValueOf(a.Data)
	typ, ok := "", false
	if v.Kind() == reflect.Slice {
		typ, ok = typeNames[v.Type().Elem().Kind()]
	}
	if !ok {
		panic(fmt.Sprintf("npz: array %q: cannot write %T", a.Name, a.Data))
	}
	shape := a.Shape
	if shape == nil {
		shape = []int{v.Len()}
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	if n != v.Len() {
		panic(fmt.Sprintf("npz: array %q: shape %s is %d elements, there are %d", a.Name, ShapeString(shape), n, v.Len()))
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", typ, ShapeString(shape))
	pad := (64 - (10+len(dict)+1)%64) % 64 // data at a multiple of 64 bytes
	head := append([]byte(magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(dict)+pad+1))
	head = append(head, dict+strings.Repeat(" ", pad)+"\n"...)
	if _, err := w.Write(head); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, a.Data)
}

var typeNames = map[reflect.Kind]string{
	reflect.Bool: "|b1", reflect.Int8: "|i1", reflect.Uint8: "|u1",
	reflect.Int16: "<i2", reflect.Uint16: "<u2", reflect.Int32: "<i4", reflect.Uint32: "<u4",
	reflect.Int64: "<i8", reflect.Uint64: "<u8", reflect.Float32: "<f4", reflect.Float64: "<f8",
}
