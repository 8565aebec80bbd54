package aedat

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"dvsim/events"
)

// The text header of AEDAT 1, 2 and 3: lines that begin with '#', at the start of
// the file. AEDAT 3 closes it with "#!END-HEADER"; before that nothing does, the
// data simply begin with the first line that is none. Since a data byte may be
// '#' (0x23) too, a line counts only when it is printable text of sane length,
// ended like the first one.

const (
	// maxHeaderLine bounds one line; the longest met in a real file has 1,196 bytes.
	maxHeaderLine = 32 << 10
	// blockBytes is the buffer between source and decoder for large files.
	blockBytes = 256 << 10
)

// textHeader is what is kept of the lines.
type textHeader struct {
	version  string // "2.0"; "" without a version line
	bytes    int64  // offset of the first data byte
	lines    int
	chip     string          // "AEChip", the last one
	device   string          // "HardwareInterface"
	encoding string          // "Format" of AEDAT 3: "RAW"
	sources  []textSource    // "Source N" of AEDAT 3, in the order of the file
	size     events.Geometry // "Geometry", a line that dvsim writes
	timeBase int64           // "Time base", a line that dvsim writes, in µs
	closed   bool            // an explicit last line was met
	// Ranges of the inertial sensor among jAER's preferences, 0 where none is stated:
	// ±g and ±°/s.
	accelRange, gyroRange int
}

// textSource is a line "Source 1: DVS128".
type textSource struct {
	id   int
	name string
}

// newBlockReader buffers a source: large blocks, but no more than a small file needs.
func newBlockReader(src events.Source) *bufio.Reader {
	n := int64(blockBytes)
	if src.Size >= 0 && src.Size < n {
		n = max(src.Size, 4<<10)
	}
	return bufio.NewReaderSize(src.Reader, int(n))
}

// readTextHeader takes the header off br.
func readTextHeader(br *bufio.Reader, format string) (textHeader, error) {
	var h textHeader
	ending := "\n"
	for !h.closed {
		line, err := peekLine(br)
		if err != nil {
			return h, &events.FormatError{Format: format, Offset: h.bytes + int64(len(line)), Part: "header", Err: err, Hint: "the file was cut inside its header: nothing of its events is left"}
		}
		if line == nil || h.lines > 0 && !bytes.HasSuffix(line, []byte(ending)) {
			break
		}
		if h.lines == 0 && bytes.HasSuffix(line, []byte("\r\n")) {
			ending = "\r\n"
		}
		h.parse(string(bytes.TrimRight(line, "\r\n")))
		h.lines++
		h.bytes += int64(len(line))
		if _, err := br.Discard(len(line)); err != nil {
			return h, err
		}
	}
	return h, nil
}

// peekLine returns the next header line with its end, or nil where data begin.
// A line that the end of the file cuts is an error.
func peekLine(br *bufio.Reader) ([]byte, error) {
	for n := 256; ; n *= 4 {
		b, err := br.Peek(min(n, maxHeaderLine))
		if len(b) == 0 {
			return nil, sourceError(err)
		}
		end := bytes.IndexByte(b, '\n') + 1
		if end > 0 {
			b = b[:end]
		}
		if b[0] != '#' || hasControl(bytes.TrimRight(b, "\r\n")) {
			return nil, nil
		}
		switch {
		case end > 0 && isText(b):
			return b, nil
		case end > 0:
			return nil, nil
		case errors.Is(err, io.EOF):
			return b, events.ErrTruncated
		case err != nil:
			return nil, sourceError(err)
		case len(b) == maxHeaderLine:
			return nil, nil
		}
	}
}

// sourceError is nil for the ends of Peek that are no failure of the source.
func sourceError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return nil
	}
	return err
}

// hasControl reports whether b holds a control character other than a tab.
func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// isText reports whether b, free of control characters, is UTF-8 (ASCII is) or
// Latin-1: jAER writes user names and preferences as they come.
func isText(b []byte) bool {
	if utf8.Valid(b) {
		return true
	}
	for _, c := range b {
		if c >= 0x80 && c < 0xa0 {
			return false
		}
	}
	return true
}

func (h *textHeader) parse(line string) {
	text := strings.TrimSpace(strings.TrimLeft(line, "#! "))
	if v, ok := strings.CutPrefix(line, "#!AER-DAT"); ok && h.lines == 0 {
		h.version = strings.TrimSpace(v)
		return
	}
	switch {
	case line == "#!END-HEADER", strings.EqualFold(text, "End Of ASCII Header"):
		h.closed = true
		return
	}
	if strings.HasPrefix(text, "<entry ") {
		h.preference(text)
		return
	}
	key, value, ok := strings.Cut(text, ":")
	if !ok {
		return
	}
	value = strings.TrimSpace(value)
	switch key = strings.TrimSpace(key); {
	case key == "AEChip":
		h.chip = value
	case key == "HardwareInterface":
		h.device = value
	case key == "Format":
		h.encoding = value
	case strings.HasPrefix(key, "Source ") && len(h.sources) < 16:
		if id, err := strconv.Atoi(key[len("Source "):]); err == nil && id >= 0 && id < 1<<15 {
			h.sources = append(h.sources, textSource{id, value})
		}
	case key == "Geometry":
		if g, err := events.ParseGeometry(value); err == nil {
			h.size = g
		}
	case key == "Time base":
		if t, err := strconv.ParseInt(strings.TrimSuffix(value, " us"), 10, 64); err == nil && t >= 0 && t <= maxTimeBase {
			h.timeBase = t
		}
	}
}

// preference takes a line of jAER's preferences:
//
//	<entry key="ImuAccelScale" value="ImuAccelScaleG8"/>
//	<entry key="ImuGyroScale" value="GyroFullScaleDegPerSec1000"/>
func (h *textHeader) preference(text string) {
	number := func(after string) int {
		_, v, ok := strings.Cut(text, after)
		v, _, closed := strings.Cut(v, `"`)
		n, err := strconv.Atoi(v)
		if !ok || !closed || err != nil || n < 1 || n > 1<<15 {
			return 0
		}
		return n
	}
	if n := number(`ImuAccelScale" value="ImuAccelScaleG`); n > 0 {
		h.accelRange = n
	}
	if n := number(`ImuGyroScale" value="GyroFullScaleDegPerSec`); n > 0 {
		h.gyroRange = n
	}
}

// maxTimeBase keeps a time base and what is added to it far below 2^63.
const maxTimeBase = 1 << 61

// header begins the Header of a format that was asked for by name or found by
// its version line.
func (h *textHeader) header(format, version string) events.Header {
	eh := events.Header{Format: format, Version: version, Bytes: h.bytes, Source: h.source()}
	switch {
	case h.version == "":
		eh.Notes = append(eh.Notes, "no version line: read as AEDAT "+version)
	case h.version != version:
		eh.Notes = append(eh.Notes, "the version line says "+h.version+", read as AEDAT "+version)
	}
	return eh
}

// source returns the best name of the camera that the header has.
func (h *textHeader) source() string {
	switch {
	case h.chip != "":
		return h.chip
	case h.device != "":
		return h.device
	}
	var names []string
	for _, s := range h.sources {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

// hasVersion reports whether a file begins with a version line "#!AER-DATn.".
func hasVersion(prefix []byte, major byte) bool {
	rest, ok := bytes.CutPrefix(prefix, []byte("#!AER-DAT"))
	return ok && len(rest) >= 2 && rest[0] == major && rest[1] == '.'
}
