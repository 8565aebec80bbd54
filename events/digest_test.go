package events_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/internal/reference"
)

// TestDigestAgainstTruth reads plain 5-byte recordings, which need no codec, and
// compares with what an independent program found in them.
func TestDigestAgainstTruth(t *testing.T) {
	for _, name := range []string{"nmnist_sample.bin", "dvsgesture_1.bs2", "dvsgesture_6.bs2"} {
		raw, err := os.ReadFile(reference.Shared(t, "data", "atis", name))
		if err != nil {
			t.Fatal(err)
		}
		var ev []events.Event
		for i := 0; i+5 <= len(raw); i += 5 {
			b := raw[i:]
			ev = append(ev, events.Event{T: int64(b[2]&127)<<16 | int64(b[3])<<8 | int64(b[4]), X: uint16(b[0]), Y: uint16(b[1]), P: events.Polarity(b[2] >> 7)})
		}
		text, err := os.ReadFile(reference.Shared(t, "data", "truth", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ DVS map[string]any }
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		sums, err := events.Digested(events.FromSlice(events.Header{}, ev))
		if err != nil {
			t.Fatal(err)
		}
		if sums.Events == 0 {
			t.Errorf("%s: no events", name)
		}
		var got map[string]any
		text, err = json.Marshal(sums)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(doc.DVS) {
			t.Errorf("%s: %d fields, the truth has %d", name, len(got), len(doc.DVS))
		}
		for k, want := range doc.DVS {
			if got[k] != want {
				t.Errorf("%s: %s = %v, want %v", name, k, got[k], want)
			}
		}
	}
}

func TestDigestOfNothing(t *testing.T) {
	var d events.Digest
	d.Add(nil)
	text, err := json.Marshal(d.Sums())
	want := `{"events":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

var eventGen = rapid.Custom(func(t *rapid.T) events.Event {
	return events.Event{
		T: rapid.Int64().Draw(t, "t"), X: rapid.Uint16().Draw(t, "x"), Y: rapid.Uint16().Draw(t, "y"),
		P: events.Polarity(rapid.Uint8Range(0, 1).Draw(t, "p")), Src: rapid.Uint8().Draw(t, "src"),
	}
})

// The digest does not depend on how the stream is cut into batches.
func TestDigestByBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := rapid.SliceOfN(eventGen, 1, 100).Draw(t, "events")
		want := events.Sums{Events: int64(len(ev)), TFirst: ev[0].T, TLast: ev[len(ev)-1].T, TMin: ev[0].T, TMax: ev[0].T}
		h := sha256.New()
		for i, e := range ev {
			want.On += int64(e.P)
			want.TMin, want.TMax = min(want.TMin, e.T), max(want.TMax, e.T)
			want.XMax, want.YMax = max(want.XMax, e.X), max(want.YMax, e.Y)
			want.SumT += uint64(e.T)
			want.SumX += uint64(e.X)
			want.SumY += uint64(e.Y)
			if i > 0 && e.T < ev[i-1].T {
				want.TBackwards++
			}
			if err := binary.Write(h, binary.LittleEndian, struct {
				T    int64
				X, Y uint16
				P    uint8
			}{e.T, e.X, e.Y, uint8(e.P)}); err != nil {
				t.Fatal(err)
			}
		}
		want.SHA256 = hex.EncodeToString(h.Sum(nil))
		var d events.Digest
		for len(ev) > 0 {
			n := rapid.IntRange(0, len(ev)).Draw(t, "batch")
			d.Add(ev[:n])
			d.Sums() // looking does not disturb
			ev = ev[n:]
		}
		if got := d.Sums(); got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestSumsReadBack(t *testing.T) {
	want, err := events.Digested(events.FromSlice(events.Header{}, sample(100)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got events.Sums
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func BenchmarkDigest(b *testing.B) {
	ev := sample(events.BatchSize)
	var d events.Digest
	b.SetBytes(int64(16 * len(ev)))
	for b.Loop() {
		d.Add(ev)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ev)), "ns/event")
}
