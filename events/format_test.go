package events_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func writeToy(t *testing.T, name string, ev []events.Event) {
	t.Helper()
	w, err := events.Create(name, "", &events.Header{}, events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(ev); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func sample(n int) []events.Event {
	return eventstest.Sample(n, events.Geometry{Width: 64, Height: 48}, 1)
}

func TestRegisterTwicePanics(t *testing.T) {
	defer func() {
		if msg, _ := recover().(string); !strings.Contains(msg, "toy registered twice") {
			t.Errorf("panic %q", msg)
		}
	}()
	events.Register(events.Format{Name: "toy"})
}

func TestFormatsAreOrderedAndCopied(t *testing.T) {
	fs := events.Formats()
	if !slices.IsSortedFunc(fs, func(a, b events.Format) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Formats is not ordered by name")
	}
	fs[0].Name = "changed"
	if events.Formats()[0].Name == "changed" {
		t.Error("Formats gives the registry's own memory away")
	}
}

func TestFormatLookup(t *testing.T) {
	if _, err := events.FormatByName("toi"); err == nil || !strings.Contains(err.Error(), `no format "toi"; there are toy, twin-a, twin-b`) {
		t.Errorf("FormatByName: %v", err)
	}
	if f, err := events.FormatByExtension("A.TOY"); err != nil || f.Name != "toy" {
		t.Errorf("FormatByExtension(A.TOY) = %q, %v", f.Name, err)
	}
	// .twin is known but cannot be written.
	if _, err := events.FormatByExtension("a.twin"); err == nil || !strings.Contains(err.Error(), "use one of .toy, or --format") {
		t.Errorf("FormatByExtension(a.twin): %v", err)
	}
}

func TestOpen(t *testing.T) {
	ev := sample(5000)
	name := filepath.Join(t.TempDir(), "a.toy")
	writeToy(t, name, ev)
	eventstest.TestReader(t, func() (events.Reader, error) { return events.Open(name, nil) }, ev)

	h, err := events.DecodeHeader(name, nil)
	if err != nil || h.Format != "toy" || h.Geometry.Width != 64 {
		t.Errorf("DecodeHeader: %+v, %v", h, err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := events.Decode(bytes.NewReader(data), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := events.Collect(r)
	if err := errors.Join(err, eventstest.Diff(got, ev)); err != nil {
		t.Errorf("Decode: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		name, file string
		opt        *events.Options
		is         error
		text       string
	}{
		{"missing", filepath.Join(dir, "none.toy"), nil, os.ErrNotExist, "none.toy"},
		{"folder", dir, nil, nil, "is a folder, not a recording"},
		{"empty", write("empty.toy", ""), nil, events.ErrEmpty, "byte 0: the file is empty"},
		{"unknown", write("x.jpg", "not events"), nil, events.ErrUnknownFormat, "--format (toy, twin-a, twin-b)"},
		{"tie", write("x.twin", "anything"), nil, events.ErrAmbiguous, "could be twin-a, twin-b"},
		{"wrong name", write("y.toy", toyMagic), &events.Options{Format: "tow"}, nil, `no format "tow"`},
		{"forced", write("z.jpg", "not events"), &events.Options{Format: "toy"}, events.ErrCorrupt, "z.jpg: toy: byte 0: header: damaged data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := events.Open(c.file, c.opt)
			if err == nil {
				r.Close()
				t.Fatal("no error")
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q does not say %q", err, c.text)
			}
		})
	}
	// A certain format beats a possible one, and --format settles a tie.
	if f, err := events.Sniff([]byte(toyMagic), "a.twin"); err != nil || f.Name != "toy" {
		t.Errorf("Sniff: %q, %v", f.Name, err)
	}
	if _, err := events.Open(write("ok.twin", toyMagic), &events.Options{Format: "twin-b"}); err != nil {
		t.Error(err)
	}
}

func TestReadErrorNamesTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cut.toy")
	writeToy(t, name, sample(10))
	if err := os.Truncate(name, int64(len(toyMagic))+13*4+5); err != nil {
		t.Fatal(err)
	}
	r, err := events.Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := events.Collect(r)
	want := name + ": toy: byte 57: event: the file ends too early; use --salvage to skip it and go on"
	if len(got) != 4 || err == nil || err.Error() != want {
		t.Errorf("%d events, error %v\nwant %s", len(got), err, want)
	}
	if !errors.Is(err, events.ErrTruncated) {
		t.Error("the cause is hidden")
	}
	if _, err := r.Read(make([]events.Event, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("the error is not sticky: %v", err)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -81920: "-81,920", 1234567: "1,234,567"} {
		if got := events.Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %s", n, got)
		}
	}
}
