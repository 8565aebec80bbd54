package events

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Score is how sure a codec is that bytes are of its format.
type Score int

// Scores, from no to certainty. The best score wins; a tie between formats at
// the top is an error that lists them.
const (
	No       Score = 0
	Possible Score = 1 // nothing speaks against it
	Likely   Score = 2 // extension and structure fit
	Certain  Score = 3 // a magic number
)

// SniffBytes is how many bytes at most a codec sees for detection.
const SniffBytes = 64 << 10

// Format is a codec in the registry.
type Format struct {
	Name        string   // "aedat4"; what --format takes
	Description string   // one line for people
	Extensions  []string // with dot, lower case, most usual first
	// Compressions lists what WriteOptions.Compression may be, the default first;
	// nil for a format without compression or without writer.
	Compressions []string
	// Sniff judges up to SniffBytes bytes from the start of a file and its base name.
	// nil: the format is never detected and needs --format.
	Sniff func(prefix []byte, name string) Score
	// Decode reads the header and returns a decoder for the rest. A *FormatError it
	// returns need not name the file; Open does.
	Decode func(src Source, opt Options) (Decoder, error)
	// Create writes the header of a recording; nil for a format that is only read.
	// When w is also an io.WriteSeeker a codec may come back to its header.
	Create func(w io.Writer, h *Header, opt WriteOptions) (Writer, error)
}

var registry struct {
	sync.RWMutex
	formats []Format
}

// Register adds a format; codecs call it from init. A second format of the same
// name is a programming error and panics.
func Register(f Format) {
	registry.Lock()
	defer registry.Unlock()
	for _, g := range registry.formats {
		if g.Name == f.Name {
			panic("events: format " + f.Name + " registered twice")
		}
	}
	registry.formats = append(registry.formats, f)
	slices.SortFunc(registry.formats, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
}

// Formats returns the registered formats, ordered by name.
func Formats() []Format {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Clone(registry.formats)
}

// FormatByName finds a registered format.
func FormatByName(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("no format %q; there are %s", name, strings.Join(names, ", "))
}

// FormatByExtension finds the format to write a file of that name in.
func FormatByExtension(name string) (Format, error) {
	ext := strings.ToLower(filepath.Ext(name))
	var known []string
	for _, f := range Formats() {
		if f.Create == nil {
			continue
		}
		if slices.Contains(f.Extensions, ext) {
			return f, nil
		}
		known = append(known, f.Extensions...)
	}
	slices.Sort(known)
	return Format{}, fmt.Errorf("%s: no format is written with the extension %q; use one of %s, or --format", name, ext, strings.Join(slices.Compact(known), " "))
}

// Sniff finds the format of a file by its first bytes and its name.
func Sniff(prefix []byte, name string) (Format, error) {
	best, top := No, []Format(nil)
	for _, f := range Formats() {
		if f.Sniff == nil {
			continue
		}
		s := f.Sniff(prefix, filepath.Base(name))
		switch {
		case s == No || s < best:
		case s > best:
			best, top = s, []Format{f}
		default:
			top = append(top, f)
		}
	}
	switch {
	case len(top) == 1:
		return top[0], nil
	case len(top) == 0:
		return Format{}, &FormatError{File: name, Offset: 0, Err: ErrUnknownFormat, Hint: "name it with --format (" + formatNames(Formats()) + ")"}
	}
	return Format{}, &FormatError{File: name, Offset: 0, Err: ErrAmbiguous, Hint: "these bytes could be " + formatNames(top) + ": name it with --format"}
}

func formatNames(fs []Format) string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// Open opens a recording, its format found by content (or given by
// opt.Format). The name "-" is standard input. opt may be nil.
func Open(name string, opt *Options) (Recording, error) {
	if name == "-" {
		return Decode(os.Stdin, "", opt)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = &FormatError{File: name, Offset: -1, Err: errors.New("is a folder, not a recording")}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	src := Source{Reader: f, Size: -1, Name: name}
	if st.Mode().IsRegular() {
		src.At, src.Size = f, st.Size()
	}
	r, err := decode(src, opt)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// OpenSource opens a recording from bytes that the caller has opened; for callers
// that watch the reading (progress) or hold the bytes in memory. Close does not
// close the source. opt may be nil.
func OpenSource(src Source, opt *Options) (Recording, error) {
	r, err := decode(src, opt)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Decode reads a recording from any stream of bytes. name is used in messages
// and for formats that are known by their extension; it may be empty.
func Decode(r io.Reader, name string, opt *Options) (Recording, error) {
	return OpenSource(Source{Reader: r, Size: -1, Name: name}, opt)
}

func decode(src Source, opt *Options) (*recording, error) {
	var o Options
	if opt != nil {
		o = *opt
	}
	br := buffers.Get().(*bufio.Reader)
	br.Reset(src.Reader)
	prefix, err := br.Peek(SniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, withFile(err, src.Name)
	}
	if len(prefix) == 0 {
		return nil, &FormatError{File: src.Name, Offset: 0, Err: ErrEmpty, Hint: "is it the right file?"}
	}
	src.Reader = br
	var f Format
	if o.Format != "" {
		f, err = FormatByName(o.Format)
	} else {
		f, err = Sniff(prefix, src.Name)
	}
	if err != nil {
		return nil, err
	}
	d, err := f.Decode(src, o)
	if err != nil {
		return nil, withFile(err, src.Name)
	}
	return &recording{Decoder: d, name: src.Name, buf: br}, nil
}

// buffers holds the buffers in front of codecs that recordings gave back at Close:
// data sets are tens of thousands of files of some kilobytes, and making a buffer
// for each costs as much as reading them.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(closedSource{}, SniffBytes) }}

// DecodeHeader opens a recording, reads its header only, and closes it.
func DecodeHeader(name string, opt *Options) (*Header, error) {
	r, err := Open(name, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Header().Clone(), nil
}

// withFile fills in the file's name where a FormatError lacks it.
func withFile(err error, name string) error {
	var fe *FormatError
	if errors.As(err, &fe) && fe.File == "" && name != "" {
		c := *fe
		c.File = name
		return &c
	}
	return err
}

// recording is a decoder with its file and the buffer before it.
type recording struct {
	Decoder
	name string
	file *os.File // nil where the caller owns the source
	buf  *bufio.Reader
}

// closedSource is what a buffer reads from after Close.
type closedSource struct{}

func (closedSource) Read([]byte) (int, error) { return 0, ErrClosed }

func (r *recording) Read(dst []Event) (int, error) {
	n, err := r.Decoder.Read(dst)
	if err != nil && err != io.EOF {
		err = withFile(err, r.name)
	}
	return n, err
}

func (r *recording) Close() error {
	err := r.Decoder.Close()
	if r.buf != nil {
		r.buf.Reset(closedSource{})
		buffers.Put(r.buf)
		r.buf = nil
	}
	if r.file != nil {
		if cerr := r.file.Close(); err == nil && !errors.Is(cerr, os.ErrClosed) {
			err = cerr
		}
	}
	return err
}
