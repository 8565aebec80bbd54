//go:build !windows

package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

// peakMemory returns the largest resident set of the process so far, in bytes.
func peakMemory() int64 {
	// On Linux the peak that getrusage tells begins with that of the process that
	// started this one; VmHWM does not.
	if text, err := os.ReadFile("/proc/self/status"); err == nil {
		if _, after, ok := bytes.Cut(text, []byte("VmHWM:")); ok {
			if f := bytes.Fields(after); len(f) > 0 {
				if k, err := strconv.ParseInt(string(f[0]), 10, 64); err == nil {
					return k * 1024
				}
			}
		}
	}
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(ru.Maxrss) // bytes there, kilobytes elsewhere
	}
	return int64(ru.Maxrss) * 1024
}
