package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoPeer is the error where a peer is not installed.
var ErrNoPeer = errors.New("not installed")

// Python finds the interpreter of a Python virtual environment: venv is its folder,
// or the interpreter itself, by path or by name.
func Python(venv string) (string, error) {
	st, err := os.Stat(venv)
	if err != nil {
		if path, lookErr := exec.LookPath(venv); lookErr == nil && !strings.ContainsAny(venv, `/\`) {
			return path, nil
		}
		return "", fmt.Errorf("%s: there is no such virtual environment or interpreter", venv)
	}
	if !st.IsDir() {
		return venv, nil
	}
	for _, in := range []string{"bin/python", "bin/python3", "Scripts/python.exe"} {
		path := filepath.Join(venv, filepath.FromSlash(in))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: no Python in this folder (looked for bin/python and Scripts/python.exe)", venv)
}

// installed finds out whether an interpreter has a module, without importing it.
func installed(ctx context.Context, python, peer, module string) error {
	if err := exec.CommandContext(ctx, python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('"+module+"') is None)").Run(); err != nil {
		return fmt.Errorf("%s: %w for %s", peer, ErrNoPeer, python)
	}
	return nil
}

// child has a copy of this program run with args; out is what it prints last.
func child(ctx context.Context, out any, env []string, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), env...)
	return lastJSON(cmd, out)
}

// script has an interpreter run a script of ours; out is what it prints last.
func script(ctx context.Context, out any, python string, text []byte, args ...string) error {
	cmd := exec.CommandContext(ctx, python, append([]string{"-"}, args...)...)
	cmd.Stdin = bytes.NewReader(text)
	return lastJSON(cmd, out)
}

// lastJSON runs a process whose last line is JSON. Its error is the last line of
// what it wrote to stderr.
func lastJSON(cmd *exec.Cmd, out any) error {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if err := json.Unmarshal(lines[len(lines)-1], out); err != nil {
		return fmt.Errorf("its output is not what was expected: %w", err)
	}
	return nil
}
