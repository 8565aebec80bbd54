package render

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"dvsim/events"
)

// Confusion is a confusion matrix: which class was taken for which. The rows are
// the true classes, from top to bottom, the columns the predicted ones. Blue cells
// on the diagonal are right, brown ones are mistakes; the colour is the share of the
// row, by its cube root, so that one mistake in a thousand can be seen. To the right of a row is the share
// that is right. Cells have their counts where there is room.
type Confusion struct {
	Title string
	// Labels name the classes.
	Labels []string
	// Counts[truth][predicted] is how many samples of a class were taken for which.
	Counts [][]int64
	// Width and Height of the picture in pixels; 0: 1000 × 900.
	Width, Height int
}

// maxClasses bounds a matrix: more do not have two pixels each.
const maxClasses = 300

// Check reports what does not fit together.
func (c *Confusion) Check() error {
	n := len(c.Labels)
	switch {
	case n < 2:
		return errors.New("render: a confusion matrix needs two classes")
	case n > maxClasses:
		return fmt.Errorf("render: a confusion matrix of %d classes; at most %d are drawn", n, maxClasses)
	case len(c.Counts) != n:
		return fmt.Errorf("render: a confusion matrix of %d rows has names for %d", len(c.Counts), n)
	}
	for y, row := range c.Counts {
		if len(row) != n {
			return fmt.Errorf("render: row %d of a confusion matrix has %d columns, there are %d classes", y, len(row), n)
		}
		for x, v := range row {
			if v < 0 {
				return fmt.Errorf("render: row %d, column %d of a confusion matrix: count %d", y, x, v)
			}
		}
	}
	return nil
}

// totals counts the samples, and those that are right.
func (c *Confusion) totals() (right, all int64) {
	for y, row := range c.Counts {
		right += row[y]
		for _, v := range row {
			all += v
		}
	}
	return right, all
}

// shareColour is the colour of a share, 0 to 1, of a row.
func shareColour(share float64, right bool) color.RGBA {
	v := math.Pow(share, 1./3/0.8) // diverging takes it to the power of 0.8
	if right {
		return diverging(v)
	}
	return diverging(-v)
}

// countStyle is the largest letters in which a count fits into a cell; ok is
// false when there are none.
func countStyle(number string, at image.Rectangle) (s text.Style, ok bool) {
	for _, f := range []struct {
		size vg.Length
		cell int // the least side of a cell for letters of this size
	}{{sizeTitle, 100}, {sizePanel, 50}, {sizeLabel, 0}, {sizeLabel - 2, 0}} {
		s := style(f.size, ink)
		if at.Dy() >= f.cell && width(s, number)+4 <= at.Dx() && int(f.size)+3 <= at.Dy() {
			return s, true
		}
	}
	return s, false
}

// Measures of the matrix in pixels.
const (
	longestLabel = 150
	shareRoom    = 62 // right of the matrix: the shares that are right
	scaleRoom    = 96 // right of that: the scale of colours
)

// Draw draws the matrix. It panics if Check finds an error.
func (c *Confusion) Draw() *image.RGBA {
	if err := c.Check(); err != nil {
		panic(err)
	}
	w, h := c.Width, c.Height
	if w == 0 {
		w = 1000
	}
	if h == 0 {
		h = 900
	}
	pg := newPage(max(w, 520), max(h, 420))
	right, all := c.totals()
	title := c.Title
	if title == "" {
		title = "confusion matrix"
	}
	if all > 0 {
		title += fmt.Sprintf(": %.2f %% of %s right", 100*float64(right)/float64(all), plural(all, "sample"))
	}
	pg.title(title)

	tick := style(sizeTick, ink)
	names, widest := make([]string, len(c.Labels)), 0
	for i, s := range c.Labels {
		names[i] = shorten(tick, s, longestLabel)
		widest = max(widest, width(tick, names[i]))
	}
	area := image.Rect(sideMargin+sizeLabel+16+widest, 64, pg.w-shareRoom-scaleRoom, pg.h-sideMargin-sizeLabel-18-sizeTick)
	n := len(names)
	upright := widest+6 > min(area.Dx(), area.Dy())/n && n <= area.Dy()/(sizeTick+2)
	if upright {
		area.Max.Y -= widest - sizeTick
	}
	side := min(area.Dx(), area.Dy())
	r := image.Rect(area.Min.X, area.Min.Y, area.Min.X+side, area.Min.Y+side)

	pl := newPlot()
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = 0, float64(n), 0, float64(n)
	pl.X.Label.Text, pl.Y.Label.Text = "predicted", "true"
	rows := everyNth(n, side, func(i int) string { return names[i] })
	for i := range rows {
		rows[i].Value = float64(n) - rows[i].Value
	}
	pl.Y.Tick.Marker = rows
	room := side
	if !upright {
		room = side * (sizeTick + 1) / (widest + 6)
	}
	pl.X.Tick.Marker = everyNth(n, room, func(i int) string { return names[i] })
	if upright {
		pl.X.Tick.Label.Rotation = math.Pi / 2
		pl.X.Tick.Label.XAlign, pl.X.Tick.Label.YAlign = -1, -0.5
	}
	pl.X.LineStyle.Width, pl.Y.LineStyle.Width = 0, 0
	pl.X.Tick.LineStyle.Color, pl.Y.Tick.LineStyle.Color = color.Transparent, color.Transparent // room alone
	pl.X.Tick.Length, pl.Y.Tick.Length = 3, 5
	if upright {
		pl.X.Tick.Length = 5
	}
	pg.place(pl, r, func(*image.RGBA, image.Rectangle) { c.cells(pg, r) })
	c.shares(pg, r)
	c.legend(pg, image.Rect(r.Max.X+shareRoom+20, r.Min.Y+20, r.Max.X+shareRoom+44, r.Max.Y-20))
	return pg.img
}

