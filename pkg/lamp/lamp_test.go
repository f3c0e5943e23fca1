package lamp

import (
	"testing"

	"pgregory.net/rapid"
)

func anyState(t *rapid.T, label string) State {
	s := State{Lights: map[Unit]Pattern{}, Buzzer: rapid.IntRange(0, 3).Draw(t, label+" buzzer")}
	for u, p := range rapid.MapOf(rapid.SampledFrom(Units), rapid.SampledFrom(append([]Pattern{""}, Patterns...))).Draw(t, label) {
		s.Lights[u] = p
	}
	return s
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t, "state")
		read, err := Parse(s.String())
		if err != nil || !read.Equal(s) || read.String() != s.String() {
			t.Fatalf("%q is read as %q, %v", s, read, err)
		}
	})
}

func TestEqualIsWhatIsSeenAndHeard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyState(t, "a"), anyState(t, "b")
		same := a.Buzzer == b.Buzzer
		for _, u := range Units {
			same = same && a.Of(u) == b.Of(u)
		}
		if a.Equal(b) != same || b.Equal(a) != same || !a.Equal(a.Clone()) || !a.Quiet().Equal(State{Lights: a.Lights}) {
			t.Fatalf("%q and %q: equal %v, want %v", a, b, a.Equal(b), same)
		}
		if a.Dark() != (a.String() == "off") {
			t.Fatalf("%q: dark %v", a, a.Dark())
		}
		c := a.Clone()
		c.Lights[Red], c.Buzzer = "other", 99
		if a.Lights[Red] == "other" || a.Buzzer == 99 {
			t.Fatal("a clone shares its lights")
		}
	})
}

func TestString(t *testing.T) {
	for want, s := range map[string]State{
		"off":                             {Lights: map[Unit]Pattern{Red: Off}},
		"red=flash green=steady buzzer=1": {Lights: map[Unit]Pattern{Green: Steady, Red: Flash, Blue: Off}, Buzzer: 1},
		"white=steady pink=flash":         {Lights: map[Unit]Pattern{"pink": Flash, White: Steady}},
	} {
		if got := s.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"off", "", "red=flash", "red=flash green=steady buzzer=1", "red", "red=blink", "buzzer=x", "buzzer=-1", "=", "a=off"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(s.String()); err != nil || !again.Equal(s) {
			t.Errorf("%q is %q, and that is %q, %v", text, s, again, err)
		}
	})
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"red":       `parse lamp state "red": "red" is not unit=pattern`,
		"red=blink": `parse lamp state "red=blink": "blink" is not a pattern`,
		"buzzer=-1": `parse lamp state "buzzer=-1": buzzer "-1" is not a pattern number`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
