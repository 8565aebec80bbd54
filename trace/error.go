package trace

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
)

// Causes of a FormatError, for errors.Is.
var (
	// ErrNotTrace: the bytes do not begin as a trace file does.
	ErrNotTrace = errors.New("this is no dvsim trace (.dvt)")
	// ErrTruncated: the bytes end before something that was announced is complete, or
	// before the footer: the run that wrote it was cut off.
	ErrTruncated = errors.New("the file ends too early")
	// ErrCorrupt: a checksum fails, or the content breaks the rules.
	ErrCorrupt = errors.New("damaged data")
	// ErrTooLarge: a declared size beyond what the format allows.
	ErrTooLarge = errors.New("declared size is impossible")
	// ErrUnsupported: a later version of the format.
	ErrUnsupported = errors.New("not supported")
)

// FormatError is an error in the bytes of a trace file or a set file. It says where, in what,
// why, and what can be done.
type FormatError struct {
	File   string // "" when unknown
	Format string // "dvset" for an encoded data set; "" is "dvt", a trace
	Offset int64  // byte in the file
	Part   string // "header", "block 12 (layer 2)", "footer"
	Err    error  // the cause; errors.Is finds the sentinels of this package in it
	Hint   string // the way out; may be empty
}

// Error returns, for example,
//
//	run.dvt: dvt: byte 8192: block 12 (layer 2): damaged data: checksum; use --salvage to keep the rest
func (e *FormatError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ": ")
	}
	b.WriteString(cmp.Or(e.Format, "dvt") + ": byte " + strconv.FormatInt(e.Offset, 10) + ": " + e.Part + ": " + e.Err.Error())
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

const hintSalvage = "use --salvage to keep the rest"
