package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// folderFile is the network of a run folder; its weights lie beside it.
const folderFile = "net.toml"

// Open reads a network file, or the folder of a training run (net.toml with
// weights.npz; see [Save]). Everything that is wrong with it comes at once, as [Problems].
func Open(path string, opt Options) (*Network, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	base := filepath.Base(filepath.Clean(path))
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if st.IsDir() {
		name = base
		dir := path
		path = filepath.Join(dir, folderFile)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s: a folder without %s is no network", dir, folderFile)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(text, path, name, opt)
}

// Load finds a network as a user names it: a built-in one, a network file, or a
// run folder. What is wrong with the name is said with a suggestion.
func Load(name string, opt Options) (*Network, error) {
	if isBuiltin(name) {
		if opt.Weights != "" {
			return nil, fmt.Errorf("the built-in network %q brings its own weights", name)
		}
		n, err := builtin(name, opt.Geometry, opt.Seed)
		if err == nil && opt.DtUS > 0 {
			n = n.AtStep(opt.DtUS)
		}
		return n, err
	}
	if _, err := os.Stat(name); err == nil || !errors.Is(err, os.ErrNotExist) || looksLikePath(name) {
		return Open(name, opt)
	}
	return nil, unknownNetwork(name)
}

func looksLikePath(name string) bool {
	return strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".toml")
}
