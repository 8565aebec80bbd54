package aedat_test

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/internal/reference"
)

// v12PeersScript reads AEDAT 2 and 3.1 with tonic, and writes AEDAT 1, 2 and 3.1
// with the few lines of ../shared/peers/mkdata.py. tonic 1.7.0's own readers of
// version 3 stop with an error, so its inner functions are asked.
const v12PeersScript = `
import json, sys, pathlib
import numpy as np
import tonic.io as io
sys.path.insert(0, sys.argv[1])
import mkdata
d = pathlib.Path(sys.argv[2])
def sums(t, x, y, p):
    t, x, y, p = (np.asarray(c).astype(np.uint64) for c in (t, x, y, p))
    return {"events": len(t), "on": int(p.sum()), "sum_t": int(t.sum(dtype=np.uint64)), "sum_x": int(x.sum()), "sum_y": int(y.sum())}
_, _, e = io.read_davis_346(str(d / "ours2.aedat"))
out = {"aedat2": sums(e["t"], 345 - e["x"], 259 - e["y"], e["p"])}
v, start, _ = io.read_aedat_header_from_file(str(d / "ours3.aedat"))
e = io.get_aer_events_from_file(str(d / "ours3.aedat"), v, start)
a = e["address"]
out["aedat3"] = sums(e["timeStamp"], a >> 17 & 0x7FFF, a >> 2 & 0x7FFF, a >> 1 & 1)
r = np.fromfile(d / "events.raw", np.dtype([("t", "<u8"), ("x", "<u2"), ("y", "<u2"), ("p", "u1")]))
mkdata.aedat1(d / "theirs1.aedat", r); mkdata.aedat2(d / "theirs2.aedat", r); mkdata.aedat3(d / "theirs3.aedat", r)
print(json.dumps(out))
`

func TestPeersAndTextFormats(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	python, mkdata := v4PeersPython(t), reference.Shared(t, "peers")
	g := events.Geometry{Width: 346, Height: 260}
	ev := eventstest.Sample(50_000, g, 6)
	dir := t.TempDir()
	var raw []byte
	var want struct {
		Events int    `json:"events"`
		On     uint64 `json:"on"`
		SumT   uint64 `json:"sum_t"`
		SumX   uint64 `json:"sum_x"`
		SumY   uint64 `json:"sum_y"`
	}
	for _, e := range ev {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(e.T))
		raw = binary.LittleEndian.AppendUint16(raw, e.X)
		raw = binary.LittleEndian.AppendUint16(raw, e.Y)
		raw = append(raw, byte(e.P))
		want.Events++
		want.On, want.SumT, want.SumX, want.SumY = want.On+uint64(e.P), want.SumT+uint64(e.T), want.SumX+uint64(e.X), want.SumY+uint64(e.Y)
	}
	if err := os.WriteFile(filepath.Join(dir, "events.raw"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, format := range map[string]string{"ours2.aedat": "aedat2", "ours3.aedat": "aedat3"} {
		w, err := events.Create(filepath.Join(dir, name), format, &events.Header{Geometry: g}, events.WriteOptions{})
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
	cmd := exec.Command(python, "-c", v12PeersScript, mkdata, dir)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, format := range []string{"aedat2", "aedat3"} {
		g, _ := json.Marshal(got[format])
		w, _ := json.Marshal(want)
		var a, b map[string]float64
		if json.Unmarshal(g, &a) != nil || json.Unmarshal(w, &b) != nil || len(a) != 5 {
			t.Fatalf("%s: %s", format, g)
		}
		for k := range b {
			if a[k] != b[k] {
				t.Errorf("%s as tonic reads it: %s is %.0f, want %.0f", format, k, a[k], b[k])
			}
		}
	}
	for i, name := range []string{"theirs1.aedat", "theirs2.aedat", "theirs3.aedat"} {
		r, err := events.Open(filepath.Join(dir, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		read, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		expect := ev
		if i == 0 { // 7 bits of x and y, written straight; the sensor counts x from the right and On as 0
			expect = nil
			for _, e := range ev {
				expect = append(expect, events.Event{T: e.T, X: 127 - e.X&127, Y: e.Y & 127, P: 1 - e.P})
			}
		}
		if err := eventstest.Diff(read, expect); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