// cell is the rectangle of a cell in r, with a gap to its neighbours if it is large enough.
func (c *Confusion) cell(r image.Rectangle, x, y int) image.Rectangle {
	n := len(c.Labels)
	gap := 0
	if r.Dx()/n >= 8 {
		gap = 1
	}
	return image.Rect(r.Min.X+x*r.Dx()/n, r.Min.Y+y*r.Dy()/n, r.Min.X+(x+1)*r.Dx()/n-gap, r.Min.Y+(y+1)*r.Dy()/n-gap)
}

func (c *Confusion) cells(pg *page, r image.Rectangle) {
	for y, row := range c.Counts {
		sum := int64(0)
		for _, v := range row {
			sum += v
		}
		for x, v := range row {
			at := c.cell(r, x, y)
			if sum == 0 {
				pg.fill(at, rule)
				continue
			}
			share := float64(v) / float64(sum)
			pg.fill(at, shareColour(share, x == y))
			number := events.Thousands(v)
			s, ok := countStyle(number, at)
			if share > 0.25 {
				s.Color = color.White
			}
			if ok && v > 0 {
				pg.text(s, (at.Min.X+at.Max.X-width(s, number))/2+1, (at.Min.Y+at.Max.Y)/2, number)
			}
		}
	}
}

// shares writes beside each row how much of it is right.
func (c *Confusion) shares(pg *page, r image.Rectangle) {
	n := len(c.Labels)
	s := style(sizeTick, faint)
	pg.text(s, r.Max.X+8, r.Min.Y-12, "right")
	for _, t := range everyNth(n, r.Dy(), func(int) string { return "" }) {
		y := int(t.Value)
		sum := int64(0)
		for _, v := range c.Counts[y] {
			sum += v
		}
		share := "none"
		if sum > 0 {
			share = fmt.Sprintf("%.1f %%", 100*float64(c.Counts[y][y])/float64(sum))
		}
		at := c.cell(r, n-1, y)
		pg.text(s, r.Max.X+8, (at.Min.Y+at.Max.Y)/2, share)
	}
}

// legend draws the two scales of colours side by side.
func (c *Confusion) legend(pg *page, r image.Rectangle) {
	middle := (r.Min.X + r.Max.X) / 2
	for y := r.Min.Y; y < r.Max.Y; y++ {
		share := 1 - (float64(y-r.Min.Y)+0.5)/float64(r.Dy())
		share *= share * share // even steps of the root
		pg.fill(image.Rect(r.Min.X, y, middle, y+1), shareColour(share, true))
		pg.fill(image.Rect(middle+1, y, r.Max.X, y+1), shareColour(share, false))
	}
	s := style(sizeTick, ink)
	for _, percent := range []int{0, 1, 5, 10, 25, 50, 75, 100} {
		y := r.Max.Y - 1 - int(math.Cbrt(float64(percent)/100)*float64(r.Dy()-1))
		pg.fill(image.Rect(r.Max.X, y, r.Max.X+4, y+1), faint)
		pg.text(s, r.Max.X+8, y, fmt.Sprintf("%d %%", percent))
	}
	head := style(sizeTick, faint)
	pg.text(head, r.Min.X-8, r.Min.Y-14, "right · wrong")
	pg.text(head, r.Min.X-8, r.Max.Y+16, "of the row")
}
