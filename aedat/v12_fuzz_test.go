package aedat_test

import (
	"bytes"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// decodeAny reads any bytes; a refusal is fine, a panic is not. It returns what
// could be read and whether the end was reached without an error.
func decodeAny(t *testing.T, data []byte, o events.Options) ([]events.Event, *events.Header, events.Report, bool) {
	t.Helper()
	r, err := events.Decode(bytes.NewReader(data), "", &o)
	if err != nil {
		return nil, nil, events.Report{}, false
	}
	defer r.Close()
	ev, err := events.Collect(r)
	if o.Salvage && err != nil {
		t.Fatalf("salvaging: %v", err)
	}
	rep := r.Report()
	if int64(len(ev)) != rep.Streams[0].Records {
		t.Fatalf("%d events, %d reported", len(ev), rep.Streams[0].Records)
	}
	if rep.Loss.Any() && !o.Salvage {
		t.Fatalf("a loss without salvaging: %+v", rep.Loss)
	}
	return ev, r.Header(), rep, err == nil
}

// stable writes events with a format that can hold them and reads them back.
func stable(t *testing.T, format string, ev []events.Event, g events.Geometry) {
	t.Helper()
	f, err := events.FormatByName(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := f.Create(&b, &events.Header{Geometry: g}, events.WriteOptions{})
	if err != nil {
		return // a size that the format does not hold
	}
	if err := w.Write(ev); err != nil {
		return // an event that it does not hold: told, not lost
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, _, _, ok := decodeAny(t, b.Bytes(), events.Options{})
	if !ok {
		t.Fatalf("what %s wrote cannot be read", format)
	}
	if err := eventstest.Diff(again, ev); err != nil {
		t.Fatalf("written as %s and read back: %v", format, err)
	}
}

// sums that a fuzzed decoding must meet however it is done.
func fuzzText(f *testing.F, format string) {
	f.Fuzz(func(t *testing.T, data []byte, salvage, topLeft bool) {
		if len(data) == 0 {
			return
		}
		var c tapped
		o := events.Options{Format: format, Salvage: salvage}
		plain, h, _, ok := decodeAny(t, data, o)
		o.Tap = c.tap()
		if topLeft {
			o.Origin = events.OriginTopLeft
		}
		turned, _, rep, again := decodeAny(t, data, o)
		if len(plain) != len(turned) || ok != again {
			t.Fatalf("%d events (%v) without a tap, %d (%v) with one", len(plain), ok, len(turned), again)
		}
		for i, e := range turned {
			if e.T != plain[i].T || e.P != plain[i].P || !topLeft && e != plain[i] {
				t.Fatalf("event %d is %v with a tap, %v without", i, e, plain[i])
			}
		}
		var frames, imu, triggers int64
		for _, s := range rep.Streams {
			switch s.Stream.Kind {
			case events.KindFrames:
				frames += s.Records
			case events.KindIMU:
				imu += s.Records
			case events.KindTrigger:
				triggers += s.Records
			}
		}
		if frames != int64(len(c.frames)) || imu != int64(len(c.imu)) || triggers != int64(len(c.triggers)) {
			t.Fatalf("reported %d frames, %d readings, %d triggers; the tap got %d, %d, %d", frames, imu, triggers, len(c.frames), len(c.imu), len(c.triggers))
		}
		if h != nil {
			stable(t, "aedat2", plain, h.Geometry)
			for i := range plain {
				plain[i].Src = 0 // AEDAT 2 refuses others, AEDAT 3 numbers them in the order of the file
			}
			stable(t, "aedat2", plain, h.Geometry)
			stable(t, "aedat3", plain, h.Geometry)
		}
	})
}

func FuzzV1(f *testing.F) {
	f.Add(v1File("#!AER-DAT1.0\r\n# DVS128\r\n", v12Word{dvs128Addr(3, 5, 1), 10}, v12Word{0x8001, 11}, v12Word{dvs128Addr(3, 5, 0), 9}), false, true)
	f.Add(v1File("", v12Word{7, 0x7fffffff}, v12Word{7, 0x80000000}, v12Word{7, 3}), true, false)
	fuzzText(f, "aedat1")
}

func FuzzAER(f *testing.F) {
	f.Add(v2File("", v12Word{7, 1}, v12Word{0x12345, 2}, v12Word{9, 1}), false, false)
	f.Add([]byte{0x23, 1, 2, 3, 4, 5, 6, 7, 8, 9}, true, true)
	fuzzText(f, "aer32")
}

func FuzzV2(f *testing.F) {
	f.Add(v2File(davis240, v12Word{davisAddr(3, 4, 1), 1}, v12Word{0x402, 2}, v12Word{imuAddr(0, 5), 3}, v12Word{imuAddr(1, 5), 3}, v12Word{apsAddr(0, 0, 0, 9), 4}, v12Word{apsAddr(0, 0, 1, 8), 5}, v12Word{apsAddr(0, 0, 0, 8), 6}, v12Word{davisAddr(239, 300, 1), 0x90000000}), false, true)
	f.Add(v2File(v2Head, v12Word{dvs128Addr(3, 5, 1), 10}, v12Word{0x8001, 11}), true, false)
	f.Add([]byte("#!AER-DAT2.0\r\n# Geometry: 9x9\r\n# Time base: 4294967296 us\r\n#End Of ASCII Header\r\n12345678abcdefgh9"), false, false)
	fuzzText(f, "aedat2")
}

func FuzzV3(f *testing.F) {
	ev := eventstest.Sample(20, size128, 1)
	p := v3Split(ev, 7, word31)
	f.Add(v3File(v3Head, p...), false, true)
	bad := v3File(v3Head, p[0], v3SpecialPkt(1, 2, 3), p[1], v3FramePkt(1, 2, 1, 3, 1, 2), p[2])
	f.Add(bad, true, false)
	bad = bytes.Clone(bad)
	bad[len(v3Head)+4] = 99
	f.Add(bad, true, false)
	f.Add(bad[:len(bad)-5], true, true)
	f.Add(v3File("#!AER-DAT3.0\r\n", v3PolarityPkt(3, ev, word30)), false, false)
	fuzzText(f, "aedat3")
}
