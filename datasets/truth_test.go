package datasets_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"testing"

	"dvsim/datasets"
	"dvsim/internal/reference"
	"dvsim/trace"
)

// truth is what testdata/truth.py wrote.
type truth struct {
	Frames []struct {
		File  string
		Bins  int
		Sum   int64
		CRC32 uint32
	}
	IDX []struct {
		File  string
		Bytes int
		CRC32 uint32
	}
}

func readTruth(t *testing.T) (v truth) {
	t.Helper()
	b, err := os.ReadFile("testdata/truth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// dense is a sample as [step][source], little-endian uint16.
func dense(s *trace.Set, m *trace.Sample) []byte {
	n := s.Layer.Len()
	b := make([]byte, 2*n*s.Steps)
	for t := range s.Steps {
		for _, e := range m.Step(t) {
			source, count := trace.Unpack(e)
			at := b[2*(t*n+int(source)):]
			binary.LittleEndian.PutUint16(at, binary.LittleEndian.Uint16(at)+uint16(count))
		}
	}
	return b
}

// TestTonic holds bins to the frames that tonic makes of real recordings.
func TestTonic(t *testing.T) {
	for _, f := range readTruth(t).Frames {
		rec := datasets.File(reference.Shared(t, "data", f.File), "", 0)
		s, _, err := datasets.Encode(context.Background(), []datasets.Recording{rec}, datasets.Encoding{Input: digits34(), Bins: f.Bins, Classes: []string{"a"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		if got := s.Samples[0].Spikes(); got != f.Sum {
			t.Errorf("%s in %d bins: %d events, tonic has %d", f.File, f.Bins, got, f.Sum)
		}
		if got := crc32.ChecksumIEEE(dense(s, &s.Samples[0])); got != f.CRC32 {
			t.Errorf("%s in %d bins: the frames differ from tonic's", f.File, f.Bins)
		}
	}
}

// TestMNIST holds the pictures to what gzip gives.
func TestMNIST(t *testing.T) {
	train, test, err := datasets.OpenMNIST(reference.Shared(t, "data", "mnist"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{
		"train-images-idx3-ubyte.gz": train.Pixels, "train-labels-idx1-ubyte.gz": train.Labels,
		"t10k-images-idx3-ubyte.gz": test.Pixels, "t10k-labels-idx1-ubyte.gz": test.Labels,
	}
	for _, f := range readTruth(t).IDX {
		if b := got[f.File]; len(b) != f.Bytes || crc32.ChecksumIEEE(b) != f.CRC32 {
			t.Errorf("%s: %d bytes, want %d, or they differ", f.File, len(b), f.Bytes)
		}
	}
	if train.Len() != 60000 || test.Len() != 10000 || train.Rows != 28 || train.Cols != 28 || len(train.Picture(59999)) != 784 {
		t.Errorf("%d and %d pictures of %dx%d", train.Len(), test.Len(), train.Rows, train.Cols)
	}
}
