package datasets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zip"

	"dvsim/events"
)

const (
	// maxMember is how large a recording in an archive may be: it is unpacked into memory.
	maxMember = 1 << 30
	// maxInner is how large an archive in an archive may be: it is unpacked into a
	// temporary file, unless it is stored as it is.
	maxInner = 64 << 30
)

// cutZip returns the name of an archive without its extension.
func cutZip(name string) (stem string, ok bool) {
	if ext := path.Ext(name); strings.EqualFold(ext, ".zip") {
		return strings.TrimSuffix(name, ext), true
	}
	return "", false
}

// zip gathers the members of an archive. part is the part of the data set that
// it holds, "" when its folders tell.
func (f *finder) zip(name, part string) error {
	h, err := os.Open(name)
	if err != nil {
		return err
	}
	f.closers = append(f.closers, h.Close)
	st, err := h.Stat()
	if err != nil {
		return err
	}
	return f.members(h, st.Size(), name, part, 0)
}

// members gathers the members of an archive that is open.
func (f *finder) members(r io.ReaderAt, size int64, name, part string, depth int) error {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is ever written where a member says
		return zipError(name, err)
	}
	seen := make(map[string]bool, len(z.File))
	var found []entry
	for _, m := range z.File {
		full := strings.ReplaceAll(m.Name, `\`, "/") // some programs write them so
		if strings.HasSuffix(full, "/") {
			continue
		}
		full = path.Clean(strings.TrimLeft(full, "/"))
		parts := strings.Split(full, "/")
		stem, isZip := cutZip(parts[len(parts)-1])
		switch {
		case isZip && partOf(stem) != "" && depth == 0 && part == "":
			if err := f.inner(m, name, stem); err != nil {
				return err
			}
		case seen[full]:
			return zipError(name, fmt.Errorf("%w: it holds %s twice", events.ErrCorrupt, full))
		case f.wanted(parts):
			found = append(found, entry{parts, &member{archive: name, file: m}})
		}
		seen[full] = true
	}
	if part != "" {
		below(found, part)
	}
	f.entries = append(f.entries, found...)
	return nil
}

// below puts files of an archive of one part below that part: what folders hold
// all of them, the part itself or others, is taken off first.
func below(found []entry, part string) {
	same := func() bool {
		for _, e := range found {
			if len(e.path) < 3 || e.path[0] != found[0].path[0] {
				return false
			}
		}
		return len(found) > 0
	}
	for same() {
		for i := range found {
			found[i].path = found[i].path[1:]
		}
	}
	for i := range found {
		found[i].path = append([]string{part}, found[i].path...)
	}
}

// inner gathers the members of an archive in an archive.
func (f *finder) inner(m *zip.File, outer, part string) error {
	name := outer + ": " + m.Name
	if err := readable(m, maxInner); err != nil {
		return zipError(name, err)
	}
	if m.Method == zip.Store {
		if raw, err := m.OpenRaw(); err == nil {
			if at, ok := raw.(io.ReaderAt); ok {
				return f.members(at, int64(m.CompressedSize64), name, part, 1)
			}
		}
	}
	tmp, err := os.CreateTemp("", "dvsim-*.zip")
	if err != nil {
		return err
	}
	if os.Remove(tmp.Name()) == nil { // the open file lives on
		f.closers = append(f.closers, tmp.Close)
	} else {
		f.closers = append(f.closers, func() error { return errors.Join(tmp.Close(), os.Remove(tmp.Name())) })
	}
	r, err := m.Open()
	if err != nil {
		return zipError(name, err)
	}
	defer r.Close()
	n, err := io.Copy(tmp, io.LimitReader(r, int64(m.UncompressedSize64)+1))
	if err != nil {
		return zipError(name, err)
	}
	return f.members(tmp, n, name, part, 1)
}

// readable says what keeps a member from being unpacked.
func readable(m *zip.File, limit uint64) error {
	switch {
	case m.Flags&1 != 0:
		return fmt.Errorf("%w: it is encrypted", events.ErrUnsupported)
	case m.UncompressedSize64 > limit || m.UncompressedSize64/maxDeflate > m.CompressedSize64:
		return fmt.Errorf("%w: %s bytes are to become %s", events.ErrTooLarge, events.Thousands(int64(m.CompressedSize64)), events.Thousands(int64(min(m.UncompressedSize64, 1<<62))))
	}
	return nil
}

func zipError(name string, err error) error {
	return &events.FormatError{File: name, Format: "zip", Offset: -1, Err: err}
}

// member is content in an archive.
type member struct {
	archive string
	file    *zip.File
}

func (m *member) open(buf *[]byte) (*opened, error) {
	if err := readable(m.file, maxMember); err != nil {
		return nil, m.failed(err)
	}
	r, err := m.file.Open()
	if err != nil {
		return nil, m.failed(err)
	}
	defer r.Close()
	var own []byte
	if buf == nil {
		buf = &own
	}
	size := int(m.file.UncompressedSize64) // at most what the packed bytes can become
	if cap(*buf) < size {
		*buf = make([]byte, size+size/2+512)
	}
	b := (*buf)[:size]
	if n, err := io.ReadFull(r, b); err != nil {
		if errors.Is(err, io.EOF) && size > 0 || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %s of %s bytes", events.ErrTruncated, events.Thousands(int64(n)), events.Thousands(int64(size)))
		}
		return nil, m.failed(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) { // the checksum is tested here
		if err == nil {
			err = fmt.Errorf("%w: more bytes than announced", events.ErrCorrupt)
		}
		return nil, m.failed(err)
	}
	return inMemory(b), nil
}

func (m *member) failed(err error) error { return zipError(m.archive+": "+m.file.Name, err) }

// sum hashes the packed bytes, which is cheaper than unpacking them.
func (m *member) sum(h *xxhash.Digest, buf []byte) error {
	r, err := m.file.OpenRaw()
	if err != nil {
		return m.failed(err)
	}
	fmt.Fprint(h, m.file.Method, m.file.CRC32, m.file.UncompressedSize64, ":")
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{r}, buf); err != nil {
		return m.failed(err)
	}
	return nil
}
