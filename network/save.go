package network

import (
	"errors"
	"os"
	"path/filepath"

	"dvsim/internal/npz"
)

// Save writes a network into a folder, which is made where it does not exist:
// net.toml and weights.npz, as [Write] does. [Open] of the folder reads it back.
//
// Both files are written under temporary names first and take the place of older
// ones when both are complete and on the disk: a network that was there before
// survives a full disk and any other error.
func Save(dir string, n *Network) error {
	toml, arrays, err := encode(n)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	weights, err := newDraft(filepath.Join(dir, weightsName))
	if err != nil {
		return err
	}
	defer weights.discard()
	text, err := newDraft(filepath.Join(dir, folderFile))
	if err != nil {
		return err
	}
	defer text.discard()
	if err := npz.Write(weights.tmp, arrays...); err != nil {
		return err
	}
	if _, err := text.tmp.Write(toml); err != nil {
		return err
	}
	if err := errors.Join(weights.finish(), text.finish()); err != nil {
		return err
	}
	if err := os.Rename(weights.tmp.Name(), weights.path); err != nil {
		return err
	}
	return os.Rename(text.tmp.Name(), text.path)
}

// draft is a file under its temporary name.
type draft struct {
	tmp  *os.File
	path string
}

func newDraft(path string) (*draft, error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	return &draft{tmp, path}, nil
}

// finish makes sure that all of it is on the disk.
func (d *draft) finish() error {
	return errors.Join(d.tmp.Chmod(0o644), d.tmp.Sync(), d.tmp.Close())
}

// discard removes the temporary file; it does nothing after a renaming.
func (d *draft) discard() {
	d.tmp.Close()
	os.Remove(d.tmp.Name())
}
