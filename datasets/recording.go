package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/cespare/xxhash/v2"

	"dvsim/events"
)

// Recording is one labelled recording (or trace) of a data set. It is not open;
// [Recording.Open] opens it, any number of times and from any goroutine.
type Recording struct {
	// Name is the path within the data set, with slashes: "Train/0/00002.bin".
	Name string
	// Label is the index of its class in Listing.Classes.
	Label int

	content content
}

// errNoContent is the error of a Recording that a program put together itself.
var errNoContent = errors.New("datasets: a Recording without content; make it with File or Memory")

// content is where the bytes of a recording come from.
type content interface {
	// open returns the bytes. buf is memory that may be used for them.
	open(buf *[]byte) (*opened, error)
	// sum hashes what the bytes are made of; see Cache.
	sum(h *xxhash.Digest, buf []byte) error
}

// opened is open content.
type opened struct {
	io.Reader
	at    io.ReaderAt
	size  int64
	close func() error
}

// File is a recording in a file. name is what reports call it; "" takes the path.
func File(path, name string, label int) Recording {
	if name == "" {
		name = path
	}
	return Recording{Name: name, Label: label, content: file(path)}
}

// Memory is a recording whose bytes are in memory, in the format that they and
// the name's extension tell. data must not change while it is used.
func Memory(name string, label int, data []byte) Recording {
	return Recording{Name: name, Label: label, content: memory(data)}
}

// Open opens the recording. opt may be nil.
func (r *Recording) Open(opt *events.Options) (events.Recording, error) {
	if isTrace(r.Name) {
		return nil, &events.FormatError{File: r.Name, Offset: -1, Err: errors.New("is a trace, not a recording: it holds spikes"), Hint: "train on it with --traces"}
	}
	return r.open(opt, nil)
}

// open opens the recording with its bytes in buf, if they fit there.
func (r *Recording) open(opt *events.Options, buf *[]byte) (events.Recording, error) {
	o, err := r.bytes(buf)
	if err != nil {
		return nil, err
	}
	rec, err := events.OpenSource(events.Source{Reader: o, At: o.at, Size: o.size, Name: r.Name}, opt)
	if err != nil {
		o.close()
		return nil, r.named(err)
	}
	return &closing{rec, o.close}, nil
}

// bytes opens the bytes of the recording.
func (r *Recording) bytes(buf *[]byte) (*opened, error) {
	if r.content == nil {
		return nil, r.named(errNoContent)
	}
	o, err := r.content.open(buf)
	return o, r.named(err)
}

// named makes sure that an error names the recording.
func (r *Recording) named(err error) error {
	if err == nil || strings.Contains(err.Error(), r.Name) {
		return err
	}
	return fmt.Errorf("%s: %w", r.Name, err)
}

// closing is a recording that closes its source too.
type closing struct {
	events.Recording
	source func() error
}

func (c *closing) Close() error { return errors.Join(c.Recording.Close(), c.source()) }

// isTrace reports whether a name is that of a trace file.
func isTrace(name string) bool { return strings.EqualFold(path.Ext(name), ".dvt") }

// file is content in a file of its own.
type file string

// slurp is up to which size a file is read at once.
const slurp = 4 << 20

func (f file) open(buf *[]byte) (*opened, error) {
	h, err := os.Open(string(f))
	if err != nil {
		return nil, err
	}
	st, err := h.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", string(f))
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	size := st.Size()
	if buf == nil || size >= slurp {
		return &opened{Reader: h, at: h, size: size, close: h.Close}, nil
	}
	defer h.Close()
	if int64(cap(*buf)) <= size {
		*buf = make([]byte, size+size/2+512)
	}
	// A byte more tells that the file has grown, in the same call of the system.
	b := (*buf)[:size+1]
	n, err := io.ReadAtLeast(h, b, int(size))
	if int64(n) > size || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%s changed while it was read", string(f))
	}
	if err != nil {
		return nil, err
	}
	return inMemory(b[:n]), nil
}

func (f file) sum(h *xxhash.Digest, buf []byte) error {
	r, err := os.Open(string(f))
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.CopyBuffer(h, struct{ io.Reader }{r}, buf)
	return err
}

// memory is content in memory.
type memory []byte

func (m memory) open(*[]byte) (*opened, error) { return inMemory(m), nil }

func (m memory) sum(h *xxhash.Digest, _ []byte) error {
	_, err := h.Write(m)
	return err
}

func inMemory(b []byte) *opened {
	r := bytes.NewReader(b)
	return &opened{Reader: r, at: r, size: int64(len(b)), close: func() error { return nil }}
}
