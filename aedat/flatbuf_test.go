package aedat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"dvsim/events"

	"github.com/google/flatbuffers/go"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What google/flatbuffers builds, with fields left out at random, we read; what
// we build, google/flatbuffers reads.

func TestFlatReadsTheLibrarysTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := flatbuffers.NewBuilder(0)
		n := rapid.IntRange(0, 20).Draw(t, "n")
		want := make([]events.IMU, n)
		tables := make([]flatbuffers.UOffsetT, n)
		for i := range want {
			r := &want[i]
			r.Stream = 4
			b.StartObject(11)
			if rapid.Bool().Draw(t, "has time") {
				r.T = rapid.Int64().Draw(t, "t")
				b.PrependInt64Slot(0, r.T, 0)
			}
			for k, p := range []*float32{&r.Temperature, &r.Accel[0], &r.Accel[1], &r.Accel[2], &r.Gyro[0], &r.Gyro[1], &r.Gyro[2], &r.Mag[0], &r.Mag[1], &r.Mag[2]} {
				if rapid.Bool().Draw(t, "has field") {
					*p = rapid.Float32().Draw(t, "v")
					b.PrependFloat32Slot(1+k, *p, 0)
				}
			}
			tables[i] = b.EndObject()
		}
		b.StartVector(4, n, 4)
		for i := n - 1; i >= 0; i-- {
			b.PrependUOffsetT(tables[i])
		}
		vec := b.EndVector(n)
		b.StartObject(1)
		b.PrependUOffsetTSlot(0, vec, 0)
		b.FinishSizePrefixedWithFileIdentifier(b.EndObject(), []byte(v4IdentIMU))
		root, ident, err := v4Root(b.FinishedBytes())
		if err != nil || string(ident[:]) != v4IdentIMU {
			t.Fatal(err)
		}
		got, err := v4ReadIMU(nil, &root, 4)
		if err != nil || len(got) != n || n > 0 && !cmp.Equal(got, want) {
			t.Fatal(err, cmp.Diff(want, got))
		}
	})
}

func TestFlatReadsTheLibrarysFrame(t *testing.T) {
	b := flatbuffers.NewBuilder(0)
	px := b.CreateByteVector([]byte{1, 0, 2, 0, 3, 0, 0xff, 3})
	b.StartObject(13)
	b.PrependInt64Slot(0, 1000, 0)
	b.PrependInt8Slot(5, 2, 0)
	b.PrependInt16Slot(6, 2, 0)
	b.PrependInt16Slot(7, 2, 0)
	b.PrependUOffsetTSlot(10, px, 0)
	b.PrependInt64Slot(11, 101, 0)
	b.PrependInt8Slot(12, 5, 0)
	b.FinishSizePrefixedWithFileIdentifier(b.EndObject(), []byte(v4IdentFrame))
	root, _, err := v4Root(b.FinishedBytes())
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := v4ReadFrame(&root)
	want := events.Frame{T: 1000, ExposureBegin: 950, ExposureEnd: 1051, Width: 2, Height: 2, Format: events.Gray16, Source: 5, Pixels: []byte{1, 0, 2, 0, 3, 0, 0xff, 3}}
	if err != nil || !cmp.Equal(f, want) {
		t.Fatal(err, cmp.Diff(want, f))
	}
}

// flatRoot is the root table of a size-prefixed buffer, by the library.
func flatRoot(buf []byte) flatbuffers.Table {
	return flatbuffers.Table{Bytes: buf, Pos: 4 + flatbuffers.GetUOffsetT(buf[4:])}
}

