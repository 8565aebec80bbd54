package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// tableRow is one line of a table of recordings.
type tableRow struct {
	line              int
	path, class, part string
}

// table makes a listing of a table of paths and labels.
func (f *finder) table(opt FindOptions) (*Listing, error) {
	h, err := os.Open(f.name)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	rows, bad, err := parseTable(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	s := sorter{kind: KindCSV}
	at := make(map[string]int, len(rows))
	dir := filepath.Dir(f.name)
	for _, r := range rows {
		p := filepath.FromSlash(r.path)
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		if first, twice := at[p]; twice {
			bad = append(bad, lineError{r.line, fmt.Sprintf("%s stands in line %d already", r.path, first)})
			continue
		}
		at[p] = r.line
		switch st, err := os.Stat(p); {
		case err != nil:
			bad = append(bad, lineError{r.line, fmt.Sprintf("%s: there is no such file", r.path)})
			continue
		case st.IsDir():
			bad = append(bad, lineError{r.line, fmt.Sprintf("%s is a folder", r.path)})
			continue
		}
		if opt.Classes != nil && !slices.Contains(opt.Classes, r.class) {
			bad = append(bad, lineError{r.line, fmt.Sprintf("unknown label %q; the classes are %s", r.class, nameList(opt.Classes))})
			continue
		}
		s.add(Recording{Name: r.path, content: file(p)}, r.class, r.part)
	}
	if len(bad) > 0 {
		slices.SortStableFunc(bad, func(a, b lineError) int { return a.line - b.line })
		return nil, &tableError{f.name, bad}
	}
	if s.total == 0 {
		return nil, fmt.Errorf("%s: no recordings: each line names one, path,label or path,label,split", f.name)
	}
	return s.listing(f.name, opt)
}

// columns are the names that a header may have.
var columns = [3][]string{
	{"path", "file", "filename", "recording"},
	{"label", "class", "target"},
	{"split", "part", "set", "subset"},
}

// parseTable reads lines path,label[,split], a header where there is one. Bad
// lines are told all at once.
func parseTable(src io.Reader) (rows []tableRow, bad []lineError, err error) {
	br := bufio.NewReaderSize(src, 64<<10)
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		br.Discard(3)
	}
	start, _ := br.Peek(4096)
	r := csv.NewReader(br)
	r.Comma, r.Comment = separator(start), '#'
	r.FieldsPerRecord, r.TrimLeadingSpace, r.ReuseRecord = -1, true, true
	order := [3]int{0, 1, 2}
	for first := true; ; first = false {
		fields, err := r.Read()
		var pe *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return rows, bad, nil
		case errors.As(err, &pe):
			bad = append(bad, lineError{pe.StartLine, pe.Err.Error()})
			continue
		case err != nil:
			return nil, nil, err
		}
		line, _ := r.FieldPos(0)
		if first {
			if o, ok := header(fields); ok {
				order = o
				continue
			}
		}
		row, why := parseRow(fields, order)
		row.line = line
		if why != "" {
			bad = append(bad, lineError{line, why})
			continue
		}
		rows = append(rows, row)
	}
}

// separator is what stands between the fields of a first line.
func separator(start []byte) rune {
	for line := range bytes.Lines(start) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		for _, sep := range ",;\t" {
			if bytes.ContainsRune(line, sep) {
				return sep
			}
		}
		break
	}
	return ','
}

// header finds the columns in a first line that names them.
func header(fields []string) (order [3]int, ok bool) {
	order = [3]int{-1, -1, -1}
	for i, f := range fields {
		for c, names := range columns {
			if order[c] < 0 && slices.Contains(names, strings.ToLower(strings.TrimSpace(f))) {
				order[c] = i
			}
		}
	}
	return order, order[0] >= 0 && order[1] >= 0
}

// parseRow takes one line apart; why says what is wrong with it.
func parseRow(fields []string, order [3]int) (row tableRow, why string) {
	get := func(c int) string {
		if i := order[c]; i >= 0 && i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	row = tableRow{path: get(0), class: get(1), part: "train"}
	split := get(2)
	switch {
	case row.path == "":
		return row, "no path"
	case row.class == "":
		return row, fmt.Sprintf("no label for %s; a line is path,label or path,label,split", row.path)
	case !utf8.ValidString(row.path) || !utf8.ValidString(row.class):
		return row, "this is no text in UTF-8"
	}
	if split != "" {
		if row.part = partOf(split); row.part == "" {
			return row, fmt.Sprintf("unknown split %q; it is train, test or validation", split)
		}
	}
	return row, ""
}

// lineError is what is wrong with a line.
type lineError struct {
	line int
	why  string
}

// tableError tells all bad lines of a table.
type tableError struct {
	name string
	bad  []lineError
}

// Error lists the lines, the first twenty of them.
func (e *tableError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.name, counted(len(e.bad), "bad line"))
	for i, l := range e.bad {
		if i == maxNamed {
			fmt.Fprintf(&b, "\n  and %d more", len(e.bad)-i)
			break
		}
		fmt.Fprintf(&b, "\n  line %d: %s", l.line, l.why)
	}
	return b.String()
}
