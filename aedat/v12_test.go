package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	_ "dvsim/aedat"
	"dvsim/events"
	"dvsim/events/eventstest"

	"pgregory.net/rapid"
)

// The recordings of these tests are put together byte by byte after the
// specification, not by our writers.

// v12Word is one record: an address and the 32 bits of its time.
type v12Word struct {
	addr uint32
	t    uint32
}

const v2Head = "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n"

func v1File(head string, words ...v12Word) []byte {
	b := []byte(head)
	for _, w := range words {
		b = binary.BigEndian.AppendUint16(b, uint16(w.addr))
		b = binary.BigEndian.AppendUint32(b, w.t)
	}
	return b
}

func v2File(head string, words ...v12Word) []byte {
	b := []byte(head)
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, w.addr)
		b = binary.BigEndian.AppendUint32(b, w.t)
	}
	return b
}

// davisAddr is the address of an event after DavisChip of jAER.
func davisAddr(x, y, p int) uint32 { return uint32(y<<22 | x<<12 | p<<11) }

// dvs128Addr is the address of an event after DVS128 of jAER: bit 0 is 0 for On,
// x counts from the right.
func dvs128Addr(x, y, p int) uint32 { return uint32(y<<8 | (127-x)<<1 | (1 - p)) }

func v12Decode(t testing.TB, data []byte, name string, o *events.Options) ([]events.Event, *events.Header, events.Report) {
	t.Helper()
	r, err := events.Decode(bytes.NewReader(data), name, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ev, err := events.Collect(r)
	if err != nil {
		t.Fatal(err)
	}
	return ev, r.Header(), r.Report()
}

func wantEvents(t *testing.T, got []events.Event, want ...events.Event) {
	t.Helper()
	if err := eventstest.Diff(got, want); err != nil {
		t.Error(err)
	}
}

func TestV1DVS128(t *testing.T) {
	words := []v12Word{{dvs128Addr(3, 5, 1), 10}, {dvs128Addr(127, 0, 0), 10}, {0x8000 | 77, 11}, {dvs128Addr(0, 127, 1), 12}}
	stored := []events.Event{{T: 10, X: 3, Y: 5, P: 1}, {T: 10, X: 127, Y: 0, P: 0}, {T: 12, X: 0, Y: 127, P: 1}}
	for _, c := range []struct {
		name string
		data []byte
		opt  events.Options
		want []events.Event
	}{
		{"header", v1File("#!AER-DAT1.0\r\n# DVS128 addresses\r\n", words...), events.Options{}, stored},
		{"no header", v1File("", words...), events.Options{Format: "aedat1"}, stored},
		{
			"top left", v1File("#!AER-DAT1.0\r\n", words...),
			events.Options{Origin: events.OriginTopLeft},
			[]events.Event{{T: 10, X: 3, Y: 122, P: 1}, {T: 10, X: 127, Y: 127, P: 0}, {T: 12, X: 0, Y: 0, P: 1}},
		},
		{"AEDAT 2", v2File("#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n", words...), events.Options{}, stored},
		{"AEDAT 2 without a chip", v2File(v2Head, words...), events.Options{}, stored},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, h, rep := v12Decode(t, c.data, "", &c.opt)
			wantEvents(t, ev, c.want...)
			if h.Geometry != (events.Geometry{Width: 128, Height: 128}) {
				t.Errorf("size %v", h.Geometry)
			}
			if guessed := c.name == "no header" || strings.HasSuffix(c.name, "without a chip"); h.GeometryGuessed != guessed || guessed != (len(h.Notes) > 0) {
				t.Errorf("guessed %v, notes %q", h.GeometryGuessed, h.Notes)
			}
			if rep.Special != 1 || rep.OutOfBounds != 0 {
				t.Errorf("report %+v", rep)
			}
			eventstest.TestReader(t, func() (events.Reader, error) {
				return events.Decode(bytes.NewReader(c.data), "", &c.opt)
			}, c.want)
		})
	}
}