func TestLibraryReadsOurTables(t *testing.T) {
	entries := []v4Entry{{off: 8, stream: 1, size: 2, records: 3, begin: -4, end: 5}, {off: 1 << 40, stream: 65535, size: 1 << 30, records: 7, begin: 8, end: 9}}
	buf := v4AppendTable(nil, entries)
	if got := flatbuffers.GetSizePrefixedBufferIdentifier(buf); got != v4IdentTable {
		t.Fatal(got)
	}
	root := flatRoot(buf)
	o := flatbuffers.UOffsetT(root.Offset(4))
	if n := root.VectorLen(o); n != len(entries) {
		t.Fatalf("%d entries", n)
	}
	for i, want := range entries {
		e := flatbuffers.Table{Bytes: buf, Pos: root.Indirect(root.Vector(o) + flatbuffers.UOffsetT(4*i))}
		info := e.Pos + flatbuffers.UOffsetT(e.Offset(6))
		got := v4Entry{
			off: e.GetInt64Slot(4, 0), stream: e.GetInt32(info), size: e.GetInt32(info + 4),
			records: e.GetInt64Slot(8, 0), begin: e.GetInt64Slot(10, 0), end: e.GetInt64Slot(12, 0),
		}
		if got != want || e.Pos%8 != 0 {
			t.Errorf("entry %d: %+v, want %+v", i, got, want)
		}
	}
	table, err := v4ParseTable(buf)
	if err != nil || !cmp.Equal(table.entries, entries, cmp.AllowUnexported(v4Entry{})) {
		t.Error(err, table)
	}

	f := events.Frame{T: 1, Begin: 2, End: 3, ExposureBegin: 4, ExposureEnd: 6, X: -7, Y: 8, Width: 3, Height: 1, Format: events.Gray8, Source: 2, Pixels: []byte{7, 8, 9}}
	buf = v4AppendFrame(nil, &f, 0)
	root = flatRoot(buf)
	for i, want := range []int64{1, 2, 3, 4, 6} {
		if got := root.GetInt64Slot(flatbuffers.VOffsetT(4+2*i), -1); got != want {
			t.Errorf("frame field %d: %d, want %d", i, got, want)
		}
	}
	if got := root.GetInt64Slot(4+2*11, -1); got != 2 {
		t.Errorf("exposure %d", got)
	}
	for i, want := range []int16{3, 1, -7, 8} {
		if got := root.GetInt16Slot(flatbuffers.VOffsetT(4+2*(6+i)), -1); got != want {
			t.Errorf("frame field %d: %d, want %d", 6+i, got, want)
		}
	}
	if px := root.ByteVector(root.Pos + flatbuffers.UOffsetT(root.Offset(4+2*10))); !bytes.Equal(px, f.Pixels) {
		t.Errorf("pixels %v", px)
	}
	head := v4AppendHeader(nil, v4ZstdHigh, 1<<40, "<dv/>")
	root = flatRoot(head[len(v4Version):])
	if c, at := root.GetInt32Slot(4, -1), root.GetInt64Slot(6, -1); c != 4 || at != 1<<40 || string(root.ByteVector(root.Pos+flatbuffers.UOffsetT(root.Offset(8)))) != "<dv/>" {
		t.Errorf("header: %d, %d", c, at)
	}
	if got := int64(binary.LittleEndian.Uint64(head[v4HeaderTableAt:])); got != 1<<40 {
		t.Errorf("the place of the table is not at byte %d", v4HeaderTableAt)
	}
}

// No byte of a buffer can make the accessors panic or read outside.
func TestFlatSurvivesAnyByte(t *testing.T) {
	f := events.Frame{Width: 3, Height: 1, Format: events.Gray8, Pixels: []byte{7, 8, 9}}
	for name, buf := range map[string][]byte{
		"table": v4AppendTable(nil, make([]v4Entry, 3)),
		"frame": v4AppendFrame(nil, &f, 0),
	} {
		for i := range buf {
			for _, v := range []byte{0, 1, 0x7f, 0x80, 0xff} {
				b := bytes.Clone(buf)
				b[i] = v
				root, _, err := v4Root(b)
				if err != nil {
					if !errors.Is(err, events.ErrCorrupt) {
						t.Fatalf("%s: %v", name, err)
					}
					continue
				}
				_, _ = v4ParseTable(b)
				_, _, _ = v4ReadFrame(&root)
				_, _ = v4ReadIMU(nil, &root, 0)
				_, _ = v4ReadTriggers(nil, &root, 0)
				_, _, _ = v4AppendEvents(nil, &root, events.Geometry{}, 0)
			}
		}
	}
}
