package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"

	"github.com/google/flatbuffers/go"
)

// v4JAER rewrites a recording as jAER writes it: the data table uncompressed, and
// its offsets those of the packets' headers.
func v4JAER(data []byte, per int) []byte {
	_, steps := v4Packets(data)
	last := steps[len(steps)-1]
	end := last.off + 8 + last.size
	b := flatbuffers.NewBuilder(0)
	var entries []flatbuffers.UOffsetT
	for _, s := range steps {
		b.StartObject(5)
		b.PrependInt64Slot(0, int64(s.off), 0)
		b.Prep(4, 8)
		b.PrependInt32(int32(s.size))
		b.PrependInt32(int32(s.stream))
		b.PrependStructSlot(1, b.Offset(), 0)
		b.PrependInt64Slot(2, int64(per), 0)
		entries = append(entries, b.EndObject())
	}
	b.StartVector(4, len(entries), 4)
	for _, e := range slices.Backward(entries) {
		b.PrependUOffsetT(e)
	}
	vec := b.EndVector(len(entries))
	b.StartObject(1)
	b.PrependUOffsetTSlot(0, vec, 0)
	b.FinishSizePrefixedWithFileIdentifier(b.EndObject(), []byte("FTAB"))
	out := slices.Concat(data[:end], b.FinishedBytes())
	v4SetTable(out, int64(end))
	return out
}

func TestTableOfJAER(t *testing.T) {
	ev := eventstest.Sample(2000, v4Size, 4)
	for _, comp := range []string{"none", "lz4", "zstd"} {
		data := v4JAER(v4Encode(t, ev, comp, 100), 100)
		v4EachWay(t, data, func(t *testing.T, _, _ bool, got []events.Event, rep events.Report, err error) {
			if derr := eventstest.Diff(got, ev); derr != nil || err != nil || len(rep.Warnings) > 0 || rep.Loss.Any() {
				t.Error(derr, err, rep)
			}
		})
		// The table repairs a damaged header, so it has been read. Its times (absent) are not believed.
		_, steps := v4Packets(data)
		copy(data[steps[7].off:], "########")
		got, rep, err := v4Collect(data, false, &events.Options{Salvage: true})
		if derr := eventstest.Diff(got, ev); derr != nil || err != nil || rep.Loss.Bytes != 8 || rep.Loss.MaxEvents != 0 {
			t.Error(comp, derr, err, rep.Loss)
		}
	}
}

