package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"dvsim/internal/npz"
	"dvsim/network"
)

//go:embed network_peers.py
var networkPeers []byte

// NetworkChild has a copy of this program do a job in a process of its own. args
// make it call RunNetwork and print the result as JSON.
func NetworkChild(ctx context.Context, args ...string) (*NetworkRun, error) {
	r := &NetworkRun{}
	if err := child(ctx, r, nil, args...); err != nil {
		return nil, fmt.Errorf("dvsim: %w", err)
	}
	return r, nil
}

// NetworkPeer has a peer do a job that lies in dir (see [Export]), in a process of
// its own.
func NetworkPeer(ctx context.Context, python, peer, dir string, threads int) (*NetworkRun, error) {
	module := map[string]string{"snntorch-layerwise": "snntorch"}[peer]
	if module == "" {
		module = peer
	}
	if err := installed(ctx, python, peer, module); err != nil {
		return nil, err
	}
	r := &NetworkRun{}
	if err := script(ctx, r, python, networkPeers, peer, dir, strconv.Itoa(threads)); err != nil {
		return nil, fmt.Errorf("%s: %w", peer, err)
	}
	r.Who = peer
	return r, nil
}

// Export writes a job into a folder for the peers: net.toml, from which they make
// networks without input by the same numbers; and for those with input, data.npz
// with the input spikes (t in µs, index i of the input as y·W·C + x·C + c) and the
// weights (w0, w1, …, in our layout); job.json with the rest.
func Export(job NetworkJob, o *NetworkOptions, dir string) error {
	p, err := job.prepare(o)
	if err != nil {
		return err
	}
	text, err := job.text(o)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "net.toml"), text, 0o644); err != nil {
		return err
	}
	about := struct {
		Job        string `json:"job"`
		File       string `json:"file"`
		StepUS     int64  `json:"step_us"`
		DurationUS int64  `json:"duration_us"`
		Input      [3]int `json:"input"`
	}{job.Name, job.file, job.StepUS, p.duration, [3]int{p.net.Input.Shape.H, p.net.Input.Shape.W, p.net.Input.Shape.C}}
	if job.StepUS == 0 {
		about.StepUS = 100 // what the peers take
	}
	if job.Recording {
		arrays := p.arrays()
		if n := len(p.events); n > 0 {
			about.DurationUS = p.events[n-1].T - p.events[0].T
		}
		if err := npz.WriteFile(filepath.Join(dir, "data.npz"), arrays...); err != nil {
			return err
		}
	}
	line, err := json.Marshal(about)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "job.json"), line, 0o644)
}

// arrays are the input spikes and the weights.
func (p *prepared) arrays() []npz.Array {
	t := make([]int64, 0, len(p.events))
	at := make([]uint32, 0, len(p.events))
	enc := p.net.Input.Encoder()
	for i := range p.events {
		if index, verdict := enc.Index(&p.events[i]); verdict == network.Taken {
			t = append(t, p.events[i].T-p.events[0].T)
			at = append(at, index)
		}
	}
	list := []npz.Array{{Name: "t", Data: t}, {Name: "i", Data: at}}
	for _, l := range p.net.Layers {
		from := p.net.Input.Shape
		if s := l.In[0].From; s != network.FromInput {
			from = p.net.Layers[s].Shape
		}
		name := "w" + strconv.Itoa(len(list)-2)
		switch s := l.In[0].Synapses.(type) {
		case *network.Dense:
			list = append(list, npz.Array{Name: name, Shape: []int{from.Len(), l.Shape.Len()}, Data: s.W})
		case *network.Conv2D:
			list = append(list, npz.Array{Name: name, Shape: []int{s.K, s.K, from.C, l.Shape.C}, Data: s.W})
		}
	}
	return list
}
