package npz

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Float32s reads an array of numbers as float32, row-major. float64 and integers
// are rounded to the nearest float32; booleans are 0 and 1.
func (f *File) Float32s(name string) ([]float32, []int, error) {
	return read(f, name, "bfiu", func(kind byte, size int, o binary.ByteOrder, b []byte) (float32, bool) {
		if kind == 'f' && size == 4 { // no detour: NaN payloads stay
			return math.Float32frombits(o.Uint32(b)), true
		}
		v, ok := number(kind, size, o, b)
		return float32(v), ok
	})
}

// Float64s reads an array of numbers as float64, row-major.
func (f *File) Float64s(name string) ([]float64, []int, error) {
	return read(f, name, "bfiu", number)
}

// Int64s reads an array of integers or booleans, row-major. Unsigned values
// beyond int64 are an error.
func (f *File) Int64s(name string) ([]int64, []int, error) {
	return read(f, name, "biu", integer)
}

// Bools reads an array of booleans, row-major.
func (f *File) Bools(name string) ([]bool, []int, error) {
	return read(f, name, "b", func(_ byte, _ int, _ binary.ByteOrder, b []byte) (bool, bool) {
		return b[0] != 0, b[0] <= 1
	})
}

// Strings reads an array of unicode ('U') or byte ('S') strings, row-major.
func (f *File) Strings(name string) ([]string, []int, error) {
	return read(f, name, "US", text)
}

// String reads a single string: a scalar or an array of one.
func (f *File) String(name string) (string, error) {
	s, shape, err := f.Strings(name)
	if err == nil && len(s) != 1 {
		err = f.errorAt(name, -1, fmt.Errorf("expected one string, found shape %s", ShapeString(shape)))
	}
	if err != nil {
		return "", err
	}
	return s[0], nil
}

// read converts the elements of an array of one of the kinds, in C order.
func read[T any](f *File, name, kinds string, conv func(byte, int, binary.ByteOrder, []byte) (T, bool)) ([]T, []int, error) {
	data, info, err := f.raw(name)
	if err != nil {
		return nil, nil, err
	}
	kind, size, order, _ := info.itemSize()
	if strings.IndexByte(kinds, kind) < 0 {
		return nil, nil, f.errorAt(name, -1, fmt.Errorf("%w %q", ErrType, info.Type))
	}
	n := info.Len()
	out := make([]T, n) // the n·size bytes are there
	for i := range out {
		v, ok := conv(kind, size, order, data[i*size:(i+1)*size])
		if !ok {
			return nil, nil, f.errorAt(name, -1, fmt.Errorf("%w: element %d does not fit", ErrCorrupt, i))
		}
		out[i] = v
	}
	if info.Fortran && len(info.Shape) > 1 {
		out = fromFortran(out, info.Shape)
	}
	return out, info.Shape, nil
}

// fromFortran turns first-index-fastest into last-index-fastest.
func fromFortran[T any](src []T, shape []int) []T {
	dst := make([]T, len(src))
	idx := make([]int, len(shape))
	stride := make([]int, len(shape))
	s := 1
	for d, n := range shape {
		stride[d] = s
		s *= n
	}
	pos := 0
	for i := range dst {
		dst[i] = src[pos]
		for d := len(shape) - 1; d >= 0; d-- {
			idx[d]++
			pos += stride[d]
			if idx[d] < shape[d] {
				break
			}
			pos -= idx[d] * stride[d]
			idx[d] = 0
		}
	}
	return dst
}

func integer(kind byte, size int, o binary.ByteOrder, b []byte) (int64, bool) {
	var u uint64
	switch size {
	case 1:
		u = uint64(b[0])
	case 2:
		u = uint64(o.Uint16(b))
	case 4:
		u = uint64(o.Uint32(b))
	default:
		u = o.Uint64(b)
	}
	if kind == 'i' {
		shift := 64 - 8*size
		return int64(u<<shift) >> shift, true
	}
	return int64(u), u <= math.MaxInt64
}

func number(kind byte, size int, o binary.ByteOrder, b []byte) (float64, bool) {
	switch {
	case kind == 'f' && size == 8:
		return math.Float64frombits(o.Uint64(b)), true
	case kind == 'f' && size == 4:
		return float64(math.Float32frombits(o.Uint32(b))), true
	case kind == 'f':
		return half(o.Uint16(b)), true
	case kind == 'u' && size == 8:
		return float64(o.Uint64(b)), true
	}
	v, ok := integer(kind, size, o, b)
	return float64(v), ok
}

// half converts IEEE 754 binary16.
func half(h uint16) float64 {
	sign := 1.0
	if h&0x8000 != 0 {
		sign = -1
	}
	exp, frac := int(h>>10&31), float64(h&1023)
	switch {
	case exp == 0:
		return sign * math.Ldexp(frac, -24)
	case exp == 31 && frac != 0:
		return math.NaN()
	case exp == 31:
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// text reads 'S' (bytes) and 'U' (UCS-4); trailing NULs are padding.
func text(kind byte, size int, o binary.ByteOrder, b []byte) (string, bool) {
	if kind == 'S' {
		return strings.TrimRight(string(b), "\x00"), true
	}
	var sb strings.Builder
	for ; len(b) > 0; b = b[4:] {
		c := o.Uint32(b)
		if c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			return "", false
		}
		sb.WriteRune(rune(c))
	}
	return strings.TrimRight(sb.String(), "\x00"), true
}
