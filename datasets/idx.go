package datasets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"

	"dvsim/events"
)

const (
	idxLabels   = 0x0801 // unsigned bytes, one dimension
	idxPictures = 0x0803 // unsigned bytes, three dimensions

	// deflate makes at most about so many bytes of one.
	maxDeflate = 1032
)

// readIDX reads an idx file of unsigned bytes, plain or gzip, by its content.
// The data fill an array of the given dimensions.
func readIDX(name string, magic uint32) (dims []int, data []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	limit := st.Size()
	var two [2]byte
	if _, err := f.ReadAt(two[:], 0); err == nil && two == [2]byte{0x1f, 0x8b} {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, nil, idxError(name, 0, fmt.Errorf("%w: %w", events.ErrCorrupt, err))
		}
		defer z.Close()
		dims, data, err = parseIDX(z, limit*maxDeflate, name, magic)
		if fe := new(events.FormatError); errors.As(err, &fe) {
			fe.Part = "unpacked" // where the offsets count
		}
		return dims, data, err
	}
	return parseIDX(f, limit, name, magic)
}

// parseIDX reads an idx file of at most limit bytes: a declared size beyond it is
// an error before anything is allocated.
func parseIDX(r io.Reader, limit int64, name string, magic uint32) ([]int, []byte, error) {
	n := int(magic & 0xff)
	head := make([]byte, 4+4*n)
	if k, err := io.ReadFull(r, head); err != nil {
		if k == 0 && errors.Is(err, io.EOF) {
			return nil, nil, idxError(name, 0, events.ErrEmpty)
		}
		if k >= 4 && binary.BigEndian.Uint32(head) != magic {
			return nil, nil, idxMagic(name, head, magic)
		}
		return nil, nil, idxShort(name, int64(k), int64(len(head)), "header", err)
	}
	if binary.BigEndian.Uint32(head) != magic {
		return nil, nil, idxMagic(name, head, magic)
	}
	dims, size := make([]int, n), int64(1)
	for i := range dims {
		d := binary.BigEndian.Uint32(head[4+4*i:])
		dims[i] = int(d)
		if d == 0 || int64(d) > 1<<40/size {
			return nil, nil, idxError(name, int64(4+4*i), fmt.Errorf("%w: %s", events.ErrTooLarge, dimensions(head)))
		}
		size *= int64(d)
	}
	if rest := limit - int64(len(head)); size > rest {
		return nil, nil, idxError(name, limit, fmt.Errorf("%w: the header announces %s, %s bytes; there can be %s at most",
			events.ErrTruncated, dimensions(head), events.Thousands(size), events.Thousands(max(rest, 0))))
	}
	data := make([]byte, size)
	if k, err := io.ReadFull(r, data); err != nil {
		return nil, nil, idxShort(name, int64(len(head)+k), int64(len(head))+size, dimensions(head), err)
	}
	if k, err := r.Read(head[:1]); k > 0 {
		return nil, nil, idxError(name, int64(len(head))+size, fmt.Errorf("%w: there are more bytes than the header announces (%s)", events.ErrCorrupt, dimensions(head)))
	} else if errors.Is(err, io.ErrUnexpectedEOF) { // in the end of a gzip
		return nil, nil, idxError(name, int64(len(head))+size, fmt.Errorf("%w: its checksum is missing", events.ErrTruncated))
	} else if err != nil && !errors.Is(err, io.EOF) { // the checksum is wrong
		return nil, nil, idxError(name, int64(len(head))+size, fmt.Errorf("%w: %w", events.ErrCorrupt, err))
	}
	return dims, data, nil
}

func idxError(name string, off int64, err error) error {
	return &events.FormatError{File: name, Format: "idx", Offset: off, Err: err}
}

// idxMagic says what stands in place of the magic number.
func idxMagic(name string, head []byte, want uint32) error {
	got := binary.BigEndian.Uint32(head)
	e := &events.FormatError{File: name, Format: "idx", Err: fmt.Errorf("%w: it begins with 0x%08x, not 0x%08x", events.ErrCorrupt, got, want)}
	switch {
	case got == idxLabels:
		e.Hint = "these are labels, not pictures"
	case got == idxPictures:
		e.Hint = "these are pictures, not labels"
	case bytes.HasPrefix(head, []byte("<")):
		e.Hint = "this looks like a web page: was the download complete?"
	}
	return e
}

// idxShort says how many bytes there are, and how many were announced.
func idxShort(name string, have, want int64, part string, err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return idxError(name, have, fmt.Errorf("%w: %w", events.ErrCorrupt, err))
	}
	return idxError(name, have, fmt.Errorf("%w: %s of %s bytes (%s)", events.ErrTruncated, events.Thousands(have), events.Thousands(want), part))
}

// dimensions writes those of a header: 60000x28x28.
func dimensions(head []byte) string {
	var b strings.Builder
	for i := 4; i+4 <= len(head); i += 4 {
		if i > 4 {
			b.WriteByte('x')
		}
		fmt.Fprint(&b, binary.BigEndian.Uint32(head[i:]))
	}
	return b.String()
}
