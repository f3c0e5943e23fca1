package virtual

import (
	"fmt"
	"strings"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

// rhythm is how long a light or buzzer is on, off, on, off … in milliseconds,
// again and again. One with a single value is always on.
type rhythm []int

// flashes are the rhythms of the light patterns. LR5-LAN's are measured; NH's
// flash is even and slow, its flash2 a double blink with a pause; of the
// others only the number is known, and they are drawn so that each can be
// told apart.
func flashes(f patlite.Family) map[lamp.Pattern]rhythm {
	if f == patlite.LR5 {
		return map[lamp.Pattern]rhythm{
			lamp.Flash: {500, 500}, lamp.Flash2: {250, 250}, lamp.Flash3: {125, 125}, lamp.Flash4: {50, 450},
			patlite.Flash5: {50, 50, 50, 350}, patlite.Flash6: {50, 50, 50, 50, 50, 250},
		}
	}
	return map[lamp.Pattern]rhythm{
		lamp.Flash: {500, 500}, lamp.Flash2: {120, 120, 120, 640},
		lamp.Flash3: {100, 100, 100, 100, 100, 500}, lamp.Flash4: {125, 125},
	}
}

// buzzers are the rhythms of the buzzer patterns 1, 2, 3 … NH's four are
// short, long, double with a pause, and continuous; the tones of LA6-POE and
// NHV are not documented and take these in turn.
func buzzers(m patlite.Model) []rhythm {
	if m.Family == patlite.LR5 {
		return []rhythm{{1000}}
	}
	known := []rhythm{{150, 150}, {500, 500}, {100, 100, 100, 700}, {1000}, {60, 60}}
	list := make([]rhythm, m.Tones)
	for i := range list {
		list[i] = known[i%len(known)]
	}
	return list
}

// keyframes writes the light patterns of a model as CSS animations, with a
// class for each: p-flash, p-flash2 …
func keyframes(m patlite.Model) string {
	var b strings.Builder
	b.WriteString(".p-steady { opacity: 1; }\n")
	rhythms := flashes(m.Family)
	for _, p := range append(append([]lamp.Pattern(nil), m.Patterns...), m.Found...) {
		r, ok := rhythms[p]
		if !ok {
			continue
		}
		total := 0
		for _, ms := range r {
			total += ms
		}
		fmt.Fprintf(&b, "@keyframes p-%s {", p)
		at := 0
		for i, ms := range r {
			fmt.Fprintf(&b, " %.2f%% { opacity: %d; }", 100*float64(at)/float64(total), 1-i%2)
			at += ms
		}
		fmt.Fprintf(&b, " 100%% { opacity: 1; } }\n.p-%s { animation: p-%s %dms step-end infinite; }\n", p, p, total)
	}
	return b.String()
}
