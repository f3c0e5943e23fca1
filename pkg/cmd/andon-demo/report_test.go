package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// printed is a story of three steps, the last of which went wrong.
func printed(t *testing.T) []result {
	shown := func(tower, state string, took time.Duration) change {
		return change{tower, states(t, state)[0], took}
	}
	return []result{
		{step: step{title: "An ordinary mail", gloss: "通常のメール", via: mail, what: ordinaryMail}},
		{
			step: step{title: "A critical alert", gloss: "重大", via: alertmanager, what: "DatabaseDown on db02"},
			changes: []change{
				shown(opsRoom, "red=flash amber=steady buzzer=1", 52900*time.Microsecond), shown(hall, "red=flash buzzer=1", 1250*time.Millisecond),
			},
		},
		{
			step:    step{title: "A failure mail", gloss: "障害メール", via: mail, what: failureMail},
			changes: []change{shown(hall, "off", 0), shown(hall, "red=flash", 2*time.Millisecond)},
			err:     errors.Join(errors.New("ops-room: expected red=flash2; it showed no change"), errors.New("hall: expected off; it showed off, then red=flash")),
		},
	}
}

func TestReport(t *testing.T) {
	for name, colour := range map[string]bool{"plain": false, "colour": true} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r := &report{w: &out, colour: colour}
			r.title()
			results := printed(t)
			for i, res := range results {
				r.step(i+1, res)
			}
			r.table(results)
			r.verdict(nil)
			r.verdict(errors.New("step 3"))
			golden(t, name, out.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPadCountsCells(t *testing.T) {
	for text, want := range map[string]string{"ab": "ab    |", "正常": "正常  |", "（ｱ）": "（ｱ） |", "too long already": "too long already|"} {
		if got := pad(text, 6) + "|"; got != want {
			t.Errorf("pad %q: got %q, want %q", text, got, want)
		}
	}
}

// A file is no terminal, whatever the environment says.
func TestColourful(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if colourful(file) {
		t.Error("a file got colours")
	}
	device, err := os.Open(os.DevNull) // a character device, as terminals are
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if !colourful(device) {
		t.Error("a terminal got no colours")
	}
	t.Setenv("NO_COLOR", "1")
	if colourful(device) {
		t.Error("NO_COLOR was not respected")
	}
}
