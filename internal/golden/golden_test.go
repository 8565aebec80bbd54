package golden

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

func picture(t *testing.T, w, h int, paint func(*image.RGBA)) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	paint(m)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestComparePNG(t *testing.T) {
	block := func(x0, n int, c color.RGBA) func(*image.RGBA) {
		return func(m *image.RGBA) {
			for x := x0; x < x0+n; x++ {
				for y := range 20 {
					m.SetRGBA(x, y, c)
				}
			}
		}
	}
	want := picture(t, 100, 100, block(10, 20, color.RGBA{0, 90, 178, 255}))
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"equal", want, ""},
		{"rounding", picture(t, 100, 100, block(10, 20, color.RGBA{8, 84, 190, 255})), ""},
		{"one pixel", picture(t, 100, 100, func(m *image.RGBA) {
			block(10, 20, color.RGBA{0, 90, 178, 255})(m)
			m.SetRGBA(50, 50, color.RGBA{0, 0, 0, 255})
		}), ""},
		{"moved", picture(t, 100, 100, block(11, 20, color.RGBA{0, 90, 178, 255})), "40 of 10000 pixels differ"},
		{"another colour", picture(t, 100, 100, block(10, 20, color.RGBA{0, 158, 115, 255})), "400 of 10000 pixels differ"},
		{"another size", picture(t, 90, 100, func(*image.RGBA) {}), "the picture is 90×100, want 100×100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			diff, report, err := comparePNG(c.got, want)
			if err != nil || report != c.want {
				t.Errorf("report = %q, %v; want %q", report, err, c.want)
			}
			if _, err := png.Decode(bytes.NewReader(diff)); err != nil {
				t.Errorf("the image of the differences: %v", err)
			}
		})
	}
	if _, _, err := comparePNG([]byte("text"), want); err == nil {
		t.Error("bytes that are no picture are accepted")
	}
}

func TestFirstDifference(t *testing.T) {
	for _, c := range [][3]string{
		{"a\nb\n", "a\nc\n", `line 2 is "b", want "c"`},
		{"a\n", "a\nb\n", `line 2 is "", want "b"`},
		{"a", "a\nb", `line 2 is missing: "b"`},
		{"a\nb", "a", `line 2 is too many: "b"`},
	} {
		if got := firstDifference([]byte(c[0]), []byte(c[1])); !strings.Contains(got, c[2]) {
			t.Errorf("%q against %q: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