// Wherever the header says that the table is, the packets are read; where the
// place is wrong there is a warning.
func TestTableInOddPlaces(t *testing.T) {
	ev := eventstest.Sample(2000, v4Size, 4)
	for _, comp := range []string{"none", "lz4", "zstd"} {
		data := v4Encode(t, ev, comp, 100)
		first, steps := v4Packets(data)
		last := steps[len(steps)-1]
		end := last.off + 8 + last.size
		for name, c := range map[string]struct {
			at   int64
			warn bool
			note bool
		}{
			"right":               {int64(end), false, false},
			"pending (-2)":        {-2, true, true},
			"none (-1)":           {-1, true, false},
			"in a packet":         {int64(steps[5].off) + 30, true, false},
			"at a packet":         {int64(steps[5].off), true, false},
			"in the header":       {20, true, false},
			"at the first packet": {int64(first), true, false},
		} {
			b := bytes.Clone(data)
			v4SetTable(b, c.at)
			v4EachWay(t, b, func(t *testing.T, pipe, salvage bool, got []events.Event, rep events.Report, err error) {
				if derr := eventstest.Diff(got, ev); derr != nil || err != nil || rep.Loss.Any() {
					t.Errorf("%s, %s: %v, %v, %+v", comp, name, derr, err, rep)
				}
				if c.warn != (len(rep.Warnings) > 0) {
					t.Errorf("%s, %s: warnings %q", comp, name, rep.Warnings)
				}
			})
			r, err := events.OpenSource(v4Source(b, false), nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.note != (len(r.Header().Notes) > 0) {
				t.Errorf("%s: notes %q", name, r.Header().Notes)
			}
			r.Close()
		}
		// A table whose content is damaged is not needed.
		b := bytes.Clone(data)
		for i := end + 20; i < len(b); i += 7 {
			b[i] ^= 0x55
		}
		got, rep, err := v4Collect(b, false, nil)
		if derr := eventstest.Diff(got, ev); derr != nil || err != nil || len(rep.Warnings) != 1 {
			t.Error(comp, derr, err, rep.Warnings)
		}
	}
}

func TestJAERClockIsUnfolded(t *testing.T) {
	h := &events.Header{Geometry: v4Size, Streams: []events.Stream{{Kind: events.KindEvents}, {ID: 1, Kind: events.KindTrigger}, {ID: 2, Kind: events.KindIMU}, {ID: 3, Kind: events.KindFrames}}}
	const turn = 1 << 32
	fold := func(t int64) int64 { return int64(int32(t)) }
	var s v4Seekable
	var want []events.Event
	v4Write(t, &s, h, events.WriteOptions{}, func(w events.RecordWriter) error {
		var err error
		// Two and a half turns, one event in 10 minutes; then events that are late around a turn.
		for k := range int64(18) {
			at := k * 600_000_000
			err = errors.Join(err, w.Write([]events.Event{{T: fold(at)}}), w.WriteTriggers([]events.Trigger{{T: fold(at)}}), w.WriteIMU([]events.IMU{{T: fold(at)}}), w.WriteFrame(&events.Frame{T: fold(at), Format: events.Gray8}))
			want = append(want, events.Event{T: at})
		}
		for _, at := range []int64{5*turn/2 - 5, 5*turn/2 + 2, 5*turn/2 - 3, 5*turn/2 + 4} {
			err = errors.Join(err, w.Write([]events.Event{{T: fold(at)}}))
			want = append(want, events.Event{T: at})
		}
		return err
	})
	for _, workers := range []int{1, 3} {
		var rec v4Records
		rec.read(t, v4Source(s.b, false), events.Options{Workers: workers}, 100)
		if err := eventstest.Diff(rec.events, want); err != nil {
			t.Error(err)
		}
		for k := range rec.triggers {
			if at := int64(k) * 600_000_000; rec.triggers[k].T != at || rec.imus[k].T != at || rec.frames[k].T != at {
				t.Errorf("trigger %d at %d, imu %d, frame %d", k, rec.triggers[k].T, rec.imus[k].T, rec.frames[k].T)
			}
		}
	}
	_, rep, err := v4Collect(s.b, false, nil)
	if err != nil || rep.Wraps != 3+2+2+2 || rep.Backward != 1 {
		t.Errorf("%v, %d wraps, %d backward", err, rep.Wraps, rep.Backward)
	}
}

func TestHugeSizesAreRefused(t *testing.T) {
	data := v4Encode(t, eventstest.Sample(10, v4Size, 4), "none", 0)
	first, _ := v4Packets(data)
	for _, size := range []uint32{1 << 20, 1 << 28, 1<<28 + 1, 1<<31 - 1} {
		for _, pipe := range []bool{false, true} {
			for _, salvage := range []bool{false, true} {
				b := binary.LittleEndian.AppendUint32(bytes.Clone(data[:first+4]), size)
				b = append(b, "a few bytes"...)
				v4SetTable(b, -1)
				grown := v4Allocated(func() {
					_, rep, err := v4Collect(b, pipe, &events.Options{Workers: 1, Salvage: salvage})
					if salvage != (err == nil) || salvage != rep.Loss.Any() {
						t.Errorf("%v, %+v", err, rep)
					}
				})
				if grown > 2<<20 {
					t.Errorf("a packet of %d bytes declared, pipe %v: %d KB allocated", size, pipe, grown>>10)
				}
			}
		}
	}
	head := binary.LittleEndian.AppendUint32(bytes.Clone(data[:14]), 1<<24)
	grown := v4Allocated(func() {
		if _, err := events.Decode(io.MultiReader(bytes.NewReader(head), strings.NewReader("xml")), "", nil); !errors.Is(err, events.ErrTruncated) {
			t.Error(err)
		}
	})
	if grown > 1<<20 {
		t.Errorf("a header of 16 MB declared: %d KB allocated", grown>>10)
	}
}
