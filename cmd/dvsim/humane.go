package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"dvsim/events"
)

// rate writes a number a second with a prefix: 33.4 k, 1.2 M.
func rate(perSecond float64) string {
	for _, u := range []struct {
		f float64
		s string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if perSecond >= u.f {
			return fmt.Sprintf("%.3g%s", perSecond/u.f, u.s)
		}
	}
	return fmt.Sprintf("%.3g ", perSecond)
}

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// span writes microseconds for people: 2.360 s, 45.2 ms.
func span(us int64) string {
	switch d := time.Duration(us) * time.Microsecond; {
	case us < 0:
		return "-" + span(-us)
	case d >= time.Second:
		return fmt.Sprintf("%.3f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(us)/1e3)
	}
	return fmt.Sprintf("%d µs", us)
}

func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// table aligns rows whose cells are separated by tabs.
func table(w io.Writer, rows ...string) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(tw, r)
	}
	tw.Flush()
}

func count(n int64) string { return events.Thousands(n) }

// lossText tells what salvaging left out.
func lossText(l events.Loss) string {
	var b strings.Builder
	fmt.Fprintf(&b, "lost %s packets, %s bytes, at most %s events", count(l.Packets), count(l.Bytes), count(l.MaxEvents))
	for i, g := range l.Gaps {
		if i == 5 {
			fmt.Fprintf(&b, "\n  … and %d more places", len(l.Gaps)-i)
			break
		}
		fmt.Fprintf(&b, "\n  byte %s: %s bytes: %v", count(g.Offset), count(g.Bytes), g.Err)
	}
	return b.String()
}
