package strokes

// five is a neck, a belly and a roof, which is drawn last or first.
func five(r *random) []stroke {
	w := r.between(0.25, 0.4)
	x := -w * r.between(0.35, 0.8)
	neck := r.between(0.36, 0.5)
	roof := w * r.between(0.7, 2.1)
	lift := r.between(-0.15, 0.06)
	body := stroke{
		turn(x, 0),
		turn(x-w*r.between(0, 0.3), neck),
		at(w*0.2, neck-0.05),
		at(w*0.9, neck+0.14),
		at(w*0.85, 0.82),
		at(w*0.05, 1),
		at(-w*r.between(0.9, 1.4), r.between(0.82, 0.98)),
	}
	if r.chance(0.15) {
		body[1].corner = false
	}
	if r.chance(0.5) {
		return []stroke{append(stroke{at(roof, lift)}, body...)}
	}
	return []stroke{body, {at(x-w*r.between(-0.1, 0.2), r.between(-0.02, 0.08)), at(roof, lift)}}
}

// six is a stem, straight or bent, that ends in a loop.
func six(r *random) []stroke {
	w := r.between(0.22, 0.38)
	loop := r.between(0.42, 0.66) // top of the loop
	bent := r.between(0, 1)
	return []stroke{{
		at(w*(0.1+0.9*bent), 0),
		at(-w*(0.15+0.35*bent), 0.22+0.03*bent),
		at(-w*0.85, 0.52),
		at(-w*0.9, 0.8),
		at(-w*0.1, 1),
		at(w*0.85, 0.88),
		at(w*0.85, loop+0.1),
		at(w*0.15, loop),
		at(-w*r.between(0.4, 0.95), loop+r.between(0.08, 0.25)),
	}}
}

// seven is a roof and a leg; at times with a tick before and a bar across.
func seven(r *random) []stroke {
	w := r.between(0.26, 0.44)
	hang := r.normal(0.05)
	s := stroke{at(-w, 0.06+hang), at(0, 0.03+r.normal(0.03))}
	if r.chance(0.25) {
		s = append(stroke{at(-w*1.02, r.between(0.15, 0.27))}, s...)
		s[1].corner = r.chance(0.5)
	}
	corner := node{w * 0.9, r.between(-0.04, 0.06), r.chance(0.75)}
	if !corner.corner {
		s = append(s, at(w*0.7, 0))
	}
	end := w * r.between(-0.5, 0.5)
	s = append(s, corner, at(w*0.35+0.5*end, 0.45+r.normal(0.04)), at(end, 1))
	if r.chance(0.14) {
		y := 0.5 + r.normal(0.05)
		x := w*0.3 + 0.4*end
		return []stroke{s, {at(x-w*r.between(0.5, 0.9), y+r.normal(0.04)), at(x+w*r.between(0.5, 0.9), y+r.normal(0.04))}}
	}
	return []stroke{s}
}

// eight is one stroke that crosses itself, or two rings.
func eight(r *random) []stroke {
	up, down := r.between(0.2, 0.34), r.between(0.2, 0.36)
	waist := r.between(0.42, 0.52)
	if r.chance(0.15) {
		a, b := r.between(-120, -30), r.between(-140, -40)
		return []stroke{
			arc(0, waist/2, up, waist/2, a, a-360+r.normal(12), 1),
			arc(0, (1+waist)/2, down, (1-waist)/2, b, b-360+r.normal(12), 1),
		}
	}
	low := 1 - waist
	return []stroke{{
		at(up*r.between(0.7, 1.1), r.between(0.03, 0.16)),
		at(up*0.1, 0),
		at(-up*0.9, waist*0.42),
		at(-up*0.35, waist*0.86),
		at(down*0.4, waist+low*0.22),
		at(down*0.95, waist+low*0.62),
		at(down*0.1, 1),
		at(-down*0.9, waist+low*0.62),
		at(-down*0.35, waist+low*0.15),
		at(up*0.5, waist*0.78),
		at(up*0.98, waist*0.38),
		at(up*r.between(0.4, 0.9), r.between(0.02, 0.12)),
	}}
}

// nine is a loop with a leg, straight or bent.
func nine(r *random) []stroke {
	w := r.between(0.2, 0.33)
	loop := r.between(0.34, 0.56) // foot of the loop
	left := r.between(0.8, 1.1)
	s := stroke{
		at(w*r.between(0.5, 0.95), r.between(0.02, 0.12)),
		at(w*0.05, 0.01),
		at(-w*left, loop*0.5),
		at(-w*0.5*left, loop*0.98),
		at(w*0.3, loop*0.85),
	}
	if r.chance(0.8) {
		s = append(s, at(w*0.8, loop*0.45), turn(w*r.between(0.75, 1), r.between(0, 0.1)))
	} else {
		s = append(s, turn(w*r.between(0.8, 1), loop*r.between(0.2, 0.45)))
	}
	if r.chance(0.25) {
		return []stroke{append(s, at(w*0.9, 0.5), at(w*0.55, 0.85), at(-w*0.1, 1), at(-w*r.between(0.5, 1), r.between(0.85, 0.97)))}
	}
	return []stroke{append(s, at(w*r.between(0.5, 0.9), 0.52), at(w*r.between(-0.6, 0.7), 1))}
}
