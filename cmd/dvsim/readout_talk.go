package main

import "dvsim/trace"

// talk is the readout of a flat layer. Its spikes come in bursts, one for each
// thing that is shown, with silence between them; a burst is what the label with
// the most spikes says, as in training. A layer that never falls silent is judged
// about once a second.
type talk struct {
	labels []string
	unit   int64 // µs of a step

	counts   []int64 // of the burst under way, by label
	all      int64   // their sum
	from, to int64
	said     []seen
}

const (
	talkSilence = 150_000   // µs without a spike end a burst …
	talkLongest = 1_000_000 // … and so does its length, in µs
)

func newTalk(l trace.Layer, unit int64) *talk {
	return &talk{labels: l.Labels, unit: unit, counts: make([]int64, l.C)}
}

func (k *talk) flat() bool { return true }

func (k *talk) spikes(t int64, index []uint32) {
	if k.all > 0 && (t-k.to >= talkSilence || t-k.from >= talkLongest) {
		k.close()
	}
	if k.all == 0 {
		k.from = t
	}
	k.to = t + k.unit
	k.all += int64(len(index))
	for _, i := range index {
		k.counts[i]++
	}
}

// close ends the burst under way.
func (k *talk) close() {
	best := 0
	for c, n := range k.counts {
		if n > k.counts[best] {
			best = c
		}
	}
	s := seen{Label: k.labels[best], FromUS: k.from, ToUS: k.to, Spikes: k.counts[best], all: k.all}
	clear(k.counts)
	k.all = 0
	if !s.clear() {
		return
	}
	if n := len(k.said); n > 0 {
		// The next second of one that is still shown.
		if last := &k.said[n-1]; last.Label == s.Label && s.FromUS-last.ToUS < talkSilence {
			last.ToUS, last.Spikes, last.all = s.ToUS, last.Spikes+s.Spikes, last.all+s.all
			last.Share = float64(last.Spikes) / float64(last.all)
			return
		}
	}
	s.Share = float64(s.Spikes) / float64(s.all)
	k.said = append(k.said, s)
}

func (k *talk) seen() []seen {
	if k.all > 0 {
		k.close()
	}
	return k.said
}
