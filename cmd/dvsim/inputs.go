package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"dvsim/events"
)

// expand turns what the user named into files: "-" and files stay, a glob that
// the shell left alone is matched, a folder gives the recordings in it and below.
func expand(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		st, err := os.Stat(arg)
		switch {
		case arg == "-":
			files = append(files, arg)
		case err == nil && st.IsDir():
			found, err := recordingsIn(arg)
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		case err != nil && strings.ContainsAny(arg, "*?["):
			found, gerr := filepath.Glob(arg)
			if gerr != nil {
				return nil, usagef("%q is no glob: %w", arg, gerr)
			}
			if len(found) == 0 {
				return nil, fmt.Errorf("no file matches %q", arg)
			}
			slices.SortFunc(found, naturalCompare)
			files = append(files, found...)
		case err != nil:
			return nil, friendly(err)
		default:
			files = append(files, arg)
		}
	}
	return files, nil
}

// recordingsIn lists the files below a folder whose extension belongs to a
// format, in natural order: 2.bin before 10.bin.
func recordingsIn(dir string) ([]string, error) {
	known := map[string]bool{}
	for _, f := range events.Formats() {
		for _, ext := range f.Extensions {
			known[ext] = true
		}
	}
	var found []string
	root, err := filepath.EvalSymlinks(dir) // WalkDir follows no link, and dir may be one
	if err == nil {
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err == nil && d.Type().IsRegular() && known[strings.ToLower(filepath.Ext(path))] && !strings.HasPrefix(d.Name(), ".") {
				found = append(found, filepath.Join(dir, rel))
			}
			return err
		})
	}
	if err != nil {
		return nil, friendly(err)
	}
	if len(found) == 0 {
		exts := make([]string, 0, len(known))
		for e := range known {
			exts = append(exts, e)
		}
		slices.Sort(exts)
		return nil, fmt.Errorf("%s: no recording in this folder (looked for %s); name a file of another extension directly", dir, strings.Join(exts, " "))
	}
	slices.SortFunc(found, naturalCompare)
	return found, nil
}

// naturalCompare orders names as people do: runs of digits by their value.
func naturalCompare(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx > 0 && dy > 0 {
			nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
			if c := len(nx) - len(ny); c != 0 {
				return c
			}
			if c := strings.Compare(nx, ny); c != 0 {
				return c
			}
			x, y = x[dx:], y[dy:]
			continue
		}
		if x[0] != y[0] {
			return int(x[0]) - int(y[0])
		}
		x, y = x[1:], y[1:]
	}
	if c := len(x) - len(y); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func digits(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) || r > '9' })
	if n < 0 {
		n = len(s)
	}
	return n
}

// friendly rewrites the commonest errors of the file system in plain words.
func friendly(err error) error {
	var pe *fs.PathError
	if !errors.As(err, &pe) {
		return err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		msg := fmt.Sprintf("%s: there is no such file", pe.Path)
		if near := nearbyName(pe.Path); near != "" {
			msg += fmt.Sprintf("; did you mean %s?", near)
		}
		return errors.New(msg)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: no permission to %s it", pe.Path, pe.Op)
	}
	return err
}

// nearbyName finds a file in the same folder whose name differs from the wanted one
// only by case or extension.
func nearbyName(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	stem := func(s string) string { return strings.ToLower(strings.TrimSuffix(s, filepath.Ext(s))) }
	want := stem(filepath.Base(path))
	for _, e := range entries {
		if !e.IsDir() && want != "" && stem(e.Name()) == want {
			return filepath.Join(filepath.Dir(path), e.Name())
		}
	}
	return ""
}
