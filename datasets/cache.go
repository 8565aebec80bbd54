package datasets

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// Cache keeps encoded data sets on disk, as .dvset files.
//
// A set is found again by its content, not by names or times of files: the key is a
// hash of the bytes of every recording (of the packed bytes, in an archive), of names, labels
// and order, of every setting, and of the program itself, so that a stale set is
// never served. Reading all bytes to make the key is the price: files of a format
// that decodes as fast as N-MNIST's are encoded anew in about the time that the key and
// the kept set take, and the cache gains nothing there. Recordings in a .zip come from
// it four to five times as fast as they are unpacked and encoded.
//
// The folder may be emptied at any time. The cache empties it too: when its sets take more
// than MaxBytes, those that have not been used for longest go.
type Cache struct {
	// Dir is where they are kept; "" is the folder dvsim in the user's cache
	// (os.UserCacheDir).
	Dir string
	// MaxBytes is how much the sets may take; 0 is 4 GiB.
	MaxBytes int64
}

const (
	// cacheVersion is raised when the meaning of a key or of what is kept changes.
	cacheVersion = 1
	cacheBytes   = 4 << 30
)

// Encode is [Encode], with its result kept and served again. A damaged set is made
// anew, a folder that cannot be written is no error: Report.Notes tell.
func (c *Cache) Encode(ctx context.Context, recs []Recording, e Encoding) (*trace.Set, Report, error) {
	if err := e.check(recs); err != nil {
		return nil, Report{}, err
	}
	dir, err := c.folder()
	if err != nil {
		return noting(ctx, recs, e, err)
	}
	key, err := cacheKey(ctx, recs, &e)
	if err != nil {
		return Encode(ctx, recs, e) // it will say so with all others, or stop with ctx
	}
	name := filepath.Join(dir, key+".dvset")
	s, rep, err := load(name, key)
	if err == nil {
		now := time.Now()
		os.Chtimes(name, now, now) // used: for keep
		if e.Progress != nil {
			e.Progress(len(recs), len(recs))
		}
		return s, rep, nil
	}
	damaged := !errors.Is(err, fs.ErrNotExist)
	s, rep, eerr := Encode(ctx, recs, e)
	if eerr != nil {
		return nil, rep, eerr
	}
	if s.About, eerr = about(key, &e, &rep); eerr == nil {
		eerr = trace.WriteSet(name, s)
	}
	if damaged {
		rep.Notes = append(rep.Notes, fmt.Sprintf("cache: %v; the data set was encoded anew", err))
	}
	if eerr != nil {
		rep.Notes = append(rep.Notes, fmt.Sprintf("cache: the encoded data set could not be kept: %v", eerr))
	}
	c.keep(dir, name)
	return s, rep, nil
}

// noting encodes without the cache and says why.
func noting(ctx context.Context, recs []Recording, e Encoding, why error) (*trace.Set, Report, error) {
	s, rep, err := Encode(ctx, recs, e)
	rep.Notes = append(rep.Notes, fmt.Sprintf("cache: %v", why))
	return s, rep, err
}

