package trace

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
)

// FileWriter is a Recorder that writes a trace to a named file.
type FileWriter struct {
	*Writer
	name string
	tmp  *os.File
	buf  *bufio.Writer
	done bool
}

// Create starts a trace file (.dvt). It is written under a temporary name in the
// same folder and gets its name from Close, so that a full disk or an interrupt leaves
// nothing half written; Abort removes it.
func Create(name string) (*FileWriter, error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.tmp")
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(tmp, 256<<10)
	return &FileWriter{Writer: NewWriter(buf), name: name, tmp: tmp, buf: buf}, nil
}

// Close gives the file its name. Without a completed run (Begin … End) it removes
// what was written and returns an error; a file that already had the name is as it was.
// Close after Close or Abort does nothing.
func (f *FileWriter) Close() error {
	if f.done {
		return nil
	}
	var err error
	if !f.ended {
		err = errors.New(f.name + ": the trace was closed before the run ended; nothing was written")
	} else if err = f.buf.Flush(); err == nil {
		err = f.tmp.Chmod(0o644)
	}
	if err != nil {
		f.Abort()
		return err
	}
	f.done = true
	if err = f.tmp.Close(); err == nil {
		err = os.Rename(f.tmp.Name(), f.name)
	}
	if err != nil {
		os.Remove(f.tmp.Name())
	}
	return err
}

// Abort gives the trace up and removes what was written. It does nothing after Close.
func (f *FileWriter) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.tmp.Close()
	os.Remove(f.tmp.Name())
}
