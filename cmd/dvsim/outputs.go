package main

import (
	"os"
	"path/filepath"
	"strings"
)

// outputs says where the outputs of recordings go. One recording has a file;
// several have a folder, in which each keeps the folders that it lies in: those
// below the folder that was named, or below the one that all have in common. So
// classes stay apart, and no two recordings share a file.
type outputs struct {
	many bool
	stem map[string]string // of each recording: its path in the folder, without extension
}

func newOutputs(args, files []string) *outputs {
	o := &outputs{many: len(files) > 1, stem: map[string]string{}}
	root := commonFolder(files)
	if len(args) == 1 {
		if st, err := os.Stat(args[0]); err == nil && st.IsDir() {
			root = absolute(args[0])
		}
	}
	taken := map[string]int{}
	for _, f := range files {
		rel, err := filepath.Rel(root, absolute(f))
		if err != nil { // on another volume
			rel = filepath.Base(f)
		}
		o.stem[f] = strings.TrimSuffix(rel, filepath.Ext(rel))
		taken[o.stem[f]]++
	}
	for _, f := range files {
		if taken[o.stem[f]] > 1 { // a.aedat and a.aedat4
			o.stem[f] += filepath.Ext(f)
		}
	}
	return o
}

// path is where an output of a recording goes: what the flag says, or the usual
// place of a single one; "" is nowhere. It makes the folder of one of several.
func (o *outputs) path(flag, file, usual, ext string) (string, error) {
	switch {
	case flag == "none", o.many && flag == "":
		return "", nil
	case o.many:
		p := filepath.Join(flag, o.stem[file]+ext)
		return p, makeDir(filepath.Dir(p))
	case flag == "":
		return usual, nil
	}
	return flag, nil
}

// commonFolder is the deepest folder that holds all files.
func commonFolder(files []string) string {
	dir := filepath.Dir(absolute(files[0]))
	for _, f := range files[1:] {
		for {
			rel, err := filepath.Rel(dir, absolute(f))
			if err == nil && filepath.IsLocal(rel) {
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				return dir
			}
			dir = up
		}
	}
	return dir
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil { // there is no working directory
		return filepath.Clean(path)
	}
	return abs
}