// The clock of 32 bits: positive to negative is no turn, negative to positive is
// one, a late event finds its place before the turn.
func TestClockUnfolds(t *testing.T) {
	file := v2File(v2Head+"# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n",
		v12Word{0, 0x7ffffffe}, v12Word{0, 0x80000001}, v12Word{0, 0xfffffff0},
		v12Word{0, 5}, v12Word{0, 0xfffffff8}, v12Word{0, 9}, v12Word{0, 7}, v12Word{0, 0x70000000}, v12Word{0, 0xe0000000}, v12Word{0, 1})
	ev, _, rep := v12Decode(t, file, "", nil)
	const turn = 1 << 32
	want := []int64{0x7ffffffe, 0x80000001, 0xfffffff0, turn + 5, 0xfffffff8, turn + 9, turn + 7, turn + 0x70000000, turn + 0xe0000000, 2*turn + 1}
	for i, e := range ev {
		if e.T != want[i] {
			t.Errorf("event %d at %d, want %d", i, e.T, want[i])
		}
	}
	if rep.Wraps != 2 || rep.Backward != 2 {
		t.Errorf("%d wraps, %d steps backwards; want 2 and 2", rep.Wraps, rep.Backward)
	}
}

func TestClockProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := int64(rapid.Uint32Range(0, 1<<31).Draw(t, "start"))
		var words []v12Word
		var want []events.Event
		for i, n := 0, rapid.IntRange(1, 40).Draw(t, "n"); i < n; i++ {
			words = append(words, v12Word{davisAddr(i, i, i&1), uint32(now)})
			want = append(want, events.Event{T: now, X: uint16(i), Y: uint16(i), P: events.Polarity(i & 1)})
			now = max(0, now+int64(rapid.Int32Range(-1<<20, 1<<31-1).Draw(t, "step")))
		}
		r, err := events.Decode(bytes.NewReader(v2File(v2Head, words...)), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := eventstest.Diff(got, want); err != nil {
			t.Fatal(err)
		}
		if wraps := want[len(want)-1].T>>32 - want[0].T>>32; r.Report().Wraps != wraps {
			t.Fatalf("%d wraps, want %d", r.Report().Wraps, wraps)
		}
	})
}

func TestV2GuessesTheCamera(t *testing.T) {
	dvs640 := func(x, y, p int) uint32 { return uint32(y<<11 | x<<1 | p) }
	for _, c := range []struct {
		name  string
		head  string
		words []v12Word
		size  events.Geometry
		want  events.Event
	}{
		{"v2e", v2Head, []v12Word{{davisAddr(300, 200, 1), 1}}, events.Geometry{Width: 346, Height: 260}, events.Event{T: 1, X: 300, Y: 200, P: 1}},
		{"small DAVIS", v2Head, []v12Word{{davisAddr(20, 30, 0), 1}}, events.Geometry{Width: 240, Height: 180}, events.Event{T: 1, X: 20, Y: 30}},
		{"large DAVIS", v2Head, []v12Word{{davisAddr(639, 30, 0), 1}}, events.Geometry{Width: 640, Height: 480}, events.Event{T: 1, X: 639, Y: 30}},
		{"DVS640", v2Head, []v12Word{{dvs640(600, 400, 1), 1}}, events.Geometry{Width: 640, Height: 480}, events.Event{T: 1, X: 600, Y: 400, P: 1}},
		{"named DVS640", v2Head + "# AEChip: com.sec.dvs.SecDvs640Gen2\r\n", []v12Word{{dvs640(3, 1, 0), 1}}, events.Geometry{Width: 640, Height: 480}, events.Event{T: 1, X: 3, Y: 1}},
		{"unknown camera", v2Head + "# AEChip: org.example.Retina9\r\n", []v12Word{{davisAddr(20, 30, 0), 1}}, events.Geometry{Width: 240, Height: 180}, events.Event{T: 1, X: 20, Y: 30}},
		{"Davis346blue", v2Head + "# AEChip: eu.seebetter.ini.chips.davis.Davis346blue\r\n", []v12Word{{davisAddr(20, 30, 0), 1}}, events.Geometry{Width: 346, Height: 260}, events.Event{T: 1, X: 20, Y: 30}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, h, _ := v12Decode(t, v2File(c.head, c.words...), "", nil)
			wantEvents(t, ev, c.want)
			named := strings.Contains(c.head, "avis346") || strings.Contains(c.head, "Dvs640")
			if h.Geometry != c.size || h.GeometryGuessed == named || named == (len(h.Notes) > 0) {
				t.Errorf("size %v guessed %v notes %q", h.Geometry, h.GeometryGuessed, h.Notes)
			}
			over := events.Geometry{Width: 1000, Height: 500}
			_, h, _ = v12Decode(t, v2File(c.head, c.words...), "", &events.Options{Geometry: over})
			if h.Geometry != over || h.GeometryGuessed {
				t.Errorf("overruled: %v guessed %v", h.Geometry, h.GeometryGuessed)
			}
		})
	}
}

