package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/spf13/pflag"
)

// profiles are what --cpuprofile and --memprofile ask for, of any verb.
type profiles struct {
	cpu, mem string
	file     *os.File // that of the running CPU profile
}

func (p *profiles) register(fl *pflag.FlagSet) {
	fl.StringVar(&p.cpu, "cpuprofile", "", `write a profile of the processor time, for "go tool pprof"`)
	fl.StringVar(&p.mem, "memprofile", "", `write a profile of the memory at the end, for "go tool pprof"`)
}

// start begins the profiles; what cannot be written is an error before the work.
func (p *profiles) start() error {
	for _, path := range []string{p.cpu, p.mem} {
		if path == "" {
			continue
		}
		if err := writable(path); err != nil {
			return err
		}
	}
	if p.cpu == "" {
		return nil
	}
	f, err := os.Create(p.cpu)
	if err != nil {
		return friendly(err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	p.file = f
	return nil
}

// stop writes the profiles, also of a verb that has failed.
func (p *profiles) stop() error {
	var err error
	if p.file != nil {
		pprof.StopCPUProfile()
		if e := p.file.Close(); e != nil {
			err = fmt.Errorf("%s: %w", p.cpu, e)
		}
	}
	if p.mem == "" {
		return err
	}
	return errors.Join(err, p.memory())
}

func (p *profiles) memory() error {
	f, err := os.Create(p.mem)
	if err != nil {
		return friendly(err)
	}
	runtime.GC() // numbers are as of the last collection
	if err := errors.Join(pprof.WriteHeapProfile(f), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", p.mem, err)
	}
	return nil
}
