package events

import (
	"io"
	"sync"
)

// AheadReader reads another Reader on a goroutine of its own.
type AheadReader struct {
	r    Reader
	full chan *aheadBatch // filled, towards Read
	free chan *aheadBatch // read, back to the goroutine
	quit chan struct{}
	wait sync.WaitGroup
	stop sync.Once

	cur  *aheadBatch
	rest []Event
	err  error // sticky
}

type aheadBatch struct {
	buf []Event
	n   int
	err error
}

// Ahead returns a Reader that decodes r on another goroutine, so that decoding
// and what is done with the events overlap. Two batches of [BatchSize] events go
// back and forth; nothing else is allocated.
//
// r must not be used by anyone else until Close has returned or Read has
// returned an error. A reader that is given up before its end must be closed, or
// its goroutine stays. Tap functions of r run on that goroutine.
func Ahead(r Reader) *AheadReader {
	a := &AheadReader{
		r:    r,
		full: make(chan *aheadBatch, 2),
		free: make(chan *aheadBatch, 2),
		quit: make(chan struct{}),
	}
	for range 2 {
		a.free <- &aheadBatch{buf: make([]Event, BatchSize)}
	}
	a.wait.Go(a.run)
	return a
}

func (a *AheadReader) run() {
	for {
		select {
		case <-a.quit:
			return
		case b := <-a.free:
			b.n, b.err = a.r.Read(b.buf)
			a.full <- b // never blocks: there are two batches and room for two
			if b.err != nil {
				return
			}
		}
	}
}

// Header returns the header of the Reader below.
func (a *AheadReader) Header() *Header { return a.r.Header() }

// Read gives the events of the Reader below, in order.
func (a *AheadReader) Read(dst []Event) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	for len(a.rest) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.cur != nil {
			if a.err = a.cur.err; a.err != nil {
				a.cur = nil
				a.wait.Wait() // the goroutine has ended: r is the caller's again
				return 0, a.err
			}
			a.free <- a.cur
		}
		a.cur = <-a.full
		a.rest = a.cur.buf[:a.cur.n]
	}
	n := copy(dst, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine and waits for it: a Read of the Reader below that is
// under way is not broken off. It does not close the Reader below. Read fails
// with [ErrClosed] afterwards, or repeats the error that it has returned already.
func (a *AheadReader) Close() error {
	a.stop.Do(func() {
		close(a.quit)
		a.wait.Wait()
		if a.err == nil {
			a.err = ErrClosed
		}
		a.cur, a.rest = nil, nil
	})
	return nil
}

var (
	_ Reader    = (*AheadReader)(nil)
	_ io.Closer = (*AheadReader)(nil)
)
