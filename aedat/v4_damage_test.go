package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/internal/reference"
)

// v4RealFile is a real recording and its events, packet by packet. Tests change copies.
type v4RealFile struct {
	data      []byte
	steps     []v4Step
	perPacket [][]events.Event
}

var v4RealFiles = map[string]v4RealFile{}

func v4Real(t testing.TB, name string) (data []byte, steps []v4Step, perPacket [][]events.Event) {
	t.Helper()
	f, ok := v4RealFiles[name]
	if !ok {
		f.data, f.steps, f.perPacket = v4ReadReal(t, name)
		v4RealFiles[name] = f
	}
	return f.data, f.steps, f.perPacket
}

func v4ReadReal(t testing.TB, name string) (data []byte, steps []v4Step, perPacket [][]events.Event) {
	t.Helper()
	data, err := os.ReadFile(reference.Shared(t, "data", "aedat4", name))
	if err != nil {
		t.Fatal(err)
	}
	all, rep, err := v4Collect(data, false, &events.Options{Workers: 1})
	if err != nil || rep.Loss.Any() {
		t.Fatal(err, rep.Loss)
	}
	_, steps = v4Packets(data)
	// Each packet alone, behind the header without a table, tells its events.
	first := steps[0].off
	for _, s := range steps {
		one := slices.Concat(data[:first], data[s.off:s.off+8+s.size])
		v4SetTable(one, -1)
		ev, _, err := v4Collect(one, true, &events.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		perPacket = append(perPacket, ev)
	}
	if err := eventstest.Diff(slices.Concat(perPacket...), all); err != nil {
		t.Fatal(err)
	}
	return data, steps, perPacket
}

// v4SetTable changes the place of the data table in a header as dv-processing and this package write it.
func v4SetTable(b []byte, at int64) { binary.LittleEndian.PutUint64(b[54:], uint64(at)) }

func without(all [][]events.Event, lost ...int) []events.Event {
	var out []events.Event
	for i, p := range all {
		if !slices.Contains(lost, i) {
			out = append(out, p...)
		}
	}
	return out
}

// v4EachWay reads a damaged recording strictly and in salvage, from files and pipes, by 1 and 3 workers.
func v4EachWay(t *testing.T, data []byte, check func(t *testing.T, pipe, salvage bool, ev []events.Event, rep events.Report, err error)) {
	t.Helper()
	for _, workers := range []int{1, 3} {
		for _, pipe := range []bool{false, true} {
			for _, salvage := range []bool{false, true} {
				t.Run(fmt.Sprintf("workers=%d,pipe=%v,salvage=%v", workers, pipe, salvage), func(t *testing.T) {
					ev, rep, err := v4Collect(data, pipe, &events.Options{Workers: workers, Salvage: salvage})
					check(t, pipe, salvage, ev, rep, err)
				})
			}
		}
	}
}

// The four cases of formats.md: what becomes of a damaged recording.

func TestDamageCutInTheMiddle(t *testing.T) {
	data, steps, packets := v4Real(t, "davis346_dv_lz4.aedat4")
	cut := len(data) / 2
	whole := 0
	for whole < len(steps) && steps[whole].off+8+steps[whole].size <= cut {
		whole++
	}
	before := slices.Concat(packets[:whole]...)
	at := int64(steps[whole].off)
	missing := int64(len(slices.Concat(packets...)) - len(before))
	v4EachWay(t, data[:cut], func(t *testing.T, _, salvage bool, ev []events.Event, rep events.Report, err error) {
		if derr := eventstest.Diff(ev, before); derr != nil {
			t.Error(derr)
		}
		if !salvage {
			var fe *events.FormatError
			if !errors.As(err, &fe) || fe.Offset != at || !errors.Is(err, events.ErrTruncated) || !strings.Contains(fe.Part, fmt.Sprint("packet ", whole+1)) {
				t.Errorf("%v, want the packet at %d", err, at)
			}
			return
		}
		if err != nil || rep.Loss.Packets != 1 || len(rep.Loss.Gaps) != 1 || rep.Loss.Gaps[0].Offset != at || rep.Loss.Bytes != int64(cut)-at || rep.Loss.MaxEvents < missing {
			t.Errorf("%v, %+v; missing are %d", err, rep.Loss, missing)
		}
	})
}

func TestDamageCutBetweenPackets(t *testing.T) {
	data, steps, packets := v4Real(t, "davis346_dv_lz4.aedat4")
	v4EachWay(t, data[:steps[100].off], func(t *testing.T, _, salvage bool, ev []events.Event, rep events.Report, err error) {
		if derr := eventstest.Diff(ev, slices.Concat(packets[:100]...)); derr != nil {
			t.Error(derr)
		}
		if salvage != (err == nil) || salvage != rep.Loss.Any() || !salvage && !errors.Is(err, events.ErrTruncated) {
			t.Errorf("%v, %+v", err, rep.Loss)
		}
	})
}

func TestDamageTableCutOff(t *testing.T) {
	for _, name := range []string{"davis346_dv_lz4.aedat4", "davis346_dv_none.aedat4"} {
		data, steps, packets := v4Real(t, name)
		last := steps[len(steps)-1]
		end := last.off + 8 + last.size
		cuts := []int{end, end + 100, end + 3, len(data) - 1}
		if testing.Short() {
			cuts = cuts[:2]
		}
		for _, cut := range cuts {
			v4EachWay(t, data[:cut], func(t *testing.T, pipe, _ bool, ev []events.Event, rep events.Report, err error) {
				if derr := eventstest.Diff(ev, slices.Concat(packets...)); derr != nil || err != nil || rep.Loss.Any() {
					t.Errorf("%s cut at %d: %v, %v, %+v", name, cut, derr, err, rep.Loss)
				}
				if !pipe && len(rep.Warnings) == 0 {
					t.Errorf("%s cut at %d: no warning", name, cut)
				}
			})
		}
	}
}

func TestDamageSixteenBytes(t *testing.T) {
	data, steps, packets := v4Real(t, "davis346_dv_lz4.aedat4")
	which := []int{117, 0, 1, 235} // packets of events come first
	if testing.Short() {
		which = which[:1]
	}
	for _, k := range which {
		damage := func(b []byte) []byte {
			copy(b[steps[k].off+8+steps[k].size/2:], bytes.Repeat([]byte{0xAA}, 16))
			return b
		}
		eventstest.TestSalvage(t, data, damage, "aedat4", len(packets[k]))
		v4EachWay(t, damage(bytes.Clone(data)), func(t *testing.T, _, salvage bool, ev []events.Event, rep events.Report, err error) {
			if !salvage {
				var fe *events.FormatError
				if !errors.As(err, &fe) || fe.Offset != int64(steps[k].off) || fe.Part != fmt.Sprintf("packet %d (lz4)", k+1) || fe.Hint != events.HintSalvage {
					t.Errorf("%v", err)
				}
				if derr := eventstest.Diff(ev, slices.Concat(packets[:k]...)); derr != nil {
					t.Error(derr)
				}
				return
			}
			if derr := eventstest.Diff(ev, without(packets, k)); derr != nil || err != nil {
				t.Error(derr, err)
			}
			want := events.Gap{Offset: int64(steps[k].off), Bytes: int64(8 + steps[k].size), Packets: 1, MaxEvents: int64(len(packets[k]))}
			if len(rep.Loss.Gaps) != 1 {
				t.Fatalf("%+v", rep.Loss)
			}
			got := rep.Loss.Gaps[0]
			got.Err = nil
			if got != want {
				t.Errorf("gap %+v, want %+v", got, want)
			}
		})
	}
}

// Bytes overwritten anywhere in any packet of events: nothing but that packet is
// lost, and the damage hardly ever stays unseen.
func TestDamageAnywhereInAPacket(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	patterns := map[string]func([]byte){
		"ff": func(b []byte) { copy(b, bytes.Repeat([]byte{0xff}, 16)) },
		"00": func(b []byte) { clear(b[:16]) },
		"random": func(b []byte) {
			binary.LittleEndian.PutUint64(b, rng.Uint64())
			binary.LittleEndian.PutUint64(b[8:], rng.Uint64())
		},
		"flip": func(b []byte) { b[0] ^= 1 << rng.IntN(8) },
	}
	runs := 80
	if testing.Short() {
		runs = 4
	}
	for _, name := range []string{"davis346_dv_lz4.aedat4", "davis346_dv_none.aedat4", "davis346_dv_zstd.aedat4"} {
		data, steps, packets := v4Real(t, name)
		for pattern, overwrite := range patterns {
			unseen := 0
			for range runs {
				k := rng.IntN(236)
				b := bytes.Clone(data)
				at := steps[k].off + 8 + rng.IntN(steps[k].size-16)
				overwrite(b[at:])
				if bytes.Equal(b, data) {
					continue
				}
				ev, rep, err := v4Collect(b, rng.IntN(2) == 0, &events.Options{Workers: 1, Salvage: true})
				if err != nil {
					t.Fatalf("%s, %s at %d: %v", name, pattern, at, err)
				}
				if !rep.Loss.Any() {
					unseen++
					if len(ev) != len(without(packets)) {
						t.Errorf("%s, %s at %d: %d events without a word", name, pattern, at, len(ev))
					}
					continue
				}
				if derr := eventstest.Diff(ev, without(packets, k)); derr != nil || rep.Loss.Packets != 1 {
					t.Errorf("%s, %s at %d in packet %d: %v, %+v", name, pattern, at, k+1, derr, rep.Loss)
				}
			}
			t.Logf("%s, %s: %d of %d unseen", name, pattern, unseen, runs)
			// Without compression a changed event is just another event, unless it is an impossible one.
			if limit := map[string]int{"ff": 0, "00": 0, "random": 0, "flip": runs / 2}[pattern]; name == "davis346_dv_lz4.aedat4" && unseen > limit || name == "davis346_dv_zstd.aedat4" && unseen > runs/2 {
				t.Errorf("%s, %s: %d of %d unseen", name, pattern, unseen, runs)
			}
		}
	}
}

func TestDamagedHeaderOfAPacket(t *testing.T) {
	names := []string{"davis346_dv_lz4.aedat4", "davis346_dv_none.aedat4", "davis346_dv_zstd.aedat4"}
	if testing.Short() {
		names = names[:2]
	}
	for _, name := range names {
		data, steps, packets := v4Real(t, name)
		which := []int{0, 100, 235, 300}
		if testing.Short() {
			which = which[1:2]
		}
		for _, k := range which {
			for what, damage := range map[string]func(b []byte){
				"stream":      func(b []byte) { b[2] = 0x40 },
				"negative":    func(b []byte) { b[7] |= 0x80 },
				"longer":      func(b []byte) { binary.LittleEndian.PutUint32(b[4:], binary.LittleEndian.Uint32(b[4:])+3001) },
				"shorter":     func(b []byte) { binary.LittleEndian.PutUint32(b[4:], binary.LittleEndian.Uint32(b[4:])/2) },
				"huge":        func(b []byte) { b[6] = 0xff },
				"overwritten": func(b []byte) { copy(b, "################") },
			} {
				b := bytes.Clone(data)
				damage(b[steps[k].off:])
				v4EachWay(t, b, func(t *testing.T, pipe, salvage bool, ev []events.Event, rep events.Report, err error) {
					at := int64(steps[k].off)
					if !salvage {
						var fe *events.FormatError
						if !errors.As(err, &fe) || pipe && fe.Offset < at || !pipe && fe.Offset != at {
							t.Errorf("%s, packet %d, %s: %v, want offset %d", name, k+1, what, err, at)
						}
						if derr := eventstest.Diff(ev, slices.Concat(packets[:k]...)); derr != nil {
							t.Errorf("%s, packet %d, %s: %v", name, k+1, what, derr)
						}
						return
					}
					// From a file the data table tells the header, and only what was overwritten besides is lost.
					lost := []int{k}
					if !pipe && what != "overwritten" {
						lost = nil
					}
					if derr := eventstest.Diff(ev, without(packets, lost...)); derr != nil || err != nil {
						t.Errorf("%s, packet %d, %s: %v, %v, %+v", name, k+1, what, derr, err, rep.Loss)
					}
					if !rep.Loss.Any() || rep.Loss.MaxEvents < int64(len(slices.Concat(packets...))-len(ev)) {
						t.Errorf("%s, packet %d, %s: %+v", name, k+1, what, rep.Loss)
					}
				})
			}
		}
	}
}

func TestDamageAcrossPackets(t *testing.T) {
	data, steps, packets := v4Real(t, "davis346_dv_lz4.aedat4")
	rng := rand.New(rand.NewPCG(3, 4))
	b := bytes.Clone(data)
	from, to := steps[50].off+100, steps[60].off+100
	for i := from; i < to; i++ {
		b[i] = byte(rng.Uint32())
	}
	lost := []int{50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60}
	missing := 0
	for _, k := range lost {
		missing += len(packets[k])
	}
	eventstest.TestSalvage(t, data, func([]byte) []byte { return b }, "aedat4", missing)
	ev, _, err := v4Collect(b, true, &events.Options{Salvage: true})
	if derr := eventstest.Diff(ev, without(packets, lost...)); derr != nil || err != nil {
		t.Error(derr, err)
	}
	// Bytes that are gone altogether: everything behind moves.
	b = slices.Concat(data[:from], data[to:])
	ev, rep, err := v4Collect(b, false, &events.Options{Salvage: true})
	if derr := eventstest.Diff(ev, without(packets, lost...)); derr != nil || err != nil || !rep.Loss.Any() {
		t.Error(derr, err, rep.Loss)
	}
}

func TestDamagedFileHeader(t *testing.T) {
	data := v4Encode(t, eventstest.Sample(100, v4Size, 1), "lz4", 0)
	first, _ := v4Packets(data)
	for n := range first {
		for _, pipe := range []bool{false, true} {
			for _, salvage := range []bool{false, true} {
				_, _, err := v4Collect(data[:n], pipe, &events.Options{Format: "aedat4", Salvage: salvage})
				want := events.ErrTruncated
				if n == 0 {
					want = events.ErrEmpty
				}
				var fe *events.FormatError
				if !errors.Is(err, want) || !errors.As(err, &fe) || fe.Hint == "" || fe.Offset > int64(n) {
					t.Fatalf("cut at %d: %v", n, err)
				}
			}
		}
	}
	empty := bytes.Clone(data[:first])
	v4SetTable(empty, -1)
	if ev, _, err := v4Collect(empty, true, &events.Options{Format: "aedat4"}); len(ev) != 0 || err != nil {
		t.Errorf("nothing but a header, without a table: %v", err)
	}
	for what, damage := range map[string]func([]byte){
		"version":     func(b []byte) { b[10] = '1' },
		"size":        func(b []byte) { b[17] = 0x7f },
		"identifier":  func(b []byte) { b[22] = 'X' },
		"root":        func(b []byte) { b[20] = 0xff },
		"vtable":      func(b []byte) { b[32] = 0xff },
		"compression": func(b []byte) { b[46] = 9 },
		"info":        func(b []byte) { b[80] = '<' },
	} {
		b := bytes.Clone(data)
		damage(b)
		var fe *events.FormatError
		if _, _, err := v4Collect(b, false, &events.Options{Format: "aedat4"}); !errors.As(err, &fe) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestForeignStreamIsPassedOver(t *testing.T) {
	ev := eventstest.Sample(300, v4Size, 1)
	for _, comp := range []string{"none", "lz4"} {
		data := v4Encode(t, ev, comp, 100)
		_, steps := v4Packets(data)
		end := steps[2].off + 8 + steps[2].size
		pose := v4Encode(t, ev[:50], comp, 100)
		_, one := v4Packets(pose)
		packet := pose[one[0].off : one[0].off+8+one[0].size]
		binary.LittleEndian.PutUint32(packet, 5)
		foreign := bytes.Clone(packet)
		if comp == "none" {
			copy(foreign[8+8:], "POSE")
		} else {
			continue
		}
		b := slices.Concat(data[:steps[1].off], foreign, data[steps[1].off:end])
		v4SetTable(b, -1)
		got, rep, err := v4Collect(b, false, nil)
		if derr := eventstest.Diff(got, ev); derr != nil || err != nil {
			t.Fatal(derr, err)
		}
		if len(rep.Streams) != 2 || rep.Streams[1].Stream.ID != 5 || rep.Streams[1].Packets != 1 || len(rep.Warnings) != 1 {
			t.Errorf("%+v", rep)
		}
		// The events of a stream that nobody declared are not passed over in silence.
		b = slices.Concat(data[:steps[1].off], packet, data[steps[1].off:end])
		v4SetTable(b, -1)
		if _, _, err := v4Collect(b, false, nil); !errors.Is(err, events.ErrCorrupt) {
			t.Errorf("%v", err)
		}
	}
}

func TestDamageWithoutChecksumIsDoubted(t *testing.T) {
	ev := eventstest.Sample(3000, v4Size, 1)
	for i := range ev {
		ev[i].T += 1 << 50
	}
	data := v4Encode(t, ev, "none", 1000)
	_, steps := v4Packets(data)
	at := steps[1].off + 8 + 32 + 16*500
	for what, damage := range map[string]func(b []byte){
		"polarity":       func(b []byte) { b[12] = 2 },
		"x beyond":       func(b []byte) { binary.LittleEndian.PutUint16(b[8:], 346) },
		"y beyond":       func(b []byte) { binary.LittleEndian.PutUint16(b[10:], 260) },
		"x negative":     func(b []byte) { b[9] = 0x80 },
		"time far ahead": func(b []byte) { b[6] ^= 1 },
		"time far back":  func(b []byte) { clear(b[:8]) },
	} {
		eventstest.TestSalvage(t, data, func(b []byte) []byte { damage(b[at:]); return b }, "aedat4", 1000)
		b := bytes.Clone(data)
		damage(b[at:])
		if what == "x beyond" || what == "y beyond" {
			// Where the header is wrong, the size can be given: nothing is lost.
			got, rep, err := v4Collect(b, false, &events.Options{Geometry: events.Geometry{Width: 640, Height: 480}})
			if err != nil || len(got) != 3000 || rep.OutOfBounds != 0 {
				t.Error(err, rep)
			}
		}
	}
}

func TestWrongSizeInHeaderIsTold(t *testing.T) {
	ev := eventstest.Sample(3000, v4Size, 1)
	data := v4Encode(t, ev, "none", 1000)
	data = bytes.Replace(data, []byte(">346<"), []byte(">128<"), 1)
	got, rep, err := v4Collect(data, false, nil)
	if derr := eventstest.Diff(got, ev); derr != nil || err != nil {
		t.Fatal(derr, err)
	}
	if rep.OutOfBounds == 0 || len(rep.Warnings) != 1 {
		t.Errorf("%+v", rep)
	}
}

// Any damage gives the same from a file whatever the number of workers, and never hangs.
func TestWorkersAgreeOnAnyDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	runs := 2000
	if testing.Short() {
		runs = 100
	}
	var seeds [][]byte
	for _, comp := range v4Compressions {
		var s v4Seekable
		v4Seed(t, &s, comp)
		seeds = append(seeds, s.b)
	}
	for k := range runs {
		b := bytes.Clone(seeds[k%len(seeds)])
		for range 1 + rng.IntN(4) {
			at := rng.IntN(len(b))
			switch rng.IntN(4) {
			case 0:
				b[at] ^= 1 << rng.IntN(8)
			case 1:
				b[at] = byte(rng.Uint32())
			case 2:
				b = slices.Delete(b, at, min(len(b), at+1+rng.IntN(40)))
			case 3:
				b = b[:at+1]
			}
			if len(b) == 0 {
				b = []byte{'#'}
			}
		}
		for _, pipe := range []bool{false, true} {
			for _, salvage := range []bool{false, true} {
				want, wantRep, wantErr := v4Collect(b, pipe, &events.Options{Format: "aedat4", Workers: 1, Salvage: salvage})
				got, rep, err := v4Collect(b, pipe, &events.Options{Format: "aedat4", Workers: 3, Salvage: salvage})
				if derr := eventstest.Diff(got, want); derr != nil || fmt.Sprint(err) != fmt.Sprint(wantErr) || fmt.Sprint(rep.Loss) != fmt.Sprint(wantRep.Loss) {
					t.Fatalf("run %d, pipe %v, salvage %v: %v; %v, by one worker %v", k, pipe, salvage, derr, err, wantErr)
				}
			}
		}
	}
}
