package render

import (
	"fmt"
	"image"

	"dvsim/events"
)

// Overview shows a recording on one page: its event image, its events over time
// and its rate. Memory is bounded whatever the length of the recording.
type Overview struct {
	opt    Options
	image  *EventImage
	raster *Raster
}

// NewOverview returns an Overview that has seen nothing.
func NewOverview(opt Options) *Overview {
	opt.setDefaults()
	return &Overview{opt: opt, image: NewEventImage(opt), raster: NewRaster(opt)}
}

// Events adds a batch of events, in any order.
func (o *Overview) Events(batch []events.Event) {
	o.image.Events(batch)
	o.raster.Events(batch)
}

// Draw draws what has come up to now.
func (o *Overview) Draw() *image.RGBA {
	w, h := o.opt.Width, o.opt.Height
	if h == 0 {
		h = max(w*2/3, 480)
	}
	pg := newPage(w, h)
	title := o.opt.Title
	if title == "" {
		title = "recording"
	}
	pg.title(title)
	top := 40
	side := w * 9 / 20
	r := o.image.draw(pg, image.Rect(66, top+headHeight, side, h-axisHeight-150), false)
	o.facts(pg, r.Min.X, r.Max.Y+axisHeight+14, side-66)
	from, to := o.raster.span()
	ev := o.raster.events
	panels := []*panel{ev.panel(to - from), ev.ratePanel(from, to)}
	panels[0].detail, panels[0].head = "", "rows over time"
	pg.stack(panels, image.Rect(r.Max.X+16, top, w-sideMargin, h), from, to)
	return pg.img
}

// facts writes the numbers of the recording below its picture.
func (o *Overview) facts(pg *page, x, y, w int) {
	e := o.raster.events
	total := e.total[0] + e.total[1]
	size := o.image.size().String()
	if total == 0 && !o.opt.Geometry.Known() {
		size = "unknown"
	}
	lines := [][2]string{{"sensor", size}, {"events", events.Thousands(total)}}
	if total > 0 {
		us := float64(e.max-e.min) + 1
		lines = append(lines, [2]string{"duration", formatDuration(us)})
		if us >= 1000 {
			lines = append(lines, [2]string{"mean rate", formatRate(float64(total)/us*1e6) + " events/s"})
		}
		lines = append(lines, [2]string{"ON", fmt.Sprintf("%s (%.1f %%)", events.Thousands(e.total[1]), 100*float64(e.total[1])/float64(total))})
	}
	if e.left > 0 {
		lines = append(lines, [2]string{"not shown", plural(e.left, "event") + " outside the time given"})
	}
	key, val := style(sizeLabel, faint), style(sizeLabel, ink)
	for _, l := range lines {
		pg.text(key, x, y, l[0])
		pg.text(val, x+90, y, shorten(val, l[1], w-90))
		y += 20
	}
}
