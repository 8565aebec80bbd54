package render

import (
	"bufio"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
)

// Picture is what can be drawn: all the types of this package that make a PNG.
type Picture interface{ Draw() *image.RGBA }

// WritePNG draws a picture and writes it as PNG. Equal input gives equal bytes.
func WritePNG(w io.Writer, p Picture) error {
	// The best compression takes twice as long and saves 3 %.
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	return enc.Encode(w, p.Draw())
}

// Save draws a picture into a PNG file, which is written under a temporary name in
// the same folder and renamed when it is complete.
func Save(name string, p Picture) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // does nothing after the renaming
	defer tmp.Close()
	buf := bufio.NewWriter(tmp)
	if err := WritePNG(buf, p); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
