//go:build !windows

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMB is the largest resident set of a finished process.
func peakMB(p *os.ProcessState) float64 {
	ru, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	kb := float64(ru.Maxrss)
	if runtime.GOOS == "darwin" {
		kb /= 1024
	}
	return kb / 1024
}
