package bench

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
)

// On a recording nothing is drawn: Sinabs and snnTorch on steps of 1 ms and NEST on
// steps of 0.1 ms must spike exactly as often as we do. Peers take long to start, so
// the test is asked for: DVSIM_PEERS=.venv-peers (an absolute path) go test ./bench -run PeersAgree.
func TestPeersAgree(t *testing.T) {
	venv := os.Getenv("DVSIM_PEERS")
	if venv == "" {
		t.Skip("DVSIM_PEERS is not set: it names a virtual environment with the peers")
	}
	python, err := Python(venv)
	if err != nil {
		t.Fatal(err)
	}
	file := recordingFile(t)
	for job, peers := range map[string][]string{"dense": {"sinabs", "snntorch", "snntorch-layerwise"}, "dense-grid": {"nest"}, "conv346": {"snntorch"}} {
		job, _ := FindNetworkJob(job)
		o := &NetworkOptions{Recording: file, Workers: 1}
		ours, err := RunNetwork(context.Background(), job, o)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := Export(job, o, dir); err != nil {
			t.Fatal(err)
		}
		for _, peer := range peers {
			r, err := NetworkPeer(context.Background(), python, peer, dir, 1)
			switch {
			case errors.Is(err, ErrNoPeer):
				t.Log(err)
			case err != nil:
				t.Error(err)
			case !slices.Equal(r.Spikes, ours.Spikes):
				t.Errorf("%s: %s gives %v spikes, we %v", job.Name, peer, r.Spikes, ours.Spikes)
			}
		}
	}
}
