package events

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Causes of a FormatError, for errors.Is.
var (
	// ErrTruncated: the bytes end before something that was announced is complete.
	ErrTruncated = errors.New("the file ends too early")
	// ErrCorrupt: bytes that the format does not allow.
	ErrCorrupt = errors.New("damaged data")
	// ErrTooLarge: a declared size beyond what the format, the file or the limits allow.
	ErrTooLarge = errors.New("declared size is impossible")
	// ErrUnsupported: a known variant that this codec does not read.
	ErrUnsupported = errors.New("not supported")
	// ErrUnknownFormat: no codec recognises the bytes.
	ErrUnknownFormat = errors.New("unknown format")
	// ErrAmbiguous: more than one codec could read the bytes.
	ErrAmbiguous = errors.New("ambiguous format")
	// ErrEmpty: there are no bytes at all.
	ErrEmpty = errors.New("the file is empty")
	// ErrGeometry: a pixel or a size that does not fit.
	ErrGeometry = errors.New("geometry does not fit")
	// ErrRange: a value that the output format cannot hold.
	ErrRange = errors.New("value does not fit the format")
	// ErrClosed: the decoder or writer was closed.
	ErrClosed = errors.New("already closed")
)

// FormatError is an error in the bytes of a recording. It says where, in what,
// why, and what the user can do.
type FormatError struct {
	File   string // "" when unknown (a pipe)
	Format string // registry name
	Offset int64  // byte offset in the file, -1 when it has no place
	Part   string // "packet 12 (lz4)", "header"; may be empty
	Err    error  // the cause; errors.Is finds the sentinels of this package in it
	Hint   string // the way out: "use --salvage to skip it"; may be empty
}

// Error returns, for example,
//
//	recording.aedat4: aedat4: byte 81,920: packet 12 (lz4): declared size 3.1 GB exceeds the file; use --salvage to skip it
func (e *FormatError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ": ")
	}
	if e.Format != "" {
		b.WriteString(e.Format + ": ")
	}
	if e.Offset >= 0 {
		b.WriteString("byte " + Thousands(e.Offset) + ": ")
	}
	if e.Part != "" {
		b.WriteString(e.Part + ": ")
	}
	fmt.Fprintf(&b, "%v", e.Err)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// HintSalvage is the way out of damage inside a recording.
const HintSalvage = "use --salvage to skip it and go on"

// Thousands writes n with commas: 81,920.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	neg := ""
	if n < 0 {
		neg, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return neg + s
}
