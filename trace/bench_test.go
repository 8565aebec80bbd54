package trace

import (
	"bytes"
	"io"
	"testing"
)

// BenchmarkRecord is what a recorder adds to a run, and what reading a trace costs.
func BenchmarkRecord(b *testing.B) {
	s := large()
	spikes := 0
	for _, c := range s.calls {
		spikes += len(c.index)
	}
	file := encode(b, s)
	b.Logf("%d spikes, %d bytes", spikes, len(file))
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"recorder=hash", func() error { return s.Replay(&Hash{}) }},
		{"recorder=memory", func() error { return s.Replay(&Memory{}) }},
		{"recorder=file", func() error { return s.Replay(NewWriter(io.Discard)) }},
		{"reader", func() error {
			r, err := NewReader(bytes.NewReader(file), Options{})
			if err != nil {
				return err
			}
			return r.Replay(Tee())
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(spikes)*1e9, "ns/spike")
		})
	}
}
