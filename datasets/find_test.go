package datasets_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/datasets"
	"dvsim/internal/reference"
)

// listed is a listing in short: part, name and class of each recording.
func listed(l *datasets.Listing) []string {
	var all []string
	for part, recs := range map[string][]datasets.Recording{"train": l.Train, "test": l.Test, "validation": l.Validation} {
		for _, r := range recs {
			all = append(all, fmt.Sprintf("%s %s=%s", part, r.Name, l.Classes[r.Label]))
		}
	}
	slices.Sort(all)
	return all
}

// zipOf packs files.
func zipOf(t testing.TB, method uint16, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		m, err := w.CreateHeader(&zip.FileHeader{Name: n, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(files[n]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// files gives each of the names one event.
func files(names ...string) map[string][]byte {
	m := map[string][]byte{}
	for i, n := range names {
		m[n] = toy(g8, toyOne(i))
	}
	return m
}

func TestFind(t *testing.T) {
	nmnist := files("Train/10/1.toy", "Train/2/10.toy", "Train/2/9.toy", "Test/2/1.toy", "Test/10/s/1.toy", "Train/2/notes.md", "Train/.x/1.toy", "README")
	wantNMNIST := []string{"test Test/10/s/1.toy=10", "test Test/2/1.toy=2", "train Train/10/1.toy=10", "train Train/2/10.toy=2", "train Train/2/9.toy=2"}
	within := func(top string, m map[string][]byte) map[string][]byte {
		out := map[string][]byte{}
		for n, b := range m {
			out[top+n] = b
		}
		return out
	}
	part := func(p string, keep bool) map[string][]byte {
		out := map[string][]byte{}
		for n, b := range nmnist {
			if rest, ok := strings.CutPrefix(n, p+"/"); ok {
				if keep {
					rest = n
				}
				out[rest] = b
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		files   map[string][]byte
		path    string // below the folder
		kind    string
		classes []string
		want    []string
	}{
		"N-MNIST on disk": {nmnist, "", "nmnist", []string{"2", "10"}, wantNMNIST},
		"below a folder":  {within("a/b/", nmnist), "", "nmnist", []string{"2", "10"}, []string{"test a/b/Test/10/s/1.toy=10", "test a/b/Test/2/1.toy=2", "train a/b/Train/10/1.toy=10", "train a/b/Train/2/10.toy=2", "train a/b/Train/2/9.toy=2"}},
		"in a zip":        {map[string][]byte{"x.zip": zipOf(t, zip.Deflate, nmnist)}, "x.zip", "nmnist", []string{"2", "10"}, wantNMNIST},
		"a folder in a zip": {
			map[string][]byte{"x.zip": zipOf(t, zip.Store, within("N-MNIST/", nmnist))},
			"x.zip", "nmnist",
			[]string{"2", "10"},
			[]string{"test N-MNIST/Test/10/s/1.toy=10", "test N-MNIST/Test/2/1.toy=2", "train N-MNIST/Train/10/1.toy=10", "train N-MNIST/Train/2/10.toy=2", "train N-MNIST/Train/2/9.toy=2"},
		},
		"two zips":                 {map[string][]byte{"Train.zip": zipOf(t, zip.Deflate, part("Train", true)), "Test.zip": zipOf(t, zip.Deflate, part("Test", true))}, "", "nmnist", []string{"2", "10"}, wantNMNIST},
		"two zips, classes at top": {map[string][]byte{"Train.zip": zipOf(t, zip.Deflate, part("Train", false)), "Test.ZIP": zipOf(t, zip.Deflate, within("x/", part("Test", true)))}, "", "nmnist", []string{"2", "10"}, wantNMNIST},
		"zips in a zip, packed": {map[string][]byte{"x.zip": zipOf(t, zip.Deflate, map[string][]byte{
			"n/Train.zip": zipOf(t, zip.Deflate, part("Train", true)), "n/Test.zip": zipOf(t, zip.Store, part("Test", true)),
		})}, "x.zip", "nmnist", []string{"2", "10"}, wantNMNIST},
		"zips in a zip, stored": {map[string][]byte{"x.zip": zipOf(t, zip.Store, map[string][]byte{
			"Train.zip": zipOf(t, zip.Deflate, part("Train", true)), "Test.zip": zipOf(t, zip.Store, part("Test", true)),
		})}, "x.zip", "nmnist", []string{"2", "10"}, wantNMNIST},
		"made by Windows": {
			map[string][]byte{"x.zip": zipOf(t, zip.Deflate, files(`Train\b\1.toy`, `Train\a\1.toy`, `Test\a\1.toy`))},
			"x.zip", "nmnist",
			[]string{"a", "b"},
			[]string{"test Test/a/1.toy=a", "train Train/a/1.toy=a", "train Train/b/1.toy=b"},
		},
		"other names": {
			files("train/a/1.toy", "train/b/1.toy", "VALIDATION/a/1.toy"), "", "nmnist",
			[]string{"a", "b"},
			[]string{"test VALIDATION/a/1.toy=a", "train train/a/1.toy=a", "train train/b/1.toy=b"},
		},
		"three parts": {
			files("training/a/1.toy", "training/b/1.toy", "val/a/1.toy", "testing/b/1.toy"), "", "nmnist",
			[]string{"a", "b"},
			[]string{"test testing/b/1.toy=b", "train training/a/1.toy=a", "train training/b/1.toy=b", "validation val/a/1.toy=a"},
		},
		"a test alone": {files("Test/a/1.toy", "Test/b/1.toy"), "", "nmnist", []string{"a", "b"}, []string{"test Test/a/1.toy=a", "test Test/b/1.toy=b"}},
		"a folder of classes": {
			files("class 10/1.toy", "class 9/x/1.toy", "class 9/1.toy"), "", "folder",
			[]string{"class 9", "class 10"},
			[]string{"train class 10/1.toy=class 10", "train class 9/1.toy=class 9", "train class 9/x/1.toy=class 9"},
		},
		"a class called train": {files("train/1.toy", "bus/1.toy"), "", "folder", []string{"bus", "train"}, []string{"train bus/1.toy=bus", "train train/1.toy=train"}},
		"numbers":              {files("0.5/1.toy", "0.25/1.toy", "-1/1.toy", "10/1.toy"), "", "folder", []string{"-1", "0.25", "0.5", "10"}, nil},
		"traces":               {files("a/1.dvt", "b/1.dvt"), "", "traces", []string{"a", "b"}, []string{"train a/1.dvt=a", "train b/1.dvt=b"}},
		"traces in parts":      {files("Train/a/1.dvt", "Train/b/1.dvt", "Test/b/1.DVT"), "", "traces", []string{"a", "b"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := datasets.Find(filepath.Join(folderOf(t, c.files), c.path), datasets.FindOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if l.Kind != c.kind || !slices.Equal(l.Classes, c.classes) || c.want != nil && !slices.Equal(listed(l), c.want) {
				t.Errorf("%s %q\n%q, want %s %q\n%q", l.Kind, l.Classes, listed(l), c.kind, c.classes, c.want)
			}
			if l.Kind != "traces" {
				s, _, err := datasets.Encode(context.Background(), append(l.Train, l.Test...), datasets.Encoding{Input: in8(), Bins: 2, Classes: l.Classes})
				if err != nil {
					t.Fatal(err)
				}
				for i := range s.Samples {
					if s.Samples[i].Spikes() != 1 {
						t.Errorf("%s: %d spikes", s.Samples[i].Name, s.Samples[i].Spikes())
					}
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFindOrder: numbers in names by their value, in files of a class too.
func TestFindOrder(t *testing.T) {
	l, err := datasets.Find(folderOf(t, files("b/10.toy", "b/9.toy", "a10/1.toy", "a2/1.toy", "b/009.toy")), datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range l.Train {
		names = append(names, r.Name)
	}
	if want := []string{"a2/1.toy", "a10/1.toy", "b/009.toy", "b/9.toy", "b/10.toy"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}

// TestFindGivenClasses: the classes of a trained network decide.
func TestFindGivenClasses(t *testing.T) {
	dir := folderOf(t, files("a/1.toy", "c/1.toy"))
	l, err := datasets.Find(dir, datasets.FindOptions{Classes: []string{"c", "b", "a"}})
	if err != nil || !slices.Equal(listed(l), []string{"train a/1.toy=a", "train c/1.toy=c"}) || l.Train[0].Label != 2 {
		t.Errorf("%v, %v", l, err)
	}
	if _, err := datasets.Find(dir, datasets.FindOptions{Classes: []string{"a", "b"}}); err == nil || !strings.Contains(err.Error(), `c/1.toy is of class "c"; the classes are "a", "b"`) {
		t.Errorf("an unknown class: %v", err)
	}
	one := folderOf(t, files("a/1.toy", "a/2.toy"))
	if _, err := datasets.Find(one, datasets.FindOptions{Classes: []string{"a", "b"}}); err != nil {
		t.Errorf("one of the classes is enough to test: %v", err)
	}
	odd := folderOf(t, map[string][]byte{"a/1.xyz": toy(g8, nil), "b/1.xyz": toy(g8, nil)})
	if l, err := datasets.Find(odd, datasets.FindOptions{Format: "toy"}); err != nil || len(l.Train) != 2 {
		t.Errorf("another extension: %v, %v", l, err)
	}
}

func TestFindErrors(t *testing.T) {
	many := map[string][]byte{}
	for i := range 30 {
		many[fmt.Sprintf("Test/class%d/1.toy", i)] = nil
	}
	many["Train/class0/1.toy"] = nil
	for name, c := range map[string]struct {
		files map[string][]byte
		path  string
		want  string
	}{
		"nothing":           {nil, "none", "no such file"},
		"an empty folder":   {map[string][]byte{"a/readme.md": nil}, "", "no recordings in this data set (known by the extensions"},
		"MNIST":             {map[string][]byte{"train-images.idx3-ubyte": nil}, "", "these are pictures (MNIST)"},
		"one class":         {files("a/1.toy", "a/2.toy"), "", `there is one class only, "a", of 2 recordings`},
		"no class":          {files("a/1.toy", "2.toy"), "", "2.toy lies in no folder of a class"},
		"no class in train": {files("Train/1.toy", "Test/a/2.toy"), "", "Train/1.toy lies in no folder of a class"},
		"a class more":      {files("Train/a/1.toy", "Train/b/2.toy", "Test/c/1.toy"), "", `training has no recording of "c", but test has`},
		"many classes more": {many, "", `"class9", "class10" and 19 more`},
		"both names":        {files("Train/a/1.toy", "train/b/2.toy"), "", "name the same part"},
		"a third folder":    {files("Train/a/1.toy", "Test/b/2.toy", "Extra/b/2.toy"), "", "there is a folder Extra: neither training nor test"},
		"mixed":             {files("a/1.toy", "b/2.dvt"), "", "1 traces (.dvt) among 1 recordings"},
		"a file":            {files("a.toy"), "a.toy", "a data set is a folder, a .zip or a .csv"},
		"no zip":            {map[string][]byte{"x.zip": []byte("no archive at all")}, "x.zip", "x.zip: zip: zip: not a valid zip file"},
		"a cut zip":         {map[string][]byte{"x.zip": zipOf(t, zip.Deflate, files("a/1.toy"))[:40]}, "x.zip", "not a valid zip file"},
		"an inner one":      {map[string][]byte{"x.zip": zipOf(t, zip.Deflate, map[string][]byte{"Train.zip": []byte("no archive")})}, "x.zip", "x.zip: Train.zip: zip: zip: not a valid"},
		"zips and folders":  {map[string][]byte{"Train.zip": zipOf(t, zip.Deflate, files("a/1.toy")), "Test/a/1.toy": nil}, "", "there are archives and the folder Test"},
		"twice in a zip":    {map[string][]byte{"x.zip": zipOf(t, zip.Deflate, files("a/1.toy", "a//1.toy"))}, "x.zip", "it holds a/1.toy twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := datasets.Find(filepath.Join(folderOf(t, c.files), c.path), datasets.FindOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant %q", err, c.want)
			}
		})
	}
}

// TestZipDamage: members that lie about their size, are damaged or encrypted are errors
// that name them, and cost no memory.
func TestZipDamage(t *testing.T) {
	big := toy(g8, nil)
	for i := range 5000 {
		big = append(big, toy(g8, toyOne(i))[8:]...)
	}
	plain := zipOf(t, zip.Deflate, map[string][]byte{"a/1.toy": big, "b/1.toy": big})
	central := bytes.LastIndex(plain, []byte("PK\x01\x02")) // of b/1.toy
	for name, c := range map[string]struct {
		spoil func(b []byte)
		want  string
	}{
		"a bomb":    {func(b []byte) { copy(b[central+24:], "\xff\xff\xff\x3f") }, "declared size is impossible"},
		"longer":    {func(b []byte) { b[central+24]++ }, "of 80,009 bytes"},
		"shorter":   {func(b []byte) { b[central+24]-- }, ""},
		"checksum":  {func(b []byte) { b[central+16]++ }, "checksum"},
		"encrypted": {func(b []byte) { b[central+8] |= 1 }, "encrypted"},
		"method":    {func(b []byte) { b[central+10] = 77 }, "unsupported compression"},
		"content": {func(b []byte) {
			at := bytes.LastIndex(b[:central], []byte("PK\x03\x04")) + 60
			for i := range 20 {
				b[at+i] ^= 0xff
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(plain)
			c.spoil(b)
			l, err := datasets.Find(filepath.Join(folderOf(t, map[string][]byte{"x.zip": b}), "x.zip"), datasets.FindOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			e := datasets.Encoding{Input: in8(), Bins: 3, Classes: l.Classes}
			_, _, err = datasets.Encode(context.Background(), l.Train, e)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.zip: b/1.toy: zip: ") {
				t.Errorf("%v\nwant %q", err, c.want)
			}
			e.Salvage = true
			s, rep, err := datasets.Encode(context.Background(), l.Train, e)
			if err != nil || len(s.Samples) != 1 || rep.Unreadable.Recordings != 1 || rep.Unreadable.Names[0] != "b/1.toy" {
				t.Errorf("salvaged: %+v, %v", rep, err)
			}
		})
	}
}

// TestZipInCache: a packed set is kept by its packed bytes.
func TestZipInCache(t *testing.T) {
	dir := folderOf(t, map[string][]byte{"x.zip": zipOf(t, zip.Deflate, files("a/1.toy", "b/1.toy"))})
	c := datasets.Cache{Dir: t.TempDir()}
	encode := func() datasets.Report {
		l, err := datasets.Find(filepath.Join(dir, "x.zip"), datasets.FindOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, rep, err := c.Encode(context.Background(), l.Train, datasets.Encoding{Input: in8(), Bins: 3, Classes: l.Classes})
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	if encode().Cached || !encode().Cached {
		t.Error("first not, then from the cache")
	}
	if err := os.WriteFile(filepath.Join(dir, "x.zip"), zipOf(t, zip.Deflate, map[string][]byte{"a/1.toy": toy(g8, toyOne(5)), "b/1.toy": toy(g8, toyOne(1))}), 0o644); err != nil {
		t.Fatal(err)
	}
	if encode().Cached {
		t.Error("a stale set was served")
	}
}

func TestFindNMNIST(t *testing.T) {
	l, err := datasets.Find(reference.Shared(t, "data", "nmnist-small"), datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Train) != 900 || len(l.Test) != 100 || len(l.Classes) != 10 || l.Kind != datasets.KindNMNIST || l.Test[0].Name != "Test/0/00004.bin" {
		t.Errorf("%d and %d recordings of %v, first %+v", len(l.Train), len(l.Test), l.Classes, l.Test[0])
	}
}
