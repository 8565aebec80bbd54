package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dvsim/internal/golden"

	"pgregory.net/rapid"
)

// randomSet makes a set; few of its steps are long.
func randomSet(rng *rand.Rand, samples, sources, steps, spikes int) *Set {
	s := &Set{
		Layer: Layer{Name: "input", H: 1, W: 1, C: sources}, Steps: steps, DtUS: int64(rng.IntN(3)) * 500,
		Classes: []string{"zero", "één", "2"}, About: "made by a test\n", Samples: []Sample{},
	}
	for i := range samples {
		m := Sample{Name: fmt.Sprintf("a/%05d.bin", i), Label: rng.IntN(3), Entries: []uint32{}, Ends: make([]uint32, steps)}
		for t := range m.Ends {
			var step []uint32
			for range rng.IntN(spikes + 1) {
				step = append(step, uint32(rng.IntN(sources)))
			}
			slices.Sort(step)
			for _, j := range slices.Compact(step) {
				n := 1
				if i%3 > 0 {
					n += rng.IntN(1 + rng.IntN(600))
				}
				m.Entries = AppendPacked(m.Entries, j, n)
			}
			m.Ends[t] = uint32(len(m.Entries))
		}
		s.Samples = append(s.Samples, m)
	}
	return s
}

func setBytes(t testing.TB, s *Set) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := s.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes: %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func sameSet(t interface{ Fatalf(string, ...any) }, got, want *Set) {
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("the set differs: %.300s, want %.300s", fmt.Sprint(got), fmt.Sprint(want))
	}
}

func TestSetRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		s := randomSet(rng, rapid.IntRange(0, 30).Draw(rt, "samples"), rapid.SampledFrom([]int{1, 10, 2312, MaxSources}).Draw(rt, "sources"), rapid.IntRange(1, 40).Draw(rt, "steps"), rapid.IntRange(0, 60).Draw(rt, "spikes"))
		got, err := ReadSet(bytes.NewReader(setBytes(t, s)))
		if err != nil {
			rt.Fatal(err)
		}
		sameSet(rt, got, s)
	})
}

// TestSetOfManyBlocks has units of several samples and samples of several blocks,
// and stretches that would unfold too far.
func TestSetOfManyBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	s := randomSet(rng, 8, 200_000, 4, 200_000)
	for range 200 {
		m := randomSet(rng, 1, 200_000, 4, 3000).Samples[0]
		m.Name = strings.Repeat("a long name ", 2000)
		s.Samples = append(s.Samples, m)
	}
	name := filepath.Join(t.TempDir(), "x.dvset")
	if err := WriteSet(name, s); err != nil {
		t.Fatal(err)
	}
	got, err := OpenSet(name)
	if err != nil {
		t.Fatal(err)
	}
	sameSet(t, got, s)
}

