package network_test

import (
	"bytes"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/network"
)

// TestRead: what Write writes into memory is read from there; what is damaged is an
// error.
func TestRead(t *testing.T) {
	want, err := network.Builtin("nmnist", events.Geometry{})
	if err != nil {
		t.Fatal(err)
	}
	var text, weights bytes.Buffer
	if err := network.Write(&text, &weights, want); err != nil {
		t.Fatal(err)
	}
	n, err := network.Read(text.Bytes(), weights.Bytes(), network.Options{DtUS: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if d := network.Diff(want.AtStep(2000), n); d != nil {
		t.Error(d)
	}
	for name, c := range map[string]struct {
		text, weights []byte
		want          string
	}{
		"no weights":    {text.Bytes(), nil, "weights.npz: byte 0: the file is empty"},
		"half of them":  {text.Bytes(), weights.Bytes()[:1000], "weights.npz"},
		"not the text":  {[]byte("dt = 1"), weights.Bytes(), "dt"},
		"other weights": {[]byte(strings.Replace(text.String(), `"out.weights"`, `"none"`, 1)), weights.Bytes(), "none"},
	} {
		if n, err := network.Read(c.text, c.weights, network.Options{}); n != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
