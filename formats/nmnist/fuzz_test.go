package nmnist_test

import (
	"bytes"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// FuzzDecode: any bytes are events; those that can be written come back.
func FuzzDecode(f *testing.F) {
	f.Add(file(raw{x: 1, y: 2, p: 1, t: 3}, raw{x: 49, y: 240, t: 4}, raw{x: 5, y: 6, t: 1}), false)
	f.Add(file(raw{t: 8_000_000}, raw{t: 3}), true)
	f.Add([]byte{1, 2, 3, 4, 5, 6}, false)
	f.Fuzz(func(t *testing.T, data []byte, salvage bool) {
		if len(data) == 0 {
			return
		}
		ev, h, rep := decode(t, data, &events.Options{Format: "nmnist", Salvage: salvage})
		if int64(len(ev))+rep.Special != int64(len(data)/5) {
			t.Fatalf("%d events and %d marks of %d bytes", len(ev), rep.Special, len(data))
		}
		form, err := events.FormatByName("nmnist")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w, err := form.Create(&b, h, events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(ev); err != nil {
			return // unfolded times or row 240: told, not lost
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if b.Len() == 0 {
			return
		}
		again, _, _ := decode(t, b.Bytes(), &events.Options{Format: "nmnist", Geometry: h.Geometry})
		for i := 1; i < len(ev); i++ {
			if d := ev[i].T - ev[i-1].T; d <= -1<<22 {
				return // such a step is a turn of the clock when it is read
			}
		}
		if err := eventstest.Diff(again, ev); err != nil {
			t.Fatal(err)
		}
	})
}
