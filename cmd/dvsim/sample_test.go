package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"dvsim/datasets/sample"
)

// TestSample: without a file, dvsim run tells every digit of the built-in
// recording, in order, and when it is seen, through either engine.
func TestSample(t *testing.T) {
	hash := ""
	for _, engine := range []string{"event", "dense"} {
		var out, errs bytes.Buffer
		if code := run([]string{"run", "--json", "--raster", "none", "--engine", engine}, nil, &out, &errs); code != exitOK {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
		var r runResult
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.Network != "digits" || len(r.Seen) != len(sample.Schedule) {
			t.Fatalf("%s engine, network %s: %+v", engine, r.Network, r.Seen)
		}
		for i, s := range sample.Schedule {
			// The run begins with the first event, which is noise of the first milliseconds.
			const late, after = 120_000, 20_000
			if got := r.Seen[i]; got.Label != strconv.Itoa(s.Digit) || got.FromUS < s.From-10_000 || got.FromUS > s.From+late || got.ToUS > s.To+after || got.Share < 0.5 {
				t.Errorf("%s engine: digit %d from %d to %d µs is seen as %+v", engine, s.Digit, s.From, s.To, got)
			}
		}
		if hash == "" {
			hash = r.TraceHash
		}
		if r.TraceHash != hash {
			t.Errorf("trace %s, of the dense engine %s", hash, r.TraceHash)
		}
	}
}
