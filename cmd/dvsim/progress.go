package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows a bar with rate and time left on a terminal, for work that
// takes longer than a second. On anything but a terminal it does nothing.
type progress struct {
	o    *opened
	bar  *progressbar.ProgressBar // nil: not on a terminal
	next time.Time                // when to draw next
}

// progress starts the clock; the bar appears a second later.
func (a *app) progress(name string, o *opened) *progress {
	p := &progress{o: o, next: time.Now().Add(time.Second)}
	if terminal(a.err) {
		p.bar = progressbar.NewOptions64(o.size, // -1, for a pipe, makes a spinner
			progressbar.OptionSetWriter(os.Stderr),
			progressbar.OptionSetDescription(displayName(name)),
			progressbar.OptionShowBytes(true),
			progressbar.OptionSetPredictTime(o.size > 0),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(false))
	}
	return p
}

// tick is called once a batch of events.
func (p *progress) tick() {
	if p.bar == nil {
		return
	}
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(100 * time.Millisecond)
	at := p.o.read.Load()
	if p.o.size > 0 {
		at = min(at, p.o.size-1) // the bar ends when the work does
	}
	_ = p.bar.Set64(at) // a bar that cannot be drawn is no failure of the work
}

// done takes the bar away.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
