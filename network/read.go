package network

import (
	"bytes"

	"dvsim/internal/npz"
)

// Read reads the two files that [Write] writes from memory: a program can carry a
// network with it. The arrays come from weights, whatever .npz the text names.
// Errors are as those of [Open], without the names of files.
func Read(text, weights []byte, opt Options) (*Network, error) {
	f, err := npz.New(bytes.NewReader(weights), int64(len(weights)), weightsName)
	if err != nil {
		return nil, err
	}
	return (&reader{opt: opt, npz: f, npzTried: true}).parse(text)
}
