package events

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Create starts a recording in a file, in the format of its extension (or
// format, if not empty). It is written under a temporary name in the same folder
// and renamed by Close, so that a full disk or an interrupt leaves nothing half
// written; Abort removes it.
func Create(name, format string, h *Header, opt WriteOptions) (*FileWriter, error) {
	var f Format
	var err error
	if format != "" {
		f, err = FormatByName(format)
	} else {
		f, err = FormatByExtension(name)
	}
	if err != nil {
		return nil, err
	}
	if f.Create == nil {
		return nil, &FormatError{File: name, Format: f.Name, Offset: -1, Err: errors.New("this format can be read but not written")}
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.tmp")
	if err != nil {
		return nil, err
	}
	fw := &FileWriter{name: name, format: f.Name, tmp: tmp, buf: bufio.NewWriterSize(tmp, 256<<10)}
	w, err := f.Create(&seekBuffer{fw.buf, tmp}, h, opt)
	if err != nil {
		fw.Abort()
		return nil, withFile(err, name)
	}
	fw.w = w
	return fw, nil
}

// FileWriter is a recording being written to a file.
type FileWriter struct {
	name   string
	format string
	tmp    *os.File
	buf    *bufio.Writer
	w      Writer
	done   bool
}

// Format is the registry name of the format that is written.
func (f *FileWriter) Format() string { return f.format }

// Write appends events.
func (f *FileWriter) Write(src []Event) error { return withFile(f.w.Write(src), f.name) }

// Records returns the writer for frames, IMU readings and triggers, if the format has them.
func (f *FileWriter) Records() (RecordWriter, bool) {
	w, ok := f.w.(RecordWriter)
	return w, ok
}

// Close finishes the recording and gives the file its name. After an error the
// temporary file is removed and a file that already had the name is as it was.
func (f *FileWriter) Close() error {
	if f.done {
		return nil
	}
	err := withFile(f.w.Close(), f.name)
	if err == nil {
		err = f.buf.Flush()
	}
	if err == nil {
		err = f.tmp.Chmod(0o644)
	}
	if err != nil {
		f.Abort()
		return err
	}
	f.done = true
	if err := f.tmp.Close(); err != nil {
		os.Remove(f.tmp.Name())
		return err
	}
	if err := os.Rename(f.tmp.Name(), f.name); err != nil {
		os.Remove(f.tmp.Name())
		return err
	}
	return nil
}

// Abort gives the recording up and removes what was written.
func (f *FileWriter) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.tmp.Close()
	os.Remove(f.tmp.Name())
}

// seekBuffer is a buffered file that a codec can come back to.
type seekBuffer struct {
	*bufio.Writer
	f *os.File
}

func (s *seekBuffer) Seek(off int64, whence int) (int64, error) {
	if err := s.Flush(); err != nil {
		return 0, err
	}
	return s.f.Seek(off, whence)
}

var _ io.WriteSeeker = (*seekBuffer)(nil)