// folder makes the folder of the cache.
func (c *Cache) folder() (string, error) {
	dir := c.Dir
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(user, "dvsim")
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// kept is what a cached set says of itself, as Set.About.
type kept struct {
	Key      string   `json:"key"`
	Settings settings `json:"settings"`
	Report   Report   `json:"report"`
}

// settings are what an encoding depends on, beside the recordings. All fields of
// Encoding but Workers and Progress are here.
type settings struct {
	Input      network.Input   `json:"input"`
	Network    string          `json:"network,omitempty"`
	Bins       int             `json:"bins,omitempty"`
	DtUS       int64           `json:"dt_us,omitempty"`
	Steps      int             `json:"steps,omitempty"`
	DurationUS int64           `json:"duration_us,omitempty"`
	Classes    []string        `json:"classes"`
	Fit        network.FitMode `json:"fit,omitempty"`
	Format     string          `json:"format,omitempty"`
	Size       events.Geometry `json:"size"`
	Origin     events.Origin   `json:"origin,omitempty"`
	Salvage    bool            `json:"salvage,omitempty"`
}

func (e *Encoding) settings() settings {
	return settings{*e.Input, e.Network, e.Bins, e.DtUS, e.Steps, e.DurationUS, e.Classes, e.Fit, e.Format, e.Size, e.Origin, e.Salvage}
}

func about(key string, e *Encoding, rep *Report) (string, error) {
	b, err := json.Marshal(kept{key, e.settings(), *rep})
	return string(b), err
}

// load reads a set that was kept. fs.ErrNotExist says that there is none.
func load(name, key string) (*trace.Set, Report, error) {
	s, err := trace.OpenSet(name)
	if err != nil {
		return nil, Report{}, err
	}
	var k kept
	if err := json.Unmarshal([]byte(s.About), &k); err != nil {
		return nil, Report{}, fmt.Errorf("%s: %w", name, err)
	}
	if k.Key != key {
		return nil, Report{}, fmt.Errorf("%s: the set has another key, %s", name, k.Key)
	}
	k.Report.Cached = true
	return s, k.Report, nil
}

// cacheKey hashes all that an encoded set depends on, to 128 bits.
func cacheKey(ctx context.Context, recs []Recording, e *Encoding) (string, error) {
	sums, err := contentSums(ctx, recs, e.Workers)
	if err != nil {
		return "", err
	}
	set, err := json.Marshal(e.settings())
	if err != nil {
		return "", err
	}
	b := fmt.Appendf(nil, "dvset %d\n%x\n%s\n%d\n", cacheVersion, programSum(), set, len(recs))
	for i := range recs {
		b = binary.AppendUvarint(b, uint64(len(recs[i].Name)))
		b = append(b, recs[i].Name...)
		b = binary.AppendUvarint(b, uint64(recs[i].Label))
		b = binary.LittleEndian.AppendUint64(b, sums[i])
	}
	var second xxhash.Digest
	second.ResetWithSeed(1)
	second.Write(b)
	return fmt.Sprintf("%016x%016x", xxhash.Sum64(b), second.Sum64()), nil
}

// contentSums hashes the bytes of all recordings, in parallel.
func contentSums(ctx context.Context, recs []Recording, workers int) ([]uint64, error) {
	sums := make([]uint64, len(recs))
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var crew sync.WaitGroup
	for range min(cmp.Or(max(workers, 0), runtime.GOMAXPROCS(0)), len(recs)) {
		crew.Go(func() {
			buf := make([]byte, 256<<10)
			var h xxhash.Digest
			for i := int(next.Add(1)) - 1; i < len(recs) && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				h.Reset()
				err := ctx.Err()
				if err == nil && recs[i].content == nil {
					err = errNoContent
				}
				if err == nil {
					err = recs[i].content.sum(&h, buf)
				}
				if err != nil {
					failed.Store(&err)
				}
				sums[i] = h.Sum64()
			}
		})
	}
	crew.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return sums, nil
}

// programSum is a hash of the program that runs: another build may decode or
// encode in another way.
var programSum = sync.OnceValue(func() uint64 {
	h := xxhash.New()
	if name, err := os.Executable(); err == nil {
		if f, err := os.Open(name); err == nil {
			defer f.Close()
			io.Copy(h, f)
		}
	}
	return h.Sum64()
})

// keep removes the sets that have not been used for longest until all fit, but never
// the one just made, and what interrupted programs left behind.
func (c *Cache) keep(dir, name string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	type set struct {
		path string
		size int64
		used time.Time
	}
	var sets []set
	total := int64(0)
	for _, d := range list {
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		s := set{filepath.Join(dir, d.Name()), info.Size(), info.ModTime()}
		switch {
		case filepath.Ext(s.path) == ".dvset":
			total += s.size
			if s.path != name {
				sets = append(sets, s)
			}
		case strings.HasPrefix(d.Name(), ".") && strings.Contains(d.Name(), ".dvset.") && time.Since(s.used) > 24*time.Hour:
			os.Remove(s.path)
		}
	}
	slices.SortFunc(sets, func(a, b set) int { return a.used.Compare(b.used) })
	for _, s := range sets {
		if total <= cmp.Or(c.MaxBytes, cacheBytes) {
			return
		}
		if os.Remove(s.path) == nil {
			total -= s.size
		}
	}
}
