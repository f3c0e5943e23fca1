package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/andonhq/andon/pkg/lamp"
)

// report prints the story.
type report struct {
	w      io.Writer
	colour bool
}

// colourful reports whether a file is a terminal whose user wants colours
// (https://no-color.org).
func colourful(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Select Graphic Rendition, ECMA-48.
const (
	bold = "1"
	dim  = "2"
	bad  = "1;31"
	good = "32"
)

var unitColours = map[string]string{
	string(lamp.Red): "31", string(lamp.Amber): "33", string(lamp.Green): "32", string(lamp.Blue): "34", string(lamp.White): "97", "buzzer": "35",
}

func (r *report) paint(sgr, text string) string {
	if !r.colour || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// Columns of the lines of a step and of the table, in cells of a terminal.
const (
	towerWidth = 10
	stateWidth = 46
	titleWidth = 34
	pageWidth  = 16
)

// pad fills a text with spaces to a number of cells; a Japanese character
// takes two.
func pad(text string, cells int) string {
	return text + strings.Repeat(" ", max(0, cells-cellsOf(text)))
}

func cellsOf(text string) int {
	n := 0
	for _, c := range text {
		n++
		switch width.LookupRune(c).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
	}
	return n
}

func (r *report) line(format string, args ...any) {
	// A story that nobody can read is still judged.
	_, _ = fmt.Fprintln(r.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

func (r *report) title() {
	r.line("%s", r.paint(bold, "Andon demo: from a real alert to a lamp（アンドン デモ: アラートから信号灯まで）"))
}

func (r *report) say(text string) { r.line("%s", r.paint(dim, text)) }

// pages lists what can be opened and tried while everything runs.
func (r *report) pages(s *stage) {
	r.line("")
	r.line("%s", r.paint(bold, "Pages to open（ブラウザーで開くページ）"))
	pages := [][2]string{
		{"board", fmt.Sprintf("%s/  user %s, password %s", s.bridge.URL, user, password)},
		{"tower " + opsRoom, "http://" + s.towers[0].HTTPAddr() + "/"},
		{"tower " + hall, "http://" + s.towers[1].HTTPAddr() + "/"},
		{"Alertmanager", s.alertmanager.URL + "/"},
		{"command line", fmt.Sprintf("%s alerts --url %s --token-file %s", s.bin.Andon, s.bridge.URL, s.bridge.TokenFile)},
	}
	if s.workbench != nil {
		pages = append(pages, [2]string{"try a query", s.workbench.url + "/explore  dashboards: " + s.workbench.url + "/d/andon-room  （日本語: /d/andon-room-ja）"})
	}
	if s.without != nil {
		pages = append(pages, [2]string{"try a query", "not to be had: " + s.without.Error()})
	}
	for _, p := range pages {
		r.line("  %s%s", pad(p[0], pageWidth), p[1])
	}
}

// step prints what became of one step.
func (r *report) step(number int, res result) {
	r.line("")
	r.line("%s  %s", r.paint(bold, fmt.Sprintf("%2d  %s", number, res.title)), res.gloss)
	what := res.what
	if res.via != none {
		what = string(res.via) + ": " + what
	}
	r.line("    %s", r.paint(dim, what))
	for _, name := range []string{opsRoom, hall} {
		changed := false
		for _, c := range res.changes {
			if c.tower == name {
				changed = true
				r.line("    %s%s%s", pad(name, towerWidth), r.state(c.state), duration(c.took))
			}
		}
		if !changed {
			r.line("    %s%s", pad(name, towerWidth), r.paint(dim, "no change"))
		}
	}
	if res.err != nil {
		for text := range strings.Lines(res.err.Error()) {
			r.line("    %s", r.paint(bad, "NOT AS EXPECTED: "+strings.TrimSpace(text)))
		}
	}
}

// state writes what a tower shows in its colours, padded.
func (r *report) state(s lamp.State) string {
	text := s.String()
	parts := strings.Fields(text)
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "=")
		if sgr, ok := unitColours[name]; ok {
			parts[i] = r.paint(sgr, part)
		}
	}
	return strings.Join(parts, " ") + strings.Repeat(" ", max(1, stateWidth-len(text)))
}

// duration is written in milliseconds, aligned.
func duration(d time.Duration) string {
	return fmt.Sprintf("%8.1f ms", float64(d)/float64(time.Millisecond))
}

// table prints the time from delivery to lamp of each step.
func (r *report) table(results []result) {
	r.line("")
	r.line("%s", r.paint(bold, "From delivery to lamp（配信から点灯まで）"))
	r.line("    %s%11s  %11s", pad("", titleWidth), opsRoom, hall)
	for i, res := range results {
		r.line("%2d  %s%11s  %11s  %s", i+1, pad(res.title, titleWidth), last(res, opsRoom), last(res, hall), r.paint(dim, string(res.via)))
	}
	r.say("    Step 1 counts from the start of the bridge. Alertmanager's times contain what it waits by itself to")
	r.say("    group alerts: group_wait 50 ms where one fires, up to group_interval 200 ms where one is resolved.")
}

// last is the time to a step's final state on a tower, "-" where the tower
// did not change.
func last(res result, tower string) string {
	for _, c := range slices.Backward(res.changes) {
		if c.tower == tower {
			return duration(c.took)
		}
	}
	return "-"
}

// verdict says how it went.
func (r *report) verdict(err error) {
	r.line("")
	if err != nil {
		r.line("%s", r.paint(bad, "Not everything was as expected（想定外の結果があります）"))
		return
	}
	r.line("%s", r.paint(good, "Every tower showed each expected state, and nothing else（すべて想定どおり）"))
}
