package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// documents are those whose commands are run, with the least number of them.
var documents = map[string]int{
	"README.md":                      5,
	"docs/tutorial/from-snntorch.md": 5,
	"docs/tutorial/training.md":      10,
}

// TestDocuments runs every dvsim command that stands in a sh block of a document,
// in order, in a folder where small sets have the names that the documents use:
// mnist (600 and 100 pictures in MNIST's form), N-MNIST (300 and 100 recordings) and
// recordings.csv, a table of these; short tests have a tenth. A toml block that begins with "# NAME.toml" is
// that file. "go run ./cmd/dvsim" is the same command; lines of git and go are for
// .ci/run, which calls them itself.
func TestDocuments(t *testing.T) {
	dir := t.TempDir()
	for name, least := range documents {
		if testing.Short() && name != "README.md" {
			continue
		}
		text := document(t, name)
		script, commands := commandsOf(text)
		if commands < least {
			t.Fatalf("found only %d dvsim commands in %s", commands, name)
		}
		for _, block := range blocks(text, "toml") {
			if first, _, _ := strings.Cut(block, "\n"); strings.HasPrefix(first, "# ") && strings.HasSuffix(first, ".toml") {
				script += fmt.Sprintf("-- %s --\n%s", strings.TrimPrefix(first, "# "), block)
			}
		}
		to := filepath.Join(dir, strings.TrimSuffix(filepath.Base(name), ".md")+".txtar")
		if err := os.WriteFile(to, []byte(script), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: func(env *testscript.Env) error {
		home(env)
		share := 1
		if testing.Short() {
			share = 10
		}
		if err := writePictures(filepath.Join(env.WorkDir, "mnist"), 600/share, 100/share); err != nil {
			return err
		}
		if err := writeRecordings(filepath.Join(env.WorkDir, "N-MNIST"), 300/share, 100/share); err != nil {
			return err
		}
		return writeTable(filepath.Join(env.WorkDir, "recordings.csv"), filepath.Join(env.WorkDir, "N-MNIST"))
	}})
}

// document reads a document of the project.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks are the fenced blocks of a language.
func blocks(text, language string) (found []string) {
	var b strings.Builder
	in := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			if in {
				found = append(found, b.String())
				b.Reset()
			}
			in = !in && strings.TrimSpace(line) == "```"+language
		case in:
			b.WriteString(line)
		}
	}
	return found
}

// large are sizes of sets that are too large for a test, many are epochs that are
// too many for a short one.
var (
	large = regexp.MustCompile(`(--train|--test) (\d\d)\d+`)
	many  = regexp.MustCompile(`--epochs \d+`)
)

// commandsOf makes a script of the dvsim commands of a document.
func commandsOf(text string) (script string, commands int) {
	var s strings.Builder
	for _, block := range blocks(text, "sh") {
		for line := range strings.Lines(block) {
			line = strings.Replace(strings.TrimSpace(line), "go run ./cmd/dvsim", "dvsim", 1)
			line, _, _ = strings.Cut(line, " #")
			file, rest, piped := strings.Cut(line, " | ")
			if cat, ok := strings.CutPrefix(file, "cat "); piped && ok {
				s.WriteString("stdin " + cat + "\n")
				line = rest
			}
			if strings.HasPrefix(line, "dvsim ") {
				line = large.ReplaceAllString(line, "$1 $2")
				if testing.Short() {
					line = many.ReplaceAllString(line, "--epochs 2")
				}
				s.WriteString("exec " + line + "\n")
				commands++
			}
		}
	}
	return s.String(), commands
}

// TestDocumentsGo compiles every whole program in a go block of a document, and runs
// that of the tutorial beside a small set of pictures.
func TestDocumentsGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles programs")
	}
	for name := range documents {
		for i, block := range blocks(document(t, name), "go") {
			if !strings.HasPrefix(block, "package main\n") {
				continue
			}
			t.Run(fmt.Sprintf("%s %d", filepath.Base(name), i+1), func(t *testing.T) {
				dir := t.TempDir()
				source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program.exe")
				if err := os.WriteFile(source, []byte(block), 0o644); err != nil {
					t.Fatal(err)
				}
				if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				if !strings.Contains(block, `"mnist"`) {
					return
				}
				if err := writePictures(filepath.Join(dir, "mnist"), 600, 100); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(program)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			})
		}
	}
}

// TestTutorialTable: what stands as Go beside a line of snnTorch's tutorial stands
// in the program of the document, too, which is compiled.
func TestTutorialTable(t *testing.T) {
	text := document(t, "docs/tutorial/from-snntorch.md")
	program := strings.Join(strings.Fields(strings.Join(blocks(text, "go"), "\n")), " ")
	rows := 0
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "|") || len(cells) != 3 || strings.HasPrefix(line, "|---") || strings.Contains(line, "in Go") {
			continue
		}
		rows++
		for _, code := range regexp.MustCompile("`[^`]+`").FindAllString(cells[2], -1) {
			if code = strings.Join(strings.Fields(strings.Trim(code, "`")), " "); !strings.Contains(program, code) {
				t.Errorf("the program has no %q", code)
			}
		}
	}
	if rows < 12 {
		t.Errorf("found only %d rows of the table", rows)
	}
}
