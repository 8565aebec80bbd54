package datasets_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/datasets"
)

// tableIn writes a table beside some recordings.
func tableIn(t *testing.T, name, text string) string {
	t.Helper()
	m := files("r/1.toy", "r/2.toy", "r/3, 4.toy", "r/1.dvt", "r/2.dvt")
	m[name] = []byte(text)
	return filepath.Join(folderOf(t, m), name)
}

func TestTable(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		kind       string
		want       []string
	}{
		"two columns":   {"x.csv", "r/1.toy,cat\nr/2.toy,dog\n", "csv", []string{"train r/1.toy=cat", "train r/2.toy=dog"}},
		"three":         {"x.csv", "r/1.toy,cat,train\nr/2.toy,dog,TEST\n\"r/3, 4.toy\",dog,\n", "csv", []string{"test r/2.toy=dog", "train r/1.toy=cat", "train r/3, 4.toy=dog"}},
		"header, parts": {"x.csv", "label,comment,File,Split\n 10 ,x,r/1.toy,train\n9,y, r/2.toy,val\n9,z,\"r/3, 4.toy\",train\n", "csv", []string{"test r/2.toy=9", "train r/1.toy=10", "train r/3, 4.toy=9"}},
		"semicolons":    {"x.txt", "\xef\xbb\xbf# made by hand\n\npath;label\r\nr/1.toy;ein Hund\r\nr/2.toy;één, kat\r\n", "csv", []string{"train r/1.toy=ein Hund", "train r/2.toy=één, kat"}},
		"tabs":          {"x.tsv", "r/1.toy\t1\nr/2.toy\t2", "csv", []string{"train r/1.toy=1", "train r/2.toy=2"}},
		"traces":        {"x.csv", "r/1.dvt,1\nr/2.dvt,2", "traces", []string{"train r/1.dvt=1", "train r/2.dvt=2"}},
		"dots":          {"x.csv", "./r/1.toy,1\nr/../r/2.toy,2", "csv", []string{"train ./r/1.toy=1", "train r/../r/2.toy=2"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := datasets.Find(tableIn(t, c.file, c.text), datasets.FindOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if l.Kind != c.kind || !slices.Equal(listed(l), c.want) {
				t.Errorf("%s %q", l.Kind, listed(l))
			}
		})
	}
}

func TestTableErrors(t *testing.T) {
	text := strings.Join([]string{
		"path,label,split",
		"r/1.toy,cat,train",
		"r/none.toy,dog",
		"r/2.toy",
		",dog",
		"r/2.toy,dog,dev",
		"r/1.toy,dog",
		"r,dog",
		`r/2.toy,"dog" x,train`,
		"r/2.toy,\xff\xfe",
		"r/2.toy,dog",
	}, "\n")
	_, err := datasets.Find(tableIn(t, "x.csv", text), datasets.FindOptions{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"x.csv: 8 bad lines",
		"\n  line 3: r/none.toy: there is no such file",
		"\n  line 4: no label for r/2.toy",
		"\n  line 5: no path",
		"\n  line 6: unknown split \"dev\"; it is train, test or validation",
		"\n  line 7: r/1.toy stands in line 2 already",
		"\n  line 8: r is a folder",
		"\n  line 9: ",
		"\n  line 10: this is no text in UTF-8",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
	var many strings.Builder
	for i := range 50 {
		fmt.Fprintf(&many, "none/%d.toy,a\n", i)
	}
	if _, err := datasets.Find(tableIn(t, "x.csv", many.String()), datasets.FindOptions{}); err == nil || strings.Count(err.Error(), "\n") != 21 || !strings.HasSuffix(err.Error(), "and 30 more") {
		t.Errorf("fifty bad lines: %v", err)
	}
	for text, want := range map[string]string{
		"":                             "no recordings: each line names one",
		"path,label\n":                 "no recordings",
		"r/1.toy,a\nr/2.toy,a":         "one class only",
		"r/1.toy,a\nr/2.toy,b,test":    `training has no recording of "b"`,
		"r/1.toy,a\nr/2.dvt,b":         "1 traces (.dvt) among 1 recordings",
		"r/1.toy,a\nr/2.toy,\"b\nc\nd": "line 2: ",
	} {
		if _, err := datasets.Find(tableIn(t, "x.csv", text), datasets.FindOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := datasets.Find(tableIn(t, "x.csv", "r/1.toy,a\nr/2.toy,b"), datasets.FindOptions{Classes: []string{"a", "c"}}); err == nil || !strings.Contains(err.Error(), `line 2: unknown label "b"; the classes are "a", "c"`) {
		t.Errorf("another class: %v", err)
	}
}
