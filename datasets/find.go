package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"dvsim/events"
)

// Kinds of listings.
const (
	KindNMNIST = "nmnist" // parts (Train, Test) that hold a folder for each class, as N-MNIST lies on disk
	KindFolder = "folder" // a folder for each class
	KindCSV    = "csv"    // a table of paths and labels
	KindTraces = "traces" // traces (.dvt), in any of these forms
)

// Listing is what a data set holds. Nothing of it has been read.
type Listing struct {
	// Classes names the labels 0, 1, …: by value where all are numbers, else in natural
	// order (2 before 10).
	Classes []string
	// Train and Test are the recordings of the two parts, in natural order of their
	// names (a CSV keeps its own order). A set without parts is all Train.
	Train, Test []Recording
	// Validation is not empty only where a set has all three parts.
	Validation []Recording
	// Kind is one of the constants.
	Kind string

	closers []func() error
}

// Close closes the archives that recordings are read from. Recordings of such a
// listing cannot be opened after it.
func (l *Listing) Close() error {
	var errs []error
	for _, c := range l.closers {
		errs = append(errs, c())
	}
	l.closers = nil
	return errors.Join(errs...)
}

// FindOptions steers Find. The zero value finds the classes that there are.
type FindOptions struct {
	// Classes are the classes that labels stand for, in order: those of a trained
	// network. Others in the data set are an error; some may lack. nil: as found.
	Classes []string
	// Format takes files of any extension for recordings of this format; "" takes
	// files whose extension is one of a registered format.
	Format string
}

// Find lists a data set:
//
//   - a folder with Train and Test (N-MNIST as it lies on disk) that hold a folder for each class;
//   - a folder that holds a folder for each class;
//   - the same unread in a .zip, in Train.zip and Test.zip, or in a .zip that holds these;
//   - a table, .csv: path,label or path,label,split on each line, paths relative to it.
//
// Recordings are of any registered format, known by their extension, or traces (.dvt). Case
// does not matter in names of parts; train and training are one, so are test, validation, valid
// and val (where there are both, see Listing.Validation). Folders that hold all the rest are
// passed through; folders within a class are part of it. Names that begin with "." are
// passed over.
func Find(name string, opt FindOptions) (*Listing, error) {
	st, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	f := &finder{name: name, known: extensions(opt.Format)}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case st.IsDir():
		err = f.folder(name)
	case ext == ".zip":
		err = f.zip(name, "")
	case ext == ".csv", ext == ".tsv", ext == ".txt":
		return f.table(opt)
	default:
		err = fmt.Errorf("%s: a data set is a folder, a .zip or a .csv", name)
	}
	var l *Listing
	if err == nil {
		l, err = f.arrange(opt)
	}
	if err != nil {
		f.close()
		return nil, err
	}
	l.closers = f.closers
	return l, nil
}

// entry is a file that may be a recording.
type entry struct {
	path    []string // components below the data set
	content content
}

// finder gathers the files of a data set.
type finder struct {
	name    string
	known   func(name string) bool
	entries []entry
	closers []func() error
}

func (f *finder) close() {
	for _, c := range f.closers {
		c()
	}
}

// extensions tells which names are recordings.
func extensions(format string) func(string) bool {
	if format != "" {
		return func(string) bool { return true }
	}
	known := map[string]bool{".dvt": true}
	for _, f := range events.Formats() {
		for _, ext := range f.Extensions {
			known[ext] = true
		}
	}
	return func(name string) bool { return known[strings.ToLower(path.Ext(name))] }
}

// wanted reports whether a file can be a recording.
func (f *finder) wanted(parts []string) bool {
	for _, p := range parts {
		if strings.HasPrefix(p, ".") || p == "__MACOSX" {
			return false
		}
	}
	return f.known(parts[len(parts)-1])
}

