package npz

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// magic starts every .npy (NEP 1, "Format Specification: Version 1.0").
const magic = "\x93NUMPY"

// maxHeader bounds the text header. NumPy itself refuses more than 10,000
// characters by default; plain types need about 100.
const maxHeader = 64 << 10

// maxEmpty bounds arrays of empty strings ('<U0'), which have a length but no bytes.
const maxEmpty = 1 << 16

// Info is what the header of an array says.
type Info struct {
	// Type is NumPy's name of the element type: "<f4", "|u1", "<U12".
	Type string
	// Shape has one entry a dimension, none for a scalar.
	Shape []int
	// Fortran: the file has the first index fastest. The readers turn it.
	Fortran bool
}

// Len is the number of elements.
func (i Info) Len() int {
	n := 1
	for _, d := range i.Shape {
		n *= d
	}
	return n
}

// itemSize returns the kind letter, the bytes of an element and the byte order.
func (i Info) itemSize() (kind byte, size int, order binary.ByteOrder, err error) {
	t := i.Type
	order = binary.LittleEndian
	if t != "" && strings.IndexByte("<>|=", t[0]) >= 0 {
		if t[0] == '>' {
			order = binary.BigEndian
		}
		t = t[1:]
	}
	if t == "" {
		return 0, 0, nil, fmt.Errorf("element type %q: %w", i.Type, ErrUnsupported)
	}
	size, err = strconv.Atoi(t[1:])
	ok := err == nil && size >= 0
	switch t[0] {
	case 'b':
		ok = ok && size == 1
	case 'i', 'u':
		ok = ok && (size == 1 || size == 2 || size == 4 || size == 8)
	case 'f':
		ok = ok && (size == 2 || size == 4 || size == 8)
	case 'U':
		ok = ok && size < 1<<28
		size *= 4
	case 'S':
		ok = ok && size < 1<<30
	default:
		ok = false
	}
	if !ok {
		return 0, 0, nil, fmt.Errorf("element type %q: %w", i.Type, ErrUnsupported)
	}
	return t[0], size, order, nil
}

// dataBytes is the length of the data that the header announces.
func (i Info) dataBytes() (int64, error) {
	_, size, _, err := i.itemSize()
	if err != nil {
		return 0, err
	}
	n := int64(max(size, 1))
	for _, d := range i.Shape {
		if d != 0 && n > math.MaxInt/4/int64(d) {
			return 0, fmt.Errorf("shape %s: %w", ShapeString(i.Shape), ErrTooLarge)
		}
		n *= int64(d)
	}
	if size == 0 && n > maxEmpty {
		return 0, fmt.Errorf("shape %s: %w", ShapeString(i.Shape), ErrTooLarge)
	}
	return n * int64(min(size, 1)), nil
}

// readHeader reads magic, version and text header; n is its length in bytes.
func readHeader(r io.Reader) (info Info, n int, err error) {
	var b [12]byte
	if n, err = io.ReadFull(r, b[:10]); err != nil {
		return info, n, damaged(err)
	}
	if string(b[:6]) != magic {
		return info, 0, fmt.Errorf("%w: no NumPy array (it starts with % x)", ErrCorrupt, b[:6])
	}
	hlen := int(binary.LittleEndian.Uint16(b[8:]))
	switch b[6] {
	case 1:
	case 2, 3: // four bytes of length
		k, err := io.ReadFull(r, b[10:12])
		n += k
		if err != nil {
			return info, n, damaged(err)
		}
		if v := binary.LittleEndian.Uint32(b[8:]); v > maxHeader {
			return info, 8, fmt.Errorf("header of %d bytes: %w", v, ErrTooLarge)
		}
		hlen = int(binary.LittleEndian.Uint32(b[8:]))
	default:
		return info, 6, fmt.Errorf("array format version %d.%d: %w", b[6], b[7], ErrUnsupported)
	}
	text := make([]byte, hlen) // at most maxHeader
	k, err := io.ReadFull(r, text)
	if err != nil {
		return info, n + k, damaged(err)
	}
	info, err = parseHeader(string(text))
	if err != nil {
		return info, n, err
	}
	return info, n + k, nil
}

