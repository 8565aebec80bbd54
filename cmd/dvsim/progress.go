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

// counter shows how far work of counted pieces is, on a terminal and after a
// second. It may be used from one goroutine at a time.
type counter struct {
	bar  *progressbar.ProgressBar // nil: not on a terminal
	next time.Time
}

func (a *app) counter(what string) *counter {
	c := &counter{next: time.Now().Add(time.Second)}
	if terminal(a.err) {
		c.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(os.Stderr),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(false))
	}
	return c
}

// set shows that done of total pieces are done.
func (c *counter) set(what string, done, total int) {
	if c.bar == nil || time.Now().Before(c.next) {
		return
	}
	c.next = time.Now().Add(100 * time.Millisecond)
	c.bar.ChangeMax(total + 1) // the bar ends when the work does
	c.bar.Describe(what)
	_ = c.bar.Set(done)
}

func (c *counter) clear() {
	if c.bar != nil {
		_ = c.bar.Clear()
	}
}
