package golden

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// Tolerances of PNG: a pixel differs when one of its channels is more than
// channelTolerance (of 255) off; a picture differs when more than pixelTolerance of
// its pixels do.
const (
	channelTolerance = 24
	pixelTolerance   = 0.0005
)

// PNG fails the test when the encoded picture got differs from the file by more
// than rounding. It then leaves got.png, want.png and diff.png (what differs in
// red on a pale copy) in a temporary folder.
func PNG(t testing.TB, file string, got []byte) {
	t.Helper()
	want, ok := load(t, file, got)
	if !ok || bytes.Equal(got, want) {
		return
	}
	diff, report, err := comparePNG(got, want)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if report == "" {
		return
	}
	dir, err := os.MkdirTemp("", "golden-")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"got.png": got, "want.png": want, "diff.png": diff} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("%s: %s; see %s; if the picture is right, run the test with -update", file, report, dir)
}

// comparePNG returns a picture of the differences and what to say about them, ""
// when there is nothing to say.
func comparePNG(got, want []byte) (diff []byte, report string, err error) {
	g, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		return nil, "", fmt.Errorf("the new picture: %w", err)
	}
	w, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		return nil, "", fmt.Errorf("the golden picture: %w", err)
	}
	gs, ws := g.Bounds().Size(), w.Bounds().Size()
	d := image.NewRGBA(image.Rectangle{Max: ws})
	n := 0
	for y := range ws.Y {
		for x := range ws.X {
			a, b := at(w, x, y), color.RGBA{}
			if x < gs.X && y < gs.Y {
				b = at(g, x, y)
			}
			if far(a.R, b.R) || far(a.G, b.G) || far(a.B, b.B) || far(a.A, b.A) {
				n++
				d.SetRGBA(x, y, color.RGBA{255, 0, 0, 255})
				continue
			}
			pale := 192 + uint8((int(a.R)+int(a.G)+int(a.B))/12)
			d.SetRGBA(x, y, color.RGBA{pale, pale, pale, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, d); err != nil {
		return nil, "", err
	}
	switch {
	case gs != ws:
		report = fmt.Sprintf("the picture is %d×%d, want %d×%d", gs.X, gs.Y, ws.X, ws.Y)
	case float64(n) > pixelTolerance*float64(ws.X*ws.Y):
		report = fmt.Sprintf("%d of %d pixels differ", n, ws.X*ws.Y)
	}
	return b.Bytes(), report, nil
}

func at(m image.Image, x, y int) color.RGBA {
	p := m.Bounds().Min
	return color.RGBAModel.Convert(m.At(p.X+x, p.Y+y)).(color.RGBA)
}

func far(a, b uint8) bool {
	return max(a, b)-min(a, b) > channelTolerance
}
