package tower

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// TestPublishedSequences plays the tables of ISA-18.1-1979 from a decision of
// the rules to the lights: every line is a process condition and a pushbutton,
// and what has to be seen and heard then.
func TestPublishedSequences(t *testing.T) {
	for _, sequence := range alert.Sequences {
		t.Run(string(sequence), func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", "isa18.1", string(sequence)+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r := newRoom(t, plan(t, `buzzer_for: 0s
show:
  critical: {red: flash, buzzer: 1}
  acknowledged: steady
  returned: {red: flash2}
`))
			process, lines := "normal", 0
			scanner := bufio.NewScanner(f)
			for n := 1; scanner.Scan(); n++ {
				text := strings.TrimSpace(scanner.Text())
				if text == "" || strings.HasPrefix(text, "#") {
					continue
				}
				lines++
				columns := strings.Fields(text)
				if len(columns) != 4 {
					t.Fatalf("line %d: %q", n, text)
				}
				r.now = r.now.Add(time.Minute)
				turn(t, r, sequence, process, columns[0])
				if process = columns[0]; process == "momentary" {
					process = "normal"
				}
				switch columns[1] {
				case "acknowledge":
					r.acknowledge("pump")
				case "reset":
					r.reset("pump")
				case "-":
				default:
					t.Fatalf("line %d: pushbutton %q", n, columns[1])
				}
				state, _ := Desired(r.view, r.heard, false, r.now)
				if got := look(state); got != columns[2]+" "+columns[3] {
					t.Errorf("line %d: %s %s: %s, want %s %s", n, columns[0], columns[1], got, columns[2], columns[3])
				}
			}
			if err := scanner.Err(); err != nil || lines < 10 {
				t.Fatalf("%d lines, %v", lines, err)
			}
		})
	}
}

// turn brings the process from one condition to another.
func turn(t *testing.T, r *room, sequence alert.Sequence, was, is string) {
	t.Helper()
	if was == is {
		return
	}
	if is == "abnormal" || is == "momentary" {
		r.event("pump", alert.Firing, "critical", sequence)
	}
	if is == "normal" || is == "momentary" {
		r.event("pump", alert.Resolved, "critical", sequence)
	}
}

// look names a state in the words of the standard.
func look(s lamp.State) string {
	visual := map[lamp.Pattern]string{lamp.Off: "off", lamp.Steady: "on", lamp.Flash: "flashing", lamp.Flash2: "slow-flashing"}[s.Of(lamp.Red)]
	if s.Buzzer != 0 {
		return visual + " audible"
	}
	return visual + " silent"
}
