package aedat

import (
	"bytes"
	"fmt"

	"dvsim/events"
)

// AEDAT 4.0: a text line, a header, packets, a data table.
//
//	#!AER-DAT4.0\r\n
//	IOHeader        size-prefixed FlatBuffer: compression, place of the table, XML
//	packet          i32 stream, i32 bytes, then that many: a size-prefixed FlatBuffer, compressed on its own
//	...
//	FileDataTable   size-prefixed FlatBuffer, compressed like a packet, to the end of the file
//
// All numbers are little-endian.
// Source: schemas of dv-processing and of jAER; checked on files of both.

const (
	v4Format  = "aedat4"
	v4Version = "#!AER-DAT4.0\r\n"
)

// Identifiers of FlatBuffers, at byte 8 of a size-prefixed buffer.
const (
	v4IdentHeader  = "IOHE"
	v4IdentTable   = "FTAB"
	v4IdentEvents  = "EVTS"
	v4IdentFrame   = "FRME"
	v4IdentIMU     = "IMUS"
	v4IdentTrigger = "TRIG"
)

func init() {
	events.Register(events.Format{
		Name:         v4Format,
		Description:  "AEDAT 4.0 (DV, jAER): events, frames, IMU, triggers",
		Extensions:   []string{".aedat4"},
		Compressions: []string{"lz4", "none", "lz4-high", "zstd", "zstd-high"},
		Sniff:        v4Sniff,
		Decode:       v4Decode,
		Create:       v4Create,
	})
}

func v4Sniff(prefix []byte, _ string) events.Score {
	if bytes.HasPrefix(prefix, []byte("#!AER-DAT4")) {
		return events.Certain
	}
	return events.No
}

// v4Kind maps the type identifier of a stream.
func v4Kind(ident string) events.Kind {
	switch ident {
	case v4IdentEvents:
		return events.KindEvents
	case v4IdentFrame:
		return events.KindFrames
	case v4IdentIMU:
		return events.KindIMU
	case v4IdentTrigger:
		return events.KindTrigger
	}
	return events.KindOther
}

// v4Ident is the way back of v4Kind.
func v4Ident(k events.Kind) string {
	switch k {
	case events.KindEvents:
		return v4IdentEvents
	case events.KindFrames:
		return v4IdentFrame
	case events.KindIMU:
		return v4IdentIMU
	case events.KindTrigger:
		return v4IdentTrigger
	}
	return ""
}

// v4HeaderError is an error in the header, where there is nothing to salvage.
func v4HeaderError(off int64, format string, args ...any) error {
	return &events.FormatError{
		Format: v4Format, Offset: off, Part: "header", Err: fmt.Errorf(format, args...),
		Hint: "without its header the recording cannot be read: get a fresh copy of the file",
	}
}
