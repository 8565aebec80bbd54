package learn

import (
	"context"
	"fmt"
	"time"

	"dvsim/network"
)

// order is the order of the samples in an epoch: of the seed and the epoch alone.
func order(seed uint64, epoch, n int) []int {
	return network.Stream(seed, fmt.Sprintf("order/%d", epoch)).Perm(n)
}

// epoch goes on with the epoch under way until it is done.
func (t *Trainer) epoch(ctx context.Context, train, test Data) error {
	s := &t.state
	samples := order(t.Seed, s.Epoch, train.Len())
	batches := (len(samples) + t.batch() - 1) / t.batch()
	rate := func(batch int) float64 { return t.rate(float64(s.Epoch) + float64(batch)/float64(batches)) }
	for s.Batch < batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		began := time.Now()
		lo := s.Batch * t.batch()
		batch := samples[lo:min(lo+t.batch(), len(samples))]
		t.m.load(train, batch, s.Epoch)
		loss, err := t.step(rate(s.Batch))
		if err != nil {
			return err
		}
		t.m.predict(t.loss())
		s.Sum.add(t.m, loss, len(batch))
		s.Batch++
		s.Sum.Seconds += time.Since(began).Seconds()
		if t.Progress != nil {
			t.Progress(Progress{Epoch: s.Epoch, Epochs: t.epochs(), Batch: s.Batch, Batches: batches, Loss: s.Sum.Loss / float64(s.Sum.Samples)})
		}
	}
	e := Epoch{
		Epoch: s.Epoch + 1, Loss: s.Sum.Loss / float64(s.Sum.Samples), TrainAccuracy: float64(s.Sum.Right) / float64(s.Sum.Samples),
		LearningRate: rate(batches - 1), Seconds: s.Sum.Seconds,
	}
	e.HiddenSpikes, e.OutputSpikes = perSample(s.Sum.Spikes, s.Sum.Samples)
	if test != nil {
		r, err := t.Evaluate(ctx, test)
		if err != nil {
			return err
		}
		a := r.Accuracy()
		e.TestAccuracy = &a
		e.HiddenSpikes, e.OutputSpikes = perSample(r.Spikes, r.Samples)
	}
	s.History = append(s.History, e)
	s.Epoch, s.Batch, s.Sum = s.Epoch+1, 0, sums{}
	t.store()
	if t.AfterEpoch != nil {
		return t.AfterEpoch(e)
	}
	return nil
}

func (t *Trainer) rate(epoch float64) float64 {
	base := t.Optimizer.filled().LR
	if t.Schedule == nil {
		return base
	}
	return t.Schedule.Rate(base, epoch, t.epochs())
}

func (s *sums) add(m *machine, loss float64, samples int) {
	s.Loss += loss * float64(samples)
	s.Samples += samples
	for b, label := range m.labels {
		if m.predicted[b] == label {
			s.Right++
		}
	}
	if len(s.Spikes) != len(m.layers) {
		s.Spikes = make([]int64, len(m.layers))
	}
	m.spikes(s.Spikes)
}

// perSample is the number of spikes a sample: of the hidden layers, and of the last.
func perSample(spikes []int64, samples int) (hidden, output float64) {
	last := len(spikes) - 1
	for _, n := range spikes[:last] {
		hidden += float64(n)
	}
	return hidden / float64(samples), float64(spikes[last]) / float64(samples)
}

// step takes one step of training with the batch that is loaded.
func (t *Trainer) step(rate float64) (loss float64, err error) {
	m := t.m
	m.forward()
	if loss, err = t.judge(); err != nil {
		return 0, err
	}
	m.stream = scramble(t.Seed + scramble(uint64(t.state.Updates)))
	m.backward()
	if err := t.finiteGradients(loss); err != nil {
		return 0, err
	}
	t.state.Updates++
	t.update(t.Optimizer.step(t.state.Updates, rate))
	return loss, nil
}

// judge asks the loss and the penalties about the batch and collects their gradients.
func (t *Trainer) judge() (float64, error) {
	m, loss := t.m, t.loss()
	m.grad.PerSpike = resize(m.grad.PerSpike, len(m.output.Spikes))
	clear(m.grad.PerSpike)
	m.grad.PerPotential = nil
	if loss.OnPotential() {
		m.grad.PerPotential = make([]float32, len(m.output.Potential))
	}
	value := loss.Of(&m.output, m.labels, &m.grad)
	value += t.penalise()
	return value, t.healthy(value)
}

// update changes all parameters by their gradients. Without clipping, each row of
// weights is changed as soon as its gradient is known; with it, all gradients have
// to be known first.
func (t *Trainer) update(u update) {
	now := func(p *param, lo, hi int, g []float32) { p.update(u, lo, hi, g) }
	if t.Clip == 0 {
		t.gradients(now)
	} else {
		t.keep()
		t.shorten()
		for _, l := range t.m.layers {
			for _, p := range l.params {
				t.m.crew.do(ranges, func(_, i int) {
					lo, hi := sourceRange(len(p.x), i)
					now(p, lo, hi, p.grad[lo:hi])
				})
			}
		}
	}
	for _, l := range t.m.layers {
		l.settleParams()
	}
}

// gradients makes the gradients of all parameters and hands them to done, row by
// row. A parameter may change as soon as its gradient is handed over: nothing that
// comes later reads it.
func (t *Trainer) gradients(done func(p *param, lo, hi int, g []float32)) {
	for i, l := range t.m.layers {
		t.m.weights(i, done)
		t.m.neurons(l, done)
	}
}

// keep makes all gradients and keeps them in the parameters.
func (t *Trainer) keep() {
	for _, l := range t.m.layers {
		for _, p := range l.params {
			p.grad = resize(p.grad, len(p.x))
		}
	}
	t.gradients(func(p *param, lo, hi int, g []float32) { copy(p.grad[lo:hi], g) })
}
