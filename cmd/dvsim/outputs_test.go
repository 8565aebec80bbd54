package main

import (
	"path/filepath"
	"testing"
)

func TestOutputs(t *testing.T) {
	set := filepath.Join(t.TempDir(), "set")
	if err := makeDir(filepath.Join(set, "Train", "0")); err != nil {
		t.Fatal(err)
	}
	in := func(parts ...string) string { return filepath.Join(append([]string{set}, parts...)...) }
	for name, c := range map[string]struct {
		args, files, want []string
	}{
		"classes":        {[]string{set}, []string{in("Train", "0", "1.bin"), in("Test", "0", "1.bin")}, []string{"Train/0/1", "Test/0/1"}},
		"one class":      {[]string{set}, []string{in("Train", "0", "1.bin"), in("Train", "0", "2.bin")}, []string{"Train/0/1", "Train/0/2"}},
		"two folders":    {[]string{in("Train"), in("Test")}, []string{in("Train", "0", "1.bin"), in("Test", "0", "1.bin")}, []string{"Train/0/1", "Test/0/1"}},
		"side by side":   {[]string{"a/*.bin"}, []string{"a/1.bin", "a/2.bin"}, []string{"1", "2"}},
		"same stem":      {[]string{"a.aedat", "a.aedat4", "b.bin"}, []string{"a.aedat", "a.aedat4", "b.bin"}, []string{"a.aedat", "a.aedat4", "b"}},
		"here and there": {[]string{"../x/1.bin", "1.bin"}, []string{"../x/1.bin", "1.bin"}, []string{"x/1", "dvsim/1"}},
		"pipe":           {[]string{"-", "a/1.bin"}, []string{"-", "a/1.bin"}, []string{"-", "a/1"}},
	} {
		o := newOutputs(c.args, c.files)
		for i, f := range c.files {
			if got := filepath.ToSlash(o.stem[f]); got != c.want[i] {
				t.Errorf("%s: %s goes to %s, want %s", name, f, got, c.want[i])
			}
		}
	}
}
