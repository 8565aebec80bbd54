package aedat_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// v4PeersScript reads each file with aedat, dv-processing and faery and prints
// counts and sums as one line of JSON.
const v4PeersScript = `
import json, sys
import numpy as np
def sums(parts):
    t, x, y, p = (np.concatenate([np.asarray(c[i]).astype(np.uint64) for c in parts]) if parts else np.empty(0, np.uint64) for i in range(4))
    return {"events": len(t), "on": int(p.sum()), "sum_t": int(t.sum(dtype=np.uint64)), "sum_x": int(x.sum()), "sum_y": int(y.sum())}
def by_aedat(f):
    import aedat
    ev, frames, imu, trig, temp = [], [], 0, 0, 0.0
    d = aedat.Decoder(f)
    for p in d:
        if "events" in p:
            e = p["events"]; ev.append((e["t"], e["x"], e["y"], e["on"]))
        elif "frame" in p:
            frames.append(int(p["frame"]["pixels"].sum(dtype=np.uint64)))
        elif "imus" in p:
            imu += len(p["imus"]); temp += float(p["imus"]["temperature"].sum())
        elif "triggers" in p:
            trig += len(p["triggers"])
    return dict(sums(ev), frames=frames, imus=imu, triggers=trig, temperature=temp)
def by_dv(f):
    import dv_processing as dv
    r = dv.io.MonoCameraRecording(f)
    ev, frames, imu, trig, temp = [], [], 0, 0, 0.0
    while r.isRunning("events"):
        b = r.getNextEventBatch()
        if b is None: break
        a = b.numpy(); ev.append((a["timestamp"], a["x"], a["y"], a["polarity"]))
    if r.isFrameStreamAvailable():
        while True:
            p = r.getNextFrame()
            if p is None: break
            frames.append(int(p.image.sum(dtype=np.uint64)))
    if r.isImuStreamAvailable():
        while True:
            p = r.getNextImuBatch()
            if p is None: break
            imu += len(p); temp += float(sum(x.temperature for x in p))
    if r.isTriggerStreamAvailable():
        while True:
            p = r.getNextTriggerBatch()
            if p is None: break
            trig += len(p)
    return dict(sums(ev), frames=frames, imus=imu, triggers=trig, temperature=temp, size=list(r.getEventResolution()))
def by_faery(f):
    import faery
    s = faery.events_stream_from_file(f)
    return dict(sums([(e["t"], e["x"], e["y"], e["on"]) for e in s]), size=list(s.dimensions()))
out = {}
for f in sys.argv[1:]:
    out[f] = {}
    for name, by in (("aedat", by_aedat), ("dv-processing", by_dv), ("faery", by_faery)):
        try:
            out[f][name] = by(f)
        except BaseException as e:
            out[f][name] = {"error": repr(e)[:300]}
print(json.dumps(out))
`

// v4Peer is what a peer says of a file.
type v4Peer struct {
	Error       string   `json:"error"`
	Events      int64    `json:"events"`
	On          int64    `json:"on"`
	SumT        uint64   `json:"sum_t"`
	SumX        uint64   `json:"sum_x"`
	SumY        uint64   `json:"sum_y"`
	Frames      []uint64 `json:"frames"`
	IMUs        int      `json:"imus"`
	Triggers    int      `json:"triggers"`
	Temperature float64  `json:"temperature"`
	Size        []int    `json:"size"`
}

// v4PeersPython finds the Python in which ../shared/peers/setup.sh installs the peers.
func v4PeersPython(t *testing.T) string {
	python := os.Getenv("DVSIM_PEERS")
	if python == "" {
		root, err := filepath.Abs("..")
		if err != nil {
			t.Fatal(err)
		}
		python = filepath.Join(root, ".venv-peers", "bin", "python")
	}
	if _, err := os.Stat(python); err != nil {
		t.Skipf("the peers are absent: %v; install them with ../shared/peers/setup.sh, or name their Python in DVSIM_PEERS", err)
	}
	return python
}

func TestPeersReadWhatWeWrite(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	python := v4PeersPython(t)
	streams := []events.Stream{{ID: 0, Kind: events.KindEvents}, {ID: 1, Kind: events.KindFrames}, {ID: 2, Kind: events.KindIMU}, {ID: 3, Kind: events.KindTrigger}}
	ev := eventstest.Sample(50_000, v4Size, 6)
	for i := range ev {
		ev[i].T += 1589163147368868
	}
	var d events.Digest
	d.Add(ev)
	sums := d.Sums()
	frame := events.Frame{T: ev[0].T, Begin: ev[0].T - 9, End: ev[0].T + 9, ExposureBegin: ev[0].T - 3, ExposureEnd: ev[0].T + 3, Width: 346, Height: 260, Format: events.Gray8, Source: 1, Pixels: make([]byte, 346*260)}
	var frameSum uint64
	for i := range frame.Pixels {
		frame.Pixels[i] = byte(i % 251)
		frameSum += uint64(i % 251)
	}
	imus := []events.IMU{{T: ev[0].T, Temperature: 30.5, Accel: [3]float32{0, 1, 0}}, {T: ev[0].T + 1000, Temperature: 31}}
	triggers := []events.Trigger{{T: ev[0].T, Source: events.TriggerExternalRise}, {T: ev[0].T + 5, Source: events.TriggerFrameEnd}, {T: ev[0].T + 9, Source: events.TriggerReset}}
	dir := t.TempDir()
	var args []string
	everything := map[string]bool{} // files with frames, IMU and triggers
	for _, comp := range v4Compressions {
		for _, only := range []bool{false, true} {
			h := &events.Header{Geometry: v4Size, Source: "dvsim_1", Streams: streams}
			name := filepath.Join(dir, comp+"_all.aedat4")
			if only {
				h.Streams, name = nil, filepath.Join(dir, comp+"_events.aedat4")
			}
			everything[name] = !only
			w, err := events.Create(name, "", h, events.WriteOptions{Compression: comp})
			if err != nil {
				t.Fatal(err)
			}
			if !only {
				r, _ := w.Records()
				err = errors.Join(r.WriteFrame(&frame), r.WriteIMU(imus), r.WriteTriggers(triggers))
			}
			if err := errors.Join(err, w.Write(ev), w.Close()); err != nil {
				t.Fatal(err)
			}
			args = append(args, name)
		}
	}
	cmd := exec.Command(python, append([]string{"-c", v4PeersScript}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]v4Peer
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, name := range args {
		for _, peer := range []string{"aedat", "dv-processing", "faery"} {
			p := got[name][peer]
			if p.Error != "" {
				t.Errorf("%s by %s: %s", filepath.Base(name), peer, p.Error)
				continue
			}
			if p.Events != sums.Events || p.On != sums.On || p.SumT != sums.SumT || p.SumX != sums.SumX || p.SumY != sums.SumY {
				t.Errorf("%s by %s: %+v, want %+v", filepath.Base(name), peer, p, sums)
			}
			if p.Size != nil && (p.Size[0] != 346 || p.Size[1] != 260) {
				t.Errorf("%s by %s: size %v", filepath.Base(name), peer, p.Size)
			}
			if peer == "faery" || !everything[name] {
				continue
			}
			if len(p.Frames) != 1 || p.Frames[0] != frameSum || p.IMUs != 2 || p.Triggers != 3 || p.Temperature != 61.5 {
				t.Errorf("%s by %s: %+v", filepath.Base(name), peer, p)
			}
		}
	}
}