// folder gathers the files below a folder, or the archives of the parts in it.
func (f *finder) folder(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if stem, ok := cutZip(e.Name()); ok && partOf(stem) != "" && !e.IsDir() {
			if err := f.zip(filepath.Join(dir, e.Name()), stem); err != nil {
				return err
			}
		}
	}
	if len(f.closers) > 0 {
		for _, e := range list {
			if e.IsDir() && partOf(e.Name()) != "" {
				return fmt.Errorf("%s: there are archives and the folder %s: which one is the data set? Move one away", dir, e.Name())
			}
		}
		return nil
	}
	root, err := filepath.EvalSymlinks(dir) // WalkDir follows no link, and the data set itself may be one
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		if parts := strings.Split(filepath.ToSlash(rel), "/"); f.wanted(parts) {
			f.entries = append(f.entries, entry{parts, file(p)})
		}
		return nil
	})
}

// partOf says which part a folder or the third column of a table means: "train",
// "test", "validation", or "" when none.
func partOf(name string) string {
	switch strings.ToLower(name) {
	case "train", "training":
		return "train"
	case "test", "testing":
		return "test"
	case "validation", "valid", "val":
		return "validation"
	}
	return ""
}

// arrange makes a listing of the files by their folders.
func (f *finder) arrange(opt FindOptions) (*Listing, error) {
	if len(f.entries) == 0 {
		return nil, f.nothing()
	}
	depth := f.common()
	parts, err := f.parts(depth)
	if err != nil {
		return nil, err
	}
	s := sorter{kind: KindFolder}
	if parts {
		s.kind = KindNMNIST
	}
	slices.SortFunc(f.entries, func(a, b entry) int { return slices.CompareFunc(a.path, b.path, naturalCompare) })
	for _, e := range f.entries {
		at, part := depth, "train"
		if parts {
			part = partOf(e.path[depth])
			at++
		}
		name := strings.Join(e.path, "/")
		if len(e.path) < at+2 {
			return nil, fmt.Errorf("%s: %s lies in no folder of a class; put each recording in a folder named for its class, or list them in a .csv", f.name, name)
		}
		s.add(Recording{Name: name, content: e.content}, e.path[at], part)
	}
	return s.listing(f.name, opt)
}

// nothing says that there are no recordings, and what else there is.
func (f *finder) nothing() error {
	if IsMNIST(f.name) {
		return fmt.Errorf("%s: no recordings: these are pictures (MNIST); train the network \"tutorial\" on them, or make recordings with dvsim dataset make --from %s", f.name, f.name)
	}
	return fmt.Errorf("%s: no recordings in this data set (known by the extensions %s, or .dvt for traces); give --format where the extension is another", f.name, knownExtensions())
}

func knownExtensions() string {
	var all []string
	for _, f := range events.Formats() {
		all = append(all, f.Extensions...)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// common is how many folders hold everything, parts and classes aside.
func (f *finder) common() (n int) {
	first := f.entries[0].path
	for ; ; n++ {
		for _, e := range f.entries {
			if len(e.path) < n+3 || e.path[n] != first[n] || partOf(e.path[n]) != "" {
				return n
			}
		}
	}
}

// parts reports whether the folders at that depth are parts of the data set.
func (f *finder) parts(depth int) (bool, error) {
	has, other := map[string]string{}, ""
	for _, e := range f.entries {
		if len(e.path) < depth+2 {
			continue
		}
		if p := partOf(e.path[depth]); p == "" {
			other = e.path[depth]
		} else if has[p] == "" {
			has[p] = e.path[depth]
		} else if has[p] != e.path[depth] {
			return false, fmt.Errorf("%s: %s and %s name the same part of the data set; rename one", f.name, has[p], e.path[depth])
		}
	}
	switch {
	case other == "":
		return len(has) > 0, nil
	case len(has) > 1:
		return false, fmt.Errorf("%s: beside the parts of the data set there is a folder %s: neither training nor test; move it away, or list the recordings in a .csv", f.name, other)
	}
	return false, nil // one class may be called "train"
}
