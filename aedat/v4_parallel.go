package aedat

import (
	"io"
	"runtime"
)

// start finds the data table and starts the workers, at the first Read: whoever
// only wants the header does not pay for them.
func (d *v4Decoder) start() {
	d.started = true
	s := &d.scan
	s.findTable()
	if s.at != nil {
		s.r = io.NewSectionReader(s.at, s.next, s.end-s.next)
	}
	n := d.opt.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	if n == 1 {
		d.lone = d.worker()
		d.limit = 1
		d.free = make(chan *v4Job, 1)
		return
	}
	d.limit = n + 2
	d.free, d.queue, d.work = make(chan *v4Job, d.limit), make(chan *v4Job, d.limit), make(chan *v4Job, d.limit)
	d.stop = make(chan struct{})
	for range d.limit {
		d.free <- newV4Job()
	}
	for range n {
		w := d.worker()
		d.wg.Add(1)
		go func() {
			defer d.wg.Done()
			defer w.unpacker.close()
			if s.at != nil {
				d.runFile(w)
			} else {
				d.runPipe(w)
			}
		}()
	}
}

func newV4Job() *v4Job { return &v4Job{ready: make(chan struct{}, 1)} }

func (d *v4Decoder) worker() *v4Worker {
	t := &d.opt.Tap
	return &v4Worker{
		unpacker: v4Unpacker{codec: d.codec},
		keep:     v4Keep{frames: t.Frame != nil, imus: t.IMU != nil, triggers: t.Trigger != nil},
	}
}

// runFile fills jobs and decodes them until the file ends.
func (d *v4Decoder) runFile(w *v4Worker) {
	for {
		var j *v4Job
		select {
		case <-d.stop:
			return
		case j = <-d.free:
		}
		d.mu.Lock()
		if d.scan.done {
			d.mu.Unlock()
			return
		}
		d.scan.scan(j)
		d.queue <- j // never waits: it has room for all jobs
		d.mu.Unlock()
		w.decode(j)
		j.ready <- struct{}{}
	}
}

// runPipe decodes the jobs that the caller fills.
func (d *v4Decoder) runPipe(w *v4Worker) {
	for {
		select {
		case <-d.stop:
			return
		case j := <-d.work:
			w.decode(j)
			j.ready <- struct{}{}
		}
	}
}

// next makes the next job the current one. With wait false it does so only if
// that takes no time.
func (d *v4Decoder) next(wait bool) bool {
	switch {
	case d.lone != nil:
		if !wait {
			return false
		}
		d.job = d.fill()
		d.lone.decode(d.job)
	case d.scan.at != nil:
		if !d.nextFile(wait) {
			return false
		}
	default:
		if !d.nextPipe(wait) {
			return false
		}
	}
	d.place = 0
	return true
}

// fill scans a job in the caller's goroutine.
func (d *v4Decoder) fill() *v4Job {
	var j *v4Job
	select {
	case j = <-d.free:
	default:
		j = newV4Job()
	}
	d.scan.scan(j)
	return j
}

func (d *v4Decoder) nextFile(wait bool) bool {
	if d.head == nil && wait {
		d.head = <-d.queue
	} else if d.head == nil {
		select {
		case d.head = <-d.queue:
		default:
			return false
		}
	}
	return d.takeHead(wait)
}

// nextPipe keeps the workers busy: it fills jobs while the oldest one is being decoded.
func (d *v4Decoder) nextPipe(wait bool) bool {
	for {
		if d.head == nil {
			select {
			case d.head = <-d.queue:
			default:
			}
		}
		if d.head != nil && d.takeHead(false) {
			return true
		}
		if !wait {
			return false
		}
		if d.scan.done || len(d.free) == 0 {
			return d.takeHead(true)
		}
		j := d.fill()
		d.queue <- j
		d.work <- j
	}
}

func (d *v4Decoder) takeHead(wait bool) bool {
	if wait {
		<-d.head.ready
	} else {
		select {
		case <-d.head.ready:
		default:
			return false
		}
	}
	d.job, d.head = d.head, nil
	return true
}

// shutdown ends the workers and waits for them.
func (d *v4Decoder) shutdown() {
	if d.stop != nil {
		close(d.stop)
		d.wg.Wait()
		d.stop = nil
	}
	d.job, d.head, d.free, d.queue, d.work = nil, nil, nil, nil, nil
}