func TestV2OriginAndBounds(t *testing.T) {
	data := v2File(v2Head+"# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n", v12Word{davisAddr(0, 0, 1), 1}, v12Word{davisAddr(239, 179, 0), 2}, v12Word{davisAddr(240, 180, 0), 3})
	ev, _, rep := v12Decode(t, data, "", &events.Options{Origin: events.OriginTopLeft})
	wantEvents(t, ev, events.Event{T: 1, X: 239, Y: 179, P: 1}, events.Event{T: 2}, events.Event{T: 3, X: 0xffff, Y: 0xffff})
	if rep.OutOfBounds != 1 {
		t.Errorf("%d out of bounds, want 1", rep.OutOfBounds)
	}
	ev, _, rep = v12Decode(t, data, "", nil)
	wantEvents(t, ev, events.Event{T: 1, P: 1}, events.Event{T: 2, X: 239, Y: 179}, events.Event{T: 3, X: 240, Y: 180})
	if rep.OutOfBounds != 1 {
		t.Errorf("%d out of bounds, want 1", rep.OutOfBounds)
	}
}

func TestTailIsKeptAndTold(t *testing.T) {
	for size, data := range map[int][]byte{
		6: v1File("#!AER-DAT1.0\r\n", v12Word{dvs128Addr(1, 1, 1), 1}),
		8: v2File("#!AER-DAT2.0\r\n", v12Word{davisAddr(1, 1, 1), 1}),
	} {
		for cut := 1; cut < size; cut++ {
			ev, _, rep := v12Decode(t, append(bytes.Clone(data), make([]byte, cut)...), "", nil)
			if len(ev) != 1 || len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0], "no whole record") {
				t.Errorf("%d bytes of %d: %d events, warnings %q", cut, size, len(ev), rep.Warnings)
			}
		}
	}
}

func TestTextHeader(t *testing.T) {
	long := "# " + strings.Repeat("x", 20_000) + "\r\n"
	for _, c := range []struct {
		name, head string
		data       []byte
		events     int
	}{
		{"first data byte is #", v2Head, v2File("", v12Word{0x23000000, 7}, v12Word{0x00400000, 8}), 2},
		{"data that look like a line", v2Head, append([]byte("# AAAAA\n"), make([]byte, 8)...), 2},
		{"jAER's last line", v2Head + "#End Of ASCII Header\r\n", append([]byte("# AAAA\r\n"), make([]byte, 8)...), 2},
		{"bare line feeds", "#!AER-DAT2.0\n# text\n", make([]byte, 8), 1},
		{"long line", v2Head + long, make([]byte, 8), 1},
		{"Latin-1", v2Head + "# user: J\xfcrg \xb5s\r\n", make([]byte, 8), 1},
		{"UTF-8", v2Head + "# user: Jürg " + strings.Repeat("漢", 500) + "\r\n", make([]byte, 8), 1},
		{"no data", v2Head, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, h, _ := v12Decode(t, append([]byte(c.head), c.data...), "", nil)
			if h.Bytes != int64(len(c.head)) || len(ev) != c.events {
				t.Errorf("header of %d bytes and %d events, want %d and %d", h.Bytes, len(ev), len(c.head), c.events)
			}
		})
	}
}

