package bench

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/learn"
	"dvsim/network"
)

// Training jobs: the network of snnTorch's tutorial, with its settings.
const (
	JobNMNIST   = "nmnist"      // 2312-256-10 on N-MNIST, 25 bins, an epoch from memory
	JobLoad     = "nmnist+load" // the same, every file read and binned in the epoch
	JobTutorial = "tutorial"    // 784-256-10 on MNIST, constant input over 25 steps
)

// TrainJobs lists the jobs, and TrainPeers who can be put beside us.
var (
	TrainJobs  = []string{JobNMNIST, JobLoad, JobTutorial}
	TrainPeers = []string{"snntorch", "spikingjelly", "snntorch-compile"}
)

// TrainRun is what one program needed for a job: the seconds of each epoch.
type TrainRun struct {
	Job       string    `json:"job"`
	Who       string    `json:"who"`
	Seconds   []float64 `json:"seconds"`
	Samples   int       `json:"samples"`
	PeakBytes int64     `json:"peak_bytes"`
	Error     string    `json:"error,omitempty"`
}

// Best is the fastest epoch after the first, which warms up and compiles.
func (r *TrainRun) Best() float64 {
	if len(r.Seconds) < 2 {
		return 0
	}
	return slices.Min(r.Seconds[1:])
}

// Median is the median of the epochs after the first.
func (r *TrainRun) Median() float64 {
	if len(r.Seconds) < 2 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.Seconds[1:]))
	return s[len(s)/2]
}

// Train does a job in this process.
func Train(ctx context.Context, job, data string, epochs, workers int) (*TrainRun, error) {
	r := &TrainRun{Job: job}
	if job == JobTutorial {
		return r, r.tutorial(ctx, data, epochs, workers)
	}
	list, err := datasets.Find(data, datasets.FindOptions{})
	if err != nil {
		return nil, err
	}
	defer list.Close()
	net, err := network.Builtin("nmnist", events.Geometry{})
	if err != nil {
		return nil, err
	}
	e := datasets.Encoding{Input: &net.Input, Bins: 25, Classes: list.Classes, Workers: workers}
	t := learn.Trainer{Net: net, Surrogate: learn.FastSigmoid(25), Workers: workers, Seed: 1}
	defer t.Close()
	set, _, err := datasets.Encode(ctx, list.Train, e)
	if err != nil {
		return nil, err
	}
	r.Samples = len(set.Samples)
	for range epochs {
		began := time.Now()
		if job == JobLoad {
			if set, _, err = datasets.Encode(ctx, list.Train, e); err != nil {
				return nil, err
			}
		}
		t.Epochs++
		if _, err := t.Fit(ctx, learn.Spikes(set), nil); err != nil {
			return nil, err
		}
		r.Seconds = append(r.Seconds, time.Since(began).Seconds())
	}
	return r, nil
}

func (r *TrainRun) tutorial(ctx context.Context, data string, epochs, workers int) error {
	train, _, err := datasets.OpenMNIST(data)
	if err != nil {
		return err
	}
	net, err := network.Builtin("tutorial", events.Geometry{})
	if err != nil {
		return err
	}
	set, err := learn.Pictures(learn.PictureSet{Pixels: train.Pixels, Labels: train.Labels, Size: train.Rows * train.Cols, Steps: 25, Classes: train.Classes()})
	if err != nil {
		return err
	}
	t := learn.Trainer{Net: net, Workers: workers, Seed: 1}
	defer t.Close()
	r.Samples = train.Len()
	for range epochs {
		began := time.Now()
		t.Epochs++
		if _, err := t.Fit(ctx, set, nil); err != nil {
			return err
		}
		r.Seconds = append(r.Seconds, time.Since(began).Seconds())
	}
	return nil
}

//go:embed train_peers.py
var trainPeers []byte

// TrainPeer has a peer do a job, in a process of its own. python is the interpreter
// that has it.
func TrainPeer(ctx context.Context, python, peer, job, data string, epochs, threads int) (*TrainRun, error) {
	module := map[string]string{"snntorch": "snntorch", "snntorch-compile": "snntorch", "spikingjelly": "spikingjelly"}[peer]
	if err := installed(ctx, python, peer, module); err != nil {
		return nil, err
	}
	r := &TrainRun{}
	if err := script(ctx, r, python, trainPeers, peer, job, data, strconv.Itoa(epochs), strconv.Itoa(threads)); err != nil {
		return nil, fmt.Errorf("%s: %w", peer, err)
	}
	r.Job, r.Who = job, peer
	return r, nil
}

// TrainChild has a copy of this program do a job, in a process of its own, on one of
// the paths through package kernel. args make it call Train and print the result
// as JSON.
func TrainChild(ctx context.Context, path string, args ...string) (*TrainRun, error) {
	r := &TrainRun{}
	if err := child(ctx, r, []string{"DVSIM_KERNEL=" + path}, args...); err != nil {
		return nil, fmt.Errorf("dvsim %s: %w", path, err)
	}
	r.Who = "dvsim " + path
	return r, nil
}