// parseHeader reads the Python dictionary of the header:
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
func parseHeader(s string) (Info, error) {
	var info Info
	p := literal{s: s}
	if !p.eat('{') {
		return info, p.bad("'{'")
	}
	seen := map[string]bool{}
	for !p.eat('}') {
		key, ok := p.str()
		if !ok || !p.eat(':') {
			return info, p.bad("a key and ':'")
		}
		if seen[key] {
			return info, fmt.Errorf("%w: header has %q twice", ErrCorrupt, key)
		}
		seen[key] = true
		switch key {
		case "descr":
			if info.Type, ok = p.str(); !ok {
				if p.next() == '[' {
					return info, fmt.Errorf("structured element type: %w", ErrUnsupported)
				}
				return info, p.bad("an element type")
			}
		case "fortran_order":
			switch w := p.word(); w {
			case "True", "False":
				info.Fortran = w == "True"
			default:
				return info, p.bad("True or False")
			}
		case "shape":
			if info.Shape, ok = p.tuple(); !ok {
				return info, p.bad("a tuple of sizes")
			}
		default:
			return info, fmt.Errorf("%w: header has an unknown key %q", ErrCorrupt, key)
		}
		if !p.eat(',') && p.next() != '}' {
			return info, p.bad("',' or '}'")
		}
	}
	if len(seen) != 3 {
		return info, fmt.Errorf("%w: header lacks descr, fortran_order or shape", ErrCorrupt)
	}
	if strings.TrimSpace(p.s) != "" {
		return info, p.bad("the end")
	}
	_, err := info.dataBytes()
	return info, err
}

// literal is a scanner for the few Python literals of a header.
type literal struct{ s string }

func (p *literal) next() byte {
	p.s = strings.TrimLeft(p.s, " \t\n\r")
	if p.s == "" {
		return 0
	}
	return p.s[0]
}

func (p *literal) eat(c byte) bool {
	if p.next() != c {
		return false
	}
	p.s = p.s[1:]
	return true
}

// str reads a quoted string without escapes: types and keys have none.
func (p *literal) str() (string, bool) {
	q := p.next()
	if q != '\'' && q != '"' {
		return "", false
	}
	i := strings.IndexByte(p.s[1:], q)
	if i < 0 || strings.IndexByte(p.s[1:1+i], '\\') >= 0 {
		return "", false
	}
	v := p.s[1 : 1+i]
	p.s = p.s[i+2:]
	return v, true
}

func (p *literal) word() string {
	p.next()
	i := 0
	for i < len(p.s) && (p.s[i]|32 >= 'a' && p.s[i]|32 <= 'z' || p.s[i] >= '0' && p.s[i] <= '9') {
		i++
	}
	w := p.s[:i]
	p.s = p.s[i:]
	return w
}

// tuple reads (), (3,), (3, 4) or, as Python 2 wrote them, (3L, 4L).
func (p *literal) tuple() ([]int, bool) {
	if !p.eat('(') {
		return nil, false
	}
	var dims []int
	for !p.eat(')') {
		d, err := strconv.Atoi(strings.TrimSuffix(p.word(), "L"))
		if err != nil || d < 0 || len(dims) == 32 { // numpy's own limit of dimensions
			return nil, false
		}
		dims = append(dims, d)
		if !p.eat(',') && p.next() != ')' {
			return nil, false
		}
	}
	return dims, true
}

func (p *literal) bad(want string) error {
	rest := p.s
	if len(rest) > 20 {
		rest = rest[:20] + "…"
	}
	return fmt.Errorf("%w: header: expected %s, found %q", ErrCorrupt, want, rest)
}

// ShapeString writes a shape as NumPy does: (3, 4), (3,), ().
func ShapeString(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = strconv.Itoa(d)
	}
	s := strings.Join(parts, ", ")
	if len(shape) == 1 {
		s += ","
	}
	return "(" + s + ")"
}
