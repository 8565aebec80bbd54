package events

import (
	"fmt"
	"strconv"
	"strings"
)

// Geometry is the size of a sensor in pixels. The zero value means unknown.
type Geometry struct {
	Width, Height int
}

// Known reports whether both sides are positive.
func (g Geometry) Known() bool { return g.Width > 0 && g.Height > 0 }

// Pixels returns Width × Height.
func (g Geometry) Pixels() int { return g.Width * g.Height }

// Contains reports whether pixel (x, y) lies on the sensor.
func (g Geometry) Contains(x, y uint16) bool {
	return int(x) < g.Width && int(y) < g.Height
}

// Index returns the row-major index of pixel (x, y). The pixel must lie on the sensor.
func (g Geometry) Index(x, y uint16) int { return int(y)*g.Width + int(x) }

// Union returns the smallest geometry that contains both.
func (g Geometry) Union(h Geometry) Geometry {
	return Geometry{max(g.Width, h.Width), max(g.Height, h.Height)}
}

// String returns "346x260", or "unknown size".
func (g Geometry) String() string {
	if !g.Known() {
		return "unknown size"
	}
	return fmt.Sprintf("%dx%d", g.Width, g.Height)
}

// ParseGeometry reads "WIDTHxHEIGHT", for example "346x260". Both sides lie in 1..65535.
func ParseGeometry(s string) (Geometry, error) {
	w, h, ok := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "x")
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if !ok || err1 != nil || err2 != nil || width < 1 || height < 1 || width > 65535 || height > 65535 {
		return Geometry{}, fmt.Errorf("%q is no sensor size: write WIDTHxHEIGHT, for example 346x260", s)
	}
	return Geometry{width, height}, nil
}

// Rect is a rectangle of pixels: X ≤ x < X+Width, Y ≤ y < Y+Height.
type Rect struct {
	X, Y, Width, Height int
}

// Contains reports whether pixel (x, y) lies in the rectangle.
func (r Rect) Contains(x, y uint16) bool {
	return int(x) >= r.X && int(x) < r.X+r.Width && int(y) >= r.Y && int(y) < r.Y+r.Height
}

// String returns "X,Y,WxH".
func (r Rect) String() string {
	return fmt.Sprintf("%d,%d,%dx%d", r.X, r.Y, r.Width, r.Height)
}

// ParseRect reads "X,Y,WIDTHxHEIGHT", for example "10,20,64x64".
func ParseRect(s string) (Rect, error) {
	parts := strings.SplitN(s, ",", 3)
	if len(parts) == 3 {
		x, err1 := strconv.Atoi(strings.TrimSpace(parts[0]))
		y, err2 := strconv.Atoi(strings.TrimSpace(parts[1]))
		g, err3 := ParseGeometry(parts[2])
		if err1 == nil && err2 == nil && err3 == nil && x >= 0 && y >= 0 {
			return Rect{x, y, g.Width, g.Height}, nil
		}
	}
	return Rect{}, fmt.Errorf("%q is no rectangle: write X,Y,WIDTHxHEIGHT, for example 10,20,64x64", s)
}
