package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/internal/golden"
)

func encode(t interface{ Fatal(...any) }, s Source) []byte {
	var b bytes.Buffer
	if err := s.Replay(NewWriter(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(b []byte, opt Options) (*script, *Reader, error) {
	r, err := NewReader(bytes.NewReader(b), opt)
	if err != nil {
		return nil, nil, err
	}
	var l list
	err = r.Replay(&l)
	return &l.script, r, err
}

func TestFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScript(t)
		b := encode(t, s)
		got, r, err := decode(b, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sameSpikes(t, got, s)
		var h Hash
		if err := s.Replay(&h); err != nil {
			t.Fatal(err)
		}
		if r.Summary().Hash != h.Sum64() {
			t.Fatalf("hash in the footer %s, want %s", FormatHash(r.Summary().Hash), h.Sum())
		}
		if !bytes.Equal(encode(t, got), b) {
			t.Fatal("writing what was read gives other bytes")
		}
	})
}

// large is a trace of many blocks, with groups that span blocks.
func large() *script {
	s := &script{info: Info{DtUS: 500, Layers: []Layer{{Name: "input", H: 100, W: 200, C: 2}, {Name: "out", H: 1, W: 1, C: 10}}}}
	rng := rand.New(rand.NewPCG(7, 7))
	for step := range int64(30) {
		in := call{layer: 0, t: step}
		for j := range uint32(40000) {
			if step%8 == 3 || rng.IntN(10) == 0 {
				in.index = append(in.index, j)
				if step > 9 && step < 20 {
					in.counts = append(in.counts, uint16(1+rng.IntN(3)))
				}
			}
		}
		s.calls = append(s.calls, in)
		s.calls = append(s.calls, call{1, step, []uint32{uint32(step % 10)}, nil})
	}
	s.duration = 31
	return s
}

func TestGroupsThatSpanBlocks(t *testing.T) {
	s := large()
	got, r, err := decode(encode(t, s), Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameSpikes(t, got, s)
	// A group must come in one call, however many blocks it spans.
	seen := map[int64]bool{}
	for _, c := range got.calls {
		if c.layer == 0 && seen[c.t] {
			t.Fatalf("step %d came in two calls", c.t)
		}
		seen[c.t] = seen[c.t] || c.layer == 0
	}
	if r.Summary().Blocks < 8 {
		t.Fatalf("only %d blocks: the test tests nothing", r.Summary().Blocks)
	}
}

func TestLayersOption(t *testing.T) {
	s := large()
	got, _, err := decode(encode(t, s), Options{Layers: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.flat(0)) != 0 || !slices.Equal(got.flat(1), s.flat(1)) {
		t.Errorf("%d spikes of layer 0, %d of layer 1", len(got.flat(0)), len(got.flat(1)))
	}
	if _, _, err := decode(encode(t, s), Options{Layers: []int{2}}); err == nil || !strings.Contains(err.Error(), "no layer 2") {
		t.Errorf("an unknown layer: %v", err)
	}
}

// TestGoldenFile: today's reader reads the file that version 1 wrote, and the
// numbers in it are where docs/formats/dvt.md says.
func TestGoldenFile(t *testing.T) {
	name := filepath.Join("testdata", "tiny.dvt")
	if golden.Updating() {
		if err := os.WriteFile(name, encode(t, tiny()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	var want Memory
	if err := tiny().Replay(&want); err != nil {
		t.Fatal(err)
	}
	if d := Diff(m, &want); d != nil {
		t.Error(d)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	desc := int(le.Uint32(b[12:]))
	block := 16 + desc + 4
	if string(b[block:block+4]) != "BLK1" || le.Uint32(b[block+16:]) != 5 || le.Uint32(b[block+20:]) != 3 || le.Uint64(b[block+32:]) != 300 {
		t.Errorf("the first block is not as described: % x", b[block:block+48])
	}
	footer := int(le.Uint64(b[len(b)-16:]))
	if string(b[footer:footer+4]) != "END1" || le.Uint64(b[footer+8:]) != 400 || le.Uint64(b[footer+24:]) != 0x8ab17b4c02407af0 {
		t.Errorf("the footer is not as described: % x", b[footer:])
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "run.dvt")
	f, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := tiny().Replay(f); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("the name exists before Close")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	info, sum, err := Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Network != "edges" || sum.Duration != 400 || FormatHash(sum.Hash) != "8ab17b4c02407af0" ||
		sum.Layers[0].Spikes != 5 || sum.Layers[0].Total != 706 || sum.Blocks != 2 {
		t.Errorf("Stat = %+v, %+v", info, sum)
	}
	// A run that does not end leaves the file as it was.
	f, err = Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Begin(tiny().info); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err == nil || !strings.Contains(err.Error(), "before the run ended") {
		t.Errorf("Close without End: %v", err)
	}
	if _, err := Load(name); err != nil {
		t.Errorf("the file that was there: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := Create(filepath.Join(dir, "no", "such", "folder.dvt")); err == nil {
		t.Error("a folder that does not exist is accepted")
	}
}

func TestReaderIsSingleUse(t *testing.T) {
	r, err := NewReader(bytes.NewReader(encode(t, tiny())), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Replay(&Memory{}); err != nil {
		t.Fatal(err)
	}
	if err := r.Replay(&Memory{}); err == nil {
		t.Error("the second Replay gives no error")
	}
}

// failing is a recorder that has had enough.
type failing struct{ Memory }

var errEnough = errors.New("enough")

func (*failing) Spikes(int, int64, []uint32, []uint16) error { return errEnough }

func TestRecordersErrorComesBackAsItIs(t *testing.T) {
	for _, salvage := range []bool{false, true} {
		r, err := NewReader(bytes.NewReader(encode(t, tiny())), Options{Salvage: salvage})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Replay(&failing{}); err != errEnough {
			t.Errorf("salvage %v: %v", salvage, err)
		}
	}
}

// full is a sink with room for n bytes.
type full struct{ n int }

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.n {
		return f.n, errFull
	}
	f.n -= len(b)
	return len(b), nil
}

func TestFullDisk(t *testing.T) {
	all := len(encode(t, tiny()))
	for n := range all {
		if err := tiny().Replay(NewWriter(&full{n})); !errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d bytes: %v", n, all, err)
		}
	}
	w := NewWriter(io.Discard)
	if err := w.End(0); err == nil {
		t.Error("End without Begin gives no error")
	}
}
