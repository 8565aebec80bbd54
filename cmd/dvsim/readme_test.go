package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs every dvsim command that stands in a sh block of the README,
// in order, in an empty folder. "go run ./cmd/dvsim" is the same command; lines
// of git and go are for .ci/run, which calls them itself.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	commands, in := 0, false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			in = line == "```sh"
		case !in || line == "" || strings.HasPrefix(line, "#"):
		default:
			line = strings.Replace(line, "go run ./cmd/dvsim", "dvsim", 1)
			line, _, _ = strings.Cut(line, " #")
			file, rest, piped := strings.Cut(line, " | ")
			if cat, ok := strings.CutPrefix(file, "cat "); piped && ok {
				script.WriteString("stdin " + cat + "\n")
				line = rest
			}
			if strings.HasPrefix(line, "dvsim ") {
				script.WriteString("exec " + line + "\n")
				commands++
			}
		}
	}
	if commands < 5 {
		t.Fatalf("found only %d dvsim commands in README.md", commands)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "readme.txtar"), []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: dir})
}
