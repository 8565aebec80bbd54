package npz

import (
	"errors"
	"fmt"
	"io"
)

// Causes of an Error, for errors.Is.
var (
	// ErrEmpty: there are no bytes at all.
	ErrEmpty = errors.New("the file is empty")
	// ErrTruncated: the bytes end before the array is complete.
	ErrTruncated = errors.New("the file ends too early")
	// ErrCorrupt: bytes that the format does not allow.
	ErrCorrupt = errors.New("damaged data")
	// ErrTooLarge: a declared size that cannot be.
	ErrTooLarge = errors.New("declared size is impossible")
	// ErrUnsupported: a type or version that this package does not read.
	ErrUnsupported = errors.New("not supported")
	// ErrType: the elements are not of the kind that was asked for.
	ErrType = errors.New("wrong element type")
	// ErrNoArray: the file has no array of that name.
	ErrNoArray = errors.New("no such array")
)

// Error is an error in the bytes of a file. It says where, in what, and why.
type Error struct {
	File   string
	Array  string // "" where it is about the file as a whole
	Offset int64  // byte in the file, -1 when it has no place
	Err    error  // the cause; errors.Is finds the sentinels of this package in it
}

// Error returns, for example,
//
//	weights.npz: byte 1088: array "w0": the file ends too early
func (e *Error) Error() string {
	s := ""
	if e.File != "" {
		s = e.File + ": "
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf("byte %d: ", e.Offset)
	}
	if e.Array != "" {
		s += fmt.Sprintf("array %q: ", e.Array)
	}
	return s + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// damaged names an error of reading.
func damaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}