func TestCutHeader(t *testing.T) {
	for _, head := range []string{"#!AER-DAT2.0", "#!AER-DAT2.0\r\n# AEChip: eu.see", "#!AER-DAT1.0\r\n# a"} {
		_, err := events.Decode(strings.NewReader(head), "cut.aedat", nil)
		var fe *events.FormatError
		if !errors.As(err, &fe) || !errors.Is(err, events.ErrTruncated) || fe.Offset != int64(len(head)) || fe.Hint == "" || fe.File != "cut.aedat" {
			t.Errorf("%q: %v", head, err)
		}
	}
}

func TestVersionOverruled(t *testing.T) {
	data := v1File("#!AER-DAT1.0\r\n", v12Word{dvs128Addr(3, 5, 1), 10}, v12Word{dvs128Addr(4, 5, 1), 11}, v12Word{0, 12}, v12Word{0, 13})
	ev, h, _ := v12Decode(t, data, "", &events.Options{Format: "aedat2"})
	if len(ev) != 3 || len(h.Notes) == 0 || !strings.Contains(h.Notes[0], "says 1.0") {
		t.Errorf("%d events, notes %q", len(ev), h.Notes)
	}
}

func TestRoundTripAEDAT2(t *testing.T) {
	for _, g := range []events.Geometry{{Width: 346, Height: 260}, {Width: 128, Height: 128}, {Width: 320, Height: 240}, {Width: 1024, Height: 512}} {
		eventstest.TestRoundTrip(t, "aedat2", eventstest.Sample(20_000, g, 1), events.Header{Geometry: g})
	}
	g := events.Geometry{Width: 240, Height: 180}
	ev := eventstest.Sample(20_000, g, 1)
	for i := range ev {
		ev[i].T = ev[i].T*1000 + 1<<32 - 3_000_000 // starts before a turn of the clock
	}
	eventstest.TestRoundTrip(t, "aedat2", ev, events.Header{Geometry: g})
	for i := range ev {
		ev[i].T += 1_589_163_147_368_868 // Unix time
	}
	slices.Reverse(ev)
	eventstest.TestRoundTrip(t, "aedat2", ev, events.Header{Geometry: g})
	eventstest.TestRoundTrip(t, "aedat2", nil, events.Header{Geometry: g})
}

func TestV2WriterRefuses(t *testing.T) {
	f, err := events.FormatByName("aedat2")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []events.Geometry{{}, {Width: 1280, Height: 720}} {
		if _, err := f.Create(&bytes.Buffer{}, &events.Header{Geometry: g}, events.WriteOptions{}); !errors.Is(err, events.ErrGeometry) {
			t.Errorf("%v: %v", g, err)
		}
	}
	for _, c := range []struct {
		ev   events.Event
		want error
	}{
		{events.Event{T: 100, X: 240}, events.ErrGeometry},
		{events.Event{T: 100, Src: 1}, events.ErrRange},
		{events.Event{T: -1}, events.ErrRange},
		{events.Event{T: 100 + 1<<31}, events.ErrRange},
		{events.Event{T: 1 << 62}, events.ErrRange},
	} {
		var b bytes.Buffer
		w, err := f.Create(&b, &events.Header{Geometry: events.Geometry{Width: 240, Height: 180}}, events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write([]events.Event{{T: 100}}); err != nil {
			t.Fatal(err)
		}
		n := b.Len()
		err = w.Write([]events.Event{{T: 100}, c.ev})
		var fe *events.FormatError
		if !errors.As(err, &fe) || !errors.Is(err, c.want) || !strings.Contains(fe.Part, "event 2 (") || b.Len() != n {
			t.Errorf("%v: %v; %d bytes written", c.ev, err, b.Len()-n)
		}
		if err := w.Write([]events.Event{{T: 101}}); err != nil {
			t.Errorf("after a refused batch: %v", err)
		}
	}
}
