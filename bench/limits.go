package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"dvsim/internal/kernel"
)

// Limit is what the cores can do with an array of one size: add its rows onto
// accumulators that stay in registers and the first-level cache, which is the inner
// loop of every layer. Each addition reads one weight of 4 bytes.
type Limit struct {
	Name      string  `json:"name"`  // where such an array lies: L1, L2, L3, memory
	Bytes     int     `json:"bytes"` // of the array of each core
	Cores     int     `json:"cores"`
	Additions float64 `json:"additions_per_second"`       // of all cores together
	Bandwidth float64 `json:"read_bytes_per_second"`      // the same in bytes
	Scattered float64 `json:"scattered_bytes_per_second"` // rows of 256 bytes in no order
}

// limitColumns is the width of a row: 256 bytes, four cache lines.
const limitColumns = 64

// Limits measures what this machine can do at most, on one core and on so many as
// are given: about half a second. The sizes are a half of what the system says of the
// caches, and what is usual where it says nothing.
func Limits(cores int) []Limit {
	var list []Limit
	for _, size := range limitSizes() {
		list = append(list, limit(size.name, size.bytes, 1))
	}
	if cores > 1 {
		for _, size := range limitSizes() {
			list = append(list, limit(size.name, size.bytes, cores))
		}
	}
	return list
}

type limitSize struct {
	name  string
	bytes int
}

func limitSizes() []limitSize {
	half := func(index string, usual int) int {
		text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cache/" + index + "/size")
		if k, kerr := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(text)), "K")); err == nil && kerr == nil && k >= 16 {
			return k << 9
		}
		return usual
	}
	l2 := half("index2", 128<<10)
	return []limitSize{
		{"L1", half("index0", 16<<10)},
		{"L2", l2},
		{"L3", 4 * l2}, // larger than L2, and small enough for a shared cache
		{"memory", 64 << 20},
	}
}

// limitWhile is how long one measurement goes on; the fastest of its rounds counts.
const limitWhile = 30 * time.Millisecond

func limit(name string, size, cores int) Limit {
	l := Limit{Name: name, Bytes: size, Cores: cores}
	l.Additions = additions(size, cores, false)
	l.Bandwidth = 4 * l.Additions
	l.Scattered = 4 * additions(size, cores, true)
	return l
}

// additions a second of some cores, each with an array of its own.
func additions(size, cores int, scattered bool) float64 {
	perCore := make([]float64, cores)
	var g sync.WaitGroup
	for c := range cores {
		g.Go(func() {
			w := make([]float32, size/4/limitColumns*limitColumns)
			for i := range w {
				w[i] = float32(i&15) * 1e-3
			}
			rows := make([]uint32, len(w)/limitColumns)
			for i := range rows {
				rows[i] = uint32(i)
			}
			if scattered {
				rand.New(rand.NewPCG(1, uint64(c))).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			}
			acc := make([]float32, limitColumns)
			// Rounds of at least 1 MiB, so that the clock costs nothing.
			passes := max(1, (1<<20)/(4*len(w)))
			var rates []float64
			for start := time.Now(); len(rates) < 3 || time.Since(start) < limitWhile; {
				began := time.Now()
				for range passes {
					kernel.AddRows(acc, w, limitColumns, rows)
				}
				rates = append(rates, float64(passes*len(w))/time.Since(began).Seconds())
			}
			perCore[c] = slices.Max(rates)
		})
	}
	g.Wait()
	sum := 0.0
	for _, r := range perCore {
		sum += r
	}
	return sum
}

// LimitsChild has a copy of this program measure the limits and print them as a list
// in JSON: arrays of hundreds of MB do not count as ours then.
func LimitsChild(ctx context.Context, args ...string) ([]Limit, error) {
	var list []Limit
	if err := child(ctx, &list, nil, args...); err != nil {
		return nil, fmt.Errorf("limits of the machine: %w", err)
	}
	return list, nil
}

// Share is a rate of additions as a share of what the machine can do from its
// second-level cache with so many cores; 0 where that was not measured.
func Share(limits []Limit, cores int, additions float64) float64 {
	for _, l := range limits {
		if l.Name == "L2" && l.Cores == cores {
			return additions / l.Additions
		}
	}
	return 0
}
