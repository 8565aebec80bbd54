package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is an open .npz or .npy.
type File struct {
	name    string
	closer  io.Closer
	names   []string
	members map[string]member
}

// member is one array: where it lies and how its bytes are opened.
type member struct {
	open   func() (io.ReadCloser, error)
	size   int64 // of the .npy inside, as the zip or the file system says
	offset int64 // in the file: of the member's data
	plain  bool  // stored: offset + position is the position in the file
}

// maxRatio is how much deflate can shrink at best: 1032 to 1 (zlib's technical
// notes). A member that declares more is lying.
const maxRatio = 1032

// Open opens a .npz or .npy; which of the two is seen by its content. The array
// of a .npy has the file's name without its ending.
func Open(path string) (*File, error) {
	fd, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := fd.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = &Error{File: path, Offset: -1, Err: errors.New("no regular file")}
	}
	var f *File
	if err == nil {
		f, err = New(fd, st.Size(), path)
	}
	if err != nil {
		fd.Close()
		return nil, err
	}
	f.closer = fd
	return f, nil
}

// New reads the list of arrays of a .npz or .npy of size bytes. name is for
// messages; its base without ending names the array of a .npy.
func New(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{name: name, members: map[string]member{}}
	if size == 0 {
		return nil, f.errorAt("", 0, ErrEmpty)
	}
	var head [6]byte
	if n, _ := r.ReadAt(head[:], 0); n == 6 && string(head[:]) == magic {
		base := filepath.Base(name)
		f.add(strings.TrimSuffix(base, filepath.Ext(base)), member{
			open:  func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(r, 0, size)), nil },
			size:  size,
			plain: true,
		})
		return f, nil
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, f.errorAt("", 0, fmt.Errorf("%w: no .npz and no .npy: %v", ErrCorrupt, err))
	}
	for _, e := range z.File {
		n, ok := strings.CutSuffix(e.Name, ".npy")
		if !ok {
			continue // numpy.load leaves other members alone, too
		}
		off, err := e.DataOffset()
		if err != nil {
			return nil, f.errorAt(n, -1, fmt.Errorf("%w: %v", ErrCorrupt, err))
		}
		if off > size || e.CompressedSize64 > uint64(size-off) ||
			e.UncompressedSize64/maxRatio > e.CompressedSize64 {
			return nil, f.errorAt(n, off, ErrTooLarge)
		}
		if !f.add(n, member{open: e.Open, size: int64(e.UncompressedSize64), offset: off, plain: e.Method == zip.Store}) {
			return nil, f.errorAt(n, off, fmt.Errorf("%w: the array is there twice", ErrCorrupt))
		}
	}
	return f, nil
}

func (f *File) add(name string, m member) bool {
	if _, dup := f.members[name]; dup {
		return false
	}
	f.names = append(f.names, name)
	f.members[name] = m
	return true
}

// Close closes the file.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Names lists the arrays in the order of the file.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Has reports whether there is an array of that name.
func (f *File) Has(name string) bool {
	_, ok := f.members[name]
	return ok
}

// Stat reads the header of an array.
func (f *File) Stat(name string) (Info, error) {
	r, info, _, err := f.start(name)
	if err != nil {
		return info, err
	}
	return info, r.Close()
}

// start opens an array and reads its header; pos is where its data starts in the .npy.
func (f *File) start(name string) (r io.ReadCloser, info Info, pos int64, err error) {
	m, ok := f.members[name]
	if !ok {
		return nil, info, 0, &Error{
			File: f.name, Array: name, Offset: -1,
			Err: fmt.Errorf("%w; the file has %s", ErrNoArray, strings.Join(f.names, ", ")),
		}
	}
	if r, err = m.open(); err != nil {
		return nil, info, 0, f.errorAt(name, m.offset, fmt.Errorf("%w: %v", ErrCorrupt, err))
	}
	info, n, err := readHeader(r)
	if err == nil {
		want, _ := info.dataBytes()
		if have := m.size - int64(n); want != have {
			cause := ErrCorrupt
			if want > have {
				cause = ErrTruncated
			}
			err = fmt.Errorf("%w: %s of %s needs %d bytes, there are %d", cause, ShapeString(info.Shape), info.Type, want, have)
		}
	}
	if err != nil {
		r.Close()
		return nil, info, 0, f.memberError(name, int64(n), err)
	}
	return r, info, int64(n), nil
}

// raw reads the data bytes of an array. Memory grows with what really comes.
func (f *File) raw(name string) ([]byte, Info, error) {
	r, info, pos, err := f.start(name)
	if err != nil {
		return nil, info, err
	}
	defer r.Close()
	want, _ := info.dataBytes()
	var data []byte
	for int64(len(data)) < want {
		grow := min(want-int64(len(data)), max(64<<10, int64(len(data))))
		from := len(data)
		data = slices.Grow(data, int(grow))[:from+int(grow)]
		n, err := io.ReadFull(r, data[from:])
		if err != nil {
			return nil, info, f.memberError(name, pos+int64(from+n), damaged(err))
		}
	}
	// The end is read too: the check sum of the zip is compared there.
	if n, err := io.Copy(io.Discard, io.LimitReader(r, 1)); err != nil || n != 0 {
		if err == nil {
			err = errors.New("bytes after the data")
		}
		return nil, info, f.memberError(name, pos+want, damaged(err))
	}
	return data, info, nil
}

// memberError places an error at byte pos of the .npy inside the file.
func (f *File) memberError(name string, pos int64, err error) error {
	m := f.members[name]
	if m.plain {
		return f.errorAt(name, m.offset+pos, err)
	}
	return f.errorAt(name, m.offset, fmt.Errorf("byte %d of the unpacked array: %w", pos, err))
}

func (f *File) errorAt(array string, off int64, err error) error {
	return &Error{File: f.name, Array: array, Offset: off, Err: err}
}
