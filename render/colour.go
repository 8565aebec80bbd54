package render

import "image/color"

// The colours are those of Okabe and Ito, which people with any kind of colour
// vision can tell apart; the polarities keep two of them to themselves.
var (
	colourOn  = color.RGBA{0x00, 0x72, 0xb2, 0xff} // blue
	colourOff = color.RGBA{0xd5, 0x5e, 0x00, 0xff} // vermilion

	layerColours = []color.RGBA{
		{0x00, 0x9e, 0x73, 0xff}, // bluish green
		{0xa8, 0x4f, 0x84, 0xff}, // reddish purple, darkened for thin marks on white
		{0x30, 0x30, 0x30, 0xff}, // near black
		{0xb9, 0x7d, 0x00, 0xff}, // orange, darkened
		{0x2b, 0x87, 0xb8, 0xff}, // sky blue, darkened
	}

	ink   = color.RGBA{0x22, 0x22, 0x22, 0xff}
	faint = color.RGBA{0x77, 0x77, 0x77, 0xff}
	rule  = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
)

// layerColour is the fixed colour of the i-th layer after the input.
func layerColour(i int) color.RGBA { return layerColours[i%len(layerColours)] }

// mix lays colour c over base with opacity a, 0 to 1.
func mix(base, c color.RGBA, a float64) color.RGBA {
	f := func(b, c uint8) uint8 { return uint8(float64(b)*(1-a) + float64(c)*a + 0.5) }
	return color.RGBA{f(base.R, c.R), f(base.G, c.G), f(base.B, c.B), 0xff}
}