func TestWriteSetIsAtomic(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.dvset")
	if err := os.WriteFile(name, []byte("the old one"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := randomSet(rand.New(rand.NewPCG(1, 1)), 3, 10, 3, 5)
	s.Samples[2].Label = 7
	if err := WriteSet(name, s); err == nil {
		t.Fatal("a label without a class was written")
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "the old one" {
		t.Errorf("the old file: %q, %v", b, err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
	if _, err := randomSet(rand.New(rand.NewPCG(1, 1)), 3000, 100, 3, 50).WriteTo(&full{1000}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

func TestSetDamage(t *testing.T) {
	s := randomSet(rand.New(rand.NewPCG(5, 5)), 6, 40, 5, 9)
	b := setBytes(t, s)
	for n := range b {
		_, err := ReadSet(bytes.NewReader(b[:n]))
		var fe *FormatError
		if !errors.Is(err, ErrTruncated) || !errors.As(err, &fe) || fe.Offset > int64(n) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(b), err)
		}
	}
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x20
		if _, err := ReadSet(bytes.NewReader(c)); err == nil {
			t.Fatalf("byte %d of %d was changed and nobody noticed", i, len(b))
		}
	}
	if _, err := ReadSet(bytes.NewReader(append(bytes.Clone(b), 0))); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
	later := bytes.Clone(b)
	later[8] = 9
	if _, err := ReadSet(bytes.NewReader(later)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "dvset: byte 8: header: not supported: version 9") {
		t.Errorf("a later version: %v", err)
	}
	if _, err := ReadSet(strings.NewReader("\x89DVT\r\n\x1a\n12345678")); !errors.Is(err, ErrNotSet) {
		t.Errorf("another format: %v", err)
	}
	if _, err := OpenSet(filepath.Join(t.TempDir(), "none.dvset")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// sealed puts right checksums around a header and blocks that were made up.
func sealed(description string, blocks ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(append([]byte(setMagic), setVersion, 0, 0, 0), uint32(len(description)))
	b = append(b, description...)
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	return append(b, slices.Concat(blocks...)...)
}

// plainBlock is a block that is not compressed.
func plainBlock(samples uint32, flags uint16, raw []byte) []byte {
	h := setBlock{flags: flags | setPlain, stored: uint32(len(raw)), raw: uint32(len(raw)), samples: samples, sum: checksum(raw)}
	b := make([]byte, setBlockHeader)
	h.put(b)
	return append(b, raw...)
}

const tinyDescription = `{"layer":{"name":"input","h":1,"w":1,"c":4},"steps":2,"dt_us":0,"classes":["a","b"]}`

// TestSetLies has files whose checksums hold and whose content does not.
func TestSetLies(t *testing.T) {
	sample := []byte{1, 'x', 1, 0, 1, 2, 3, 0, 2}
	whole := sealed(tinyDescription, plainBlock(1, 0, sample))
	if _, err := ReadSet(bytes.NewReader(whole)); !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "there is no footer") {
		t.Fatalf("the block of this test must be good: %v", err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"label":           {sealed(tinyDescription, plainBlock(1, 0, []byte{0, 2, 0, 0, 0})), "label 2"},
		"source":          {sealed(tinyDescription, plainBlock(1, 0, []byte{0, 1, 0, 1, 0, 4})), "source 4"},
		"steps beyond":    {sealed(tinyDescription, plainBlock(1, 0, []byte{0, 1, 0, 9, 0, 4})), "step 0: a sample goes beyond"},
		"counts beyond":   {sealed(tinyDescription, plainBlock(1, 0, []byte{0, 1, 1, 1, 1, 0, 1, 1})), "goes beyond"},
		"count 0":         {sealed(tinyDescription, plainBlock(1, 0, []byte{0, 1, 1, 1, 0, 3, 0})), "count 0"},
		"name beyond":     {sealed(tinyDescription, plainBlock(1, 0, []byte{9, 1, 1, 1, 0, 3, 0})), "goes beyond"},
		"many samples":    {sealed(tinyDescription, plainBlock(1<<31, 0, sample)), "2147483648 samples in 9 bytes"},
		"rest":            {sealed(tinyDescription, plainBlock(1, 0, append(slices.Clone(sample), 0))), "1 bytes after the last sample"},
		"open unit":       {sealed(tinyDescription, plainBlock(1, setMore, sample), (&setTotals{}).footer(0)), "announces another"},
		"other unit":      {sealed(tinyDescription, plainBlock(1, setMore, sample), plainBlock(2, 0, sample)), "the block before announces 1"},
		"no block":        {sealed(tinyDescription, []byte("????")), "neither block nor footer"},
		"flags":           {sealed(tinyDescription, plainBlock(1, 16, sample)), "flags 0x12"},
		"wrong totals":    {append(slices.Clone(whole), (&setTotals{samples: 2}).footer(int64(len(whole)))...), "footer: damaged data: 1 samples"},
		"no steps":        {sealed(`{"layer":{"h":1,"w":1,"c":4},"steps":0,"classes":["a"]}`), "a set of 0 steps"},
		"many steps":      {sealed(`{"layer":{"h":1,"w":1,"c":4},"steps":99999999,"classes":["a"]}`), "a set of 99999999 steps"},
		"shape":           {sealed(`{"layer":{"h":3037000500,"w":3037000500,"c":4},"steps":1,"classes":["a"]}`), "impossible"},
		"negative step":   {sealed(`{"layer":{"h":1,"w":1,"c":4},"steps":1,"dt_us":-1,"classes":["a"]}`), "negative step"},
		"no JSON":         {sealed(`{`), "header: damaged data"},
		"huge header":     {append([]byte(setMagic), 1, 0, 0, 0, 255, 255, 255, 255), "a description of 4294967295 bytes"},
		"unfolds too far": {sealed(tinyDescription, hugeBlock()), "bytes unfold to 1048576"},
	} {
		if _, err := ReadSet(bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// hugeBlock announces a megabyte in ten bytes.
func hugeBlock() []byte {
	h := setBlock{stored: 10, raw: maxRaw, samples: 1}
	b := make([]byte, setBlockHeader+10)
	h.put(b)
	return b
}

// TestSetDeclaredSizes: what a file announces costs no memory.
func TestSetDeclaredSizes(t *testing.T) {
	steps := fmt.Sprintf(`{"layer":{"h":1,"w":1,"c":4},"steps":%d,"classes":["a"]}`, maxSteps)
	for _, data := range [][]byte{
		sealed(steps, plainBlock(1, 0, make([]byte, 100))),
		sealed(tinyDescription, plainBlock(1<<31, 0, make([]byte, 100))),
		append([]byte(setMagic), 1, 0, 0, 0, 0, 0, 0x3f, 0),
		sealed(tinyDescription, hugeBlock()),
		sealed(tinyDescription, plainBlock(1, 0, []byte{0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0})),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := ReadSet(bytes.NewReader(data)); err == nil {
			t.Error("no error")
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%d bytes of file, %d bytes of memory", len(data), n)
		}
	}
}

func FuzzReadSet(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 2))
	f.Add(setBytes(f, randomSet(rng, 4, 300, 3, 6)))
	f.Add(setBytes(f, randomSet(rng, 0, 1, 1, 0)))
	f.Add(sealed(tinyDescription, plainBlock(1, 0, []byte{1, 'x', 1, 0, 1, 2, 3, 0, 2})))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadSet(bytes.NewReader(data))
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		again, err := ReadSet(bytes.NewReader(setBytes(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		sameSet(t, again, s)
	})
}

// FuzzSetUnit gets past the checksums.
func FuzzSetUnit(f *testing.F) {
	s := randomSet(rand.New(rand.NewPCG(4, 4)), 3, 40, 3, 6)
	var b []byte
	for i := range s.Samples {
		b = appendSample(b, &s.Samples[i])
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		u := unitReader{b: data}
		for len(u.b) > 0 {
			var m Sample
			if u.sample(s, &m) != nil {
				return
			}
			r := unitReader{b: appendSample(nil, &m)}
			var again Sample
			if err := r.sample(s, &again); err != nil || !reflect.DeepEqual(m, again) {
				t.Fatalf("%v: %v, want %v", err, again, m)
			}
		}
	})
}

func BenchmarkSet(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := randomSet(rng, 1000, 2312, 25, 300) // as large as 1,000 recordings of N-MNIST
	for i := range s.Samples {
		for k := range s.Samples[i].Entries {
			source, _ := Unpack(s.Samples[i].Entries[k])
			s.Samples[i].Entries[k] = Pack(source, uint8(1+rng.IntN(17)/16))
		}
	}
	data := setBytes(b, s)
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := s.WriteTo(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := ReadSet(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestGoldenSet: today's reader reads the file that version 1 wrote, and its parts
// are where docs/formats/dvset.md says.
func TestGoldenSet(t *testing.T) {
	want := &Set{
		Layer: Layer{Name: "input", H: 1, W: 2, C: 2}, Steps: 3, DtUS: 1000, Classes: []string{"cat", "dog"}, About: "golden",
		Samples: []Sample{
			{Name: "cat/1.bin", Label: 0, Entries: []uint32{Pack(0, 1), Pack(3, 2), Pack(1, 255), Pack(1, 45)}, Ends: []uint32{2, 2, 4}},
			{Name: "dog/1.bin", Label: 1, Entries: []uint32{}, Ends: []uint32{0, 0, 0}},
		},
	}
	name := filepath.Join("testdata", "tiny.dvset")
	if golden.Updating() {
		if err := WriteSet(name, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := OpenSet(name)
	if err != nil {
		t.Fatal(err)
	}
	sameSet(t, got, want)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	block := b[16+le.Uint32(b[12:])+4:]
	payload := block[28:][:le.Uint32(block[8:])]
	footer := block[28+len(payload):]
	unit := "\x09cat/1.bin\x00\x01\x02\x00\x02\x00\x03\x01\x00\x01\x02\xff\x2d" + "\x09dog/1.bin\x01\x00\x00\x00\x00"
	if string(block[:4]) != "SMP1" || string(payload) != unit || le.Uint16(block[4:]) != 2 || le.Uint32(block[16:]) != 2 {
		t.Errorf("block %q", block)
	}
	if string(footer[:4]) != "END1" || le.Uint64(footer[4:]) != 2 || le.Uint64(footer[12:]) != 4 || le.Uint64(footer[20:]) != 303 || string(footer[48:]) != "DVS-END\n" {
		t.Errorf("footer %q", footer)
	}
}
