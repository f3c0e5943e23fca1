package virtual

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/andonhq/andon/pkg/patlite"
)

// The numbers of NHV's errors (manual section 5.3.13).
const (
	accepted       = 0
	unknownCommand = 2
	noCommand      = 3
	noValue        = 4
	badValue       = 5
)

// control is a parsed HTTP command; nil and zero fields were not given.
type control struct {
	alert   *patlite.Digits
	restore time.Duration
	led     *[5]byte
	detail  *patlite.Detail
	smart   byte
	mute    *bool
	stop    *bool
	clear   bool
}

// parseControl reads the query of /api/control as the model does. The code is
// accepted or the number of NHV's error; other models have no numbers.
func parseControl(m patlite.Model, query string) (control, int) {
	var c control
	given := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, hasValue := strings.Cut(part, "=")
		name, err := url.PathUnescape(name)
		if err != nil {
			return c, unknownCommand
		}
		read, known := parameters[m.Family][name]
		switch {
		case !known:
			return c, unknownCommand
		case !hasValue || value == "":
			return c, noValue
		}
		// + is a plus sign to a tower, only %20 is a space.
		value, err = url.PathUnescape(value)
		if _, twice := given[name]; err != nil || twice || !read(m, value, &c) {
			return c, badValue
		}
		given[name] = value
	}
	if len(given) == 0 {
		return c, noCommand
	}
	return c, c.combination(m, given)
}

// combination checks which parameters may stand together.
func (c *control) combination(m patlite.Model, given map[string]string) int {
	has := func(name string) bool { _, ok := given[name]; return ok }
	switch m.Family {
	case patlite.NHV:
		if has("restore") && !has("alert") || has("c-pat") && !has("color") {
			return badValue
		}
	case patlite.LA6:
		// color and buzzer come together, flash only with both (operation
		// manual p.62).
		if has("color") != has("buzzer") || has("flash") && !has("color") {
			return badValue
		}
		for _, name := range []string{"alert", "color", "smart", "clear"} {
			if has(name) && len(given) > companions[name](given) {
				return badValue
			}
		}
	}
	return accepted
}

// companions tells how many parameters a command of LA6-POE may have with it.
var companions = map[string]func(map[string]string) int{
	"alert": func(map[string]string) int { return 1 },
	"clear": func(map[string]string) int { return 1 },
	"color": func(g map[string]string) int { return 2 + count(g, "flash") },
	"smart": func(g map[string]string) int { return 1 + count(g, "pulse") },
}

func count(given map[string]string, name string) int {
	if _, ok := given[name]; ok {
		return 1
	}
	return 0
}

// parameter reads one value into the command and reports whether it is valid.
type parameter func(m patlite.Model, value string, c *control) bool

// parameters are the names by family. What NHV has for voice, outputs and
// multi-colour units is accepted and not drawn. NH's are those seen in use;
// sound, repeat and led of NH-FV are expected but not proven over HTTP, so
// they are unknown here.
var parameters = map[patlite.Family]map[string]parameter{
	patlite.NH:  {"alert": readAlert, "clear": readClear},
	patlite.LR5: {"alert": readAlert, "clear": readClear},
	patlite.LA6: {
		"alert": readAlert, "clear": readClear, "color": readColour, "buzzer": readTone, "flash": readFlash,
		"smart": readSmart, "pulse": readOne, "mute": readMute, "stop": readStop,
	},
	patlite.NHV: {
		"alert": readAlert, "clear": readClear, "led": readLED, "restore": readRestore,
		"output": digitsOf(2, "019"),
		"color":  oneOf("NONE", "Red", "Amber", "Green", "Blue", "White", "Purple", "Cyan"),
		"c-pat":  between(1, 5), "b-pat": oneOf("0", "1", "2", "3", "4", "5", "9"),
		"sound": between(1, 71), "speech": readSpeech, "lang": oneOf("jp", "en", "cn"), "voice": oneOf("male", "female"),
		"speed": between(-5, 5), "tone": between(-5, 5), "notify": between(0, 10), "notifyTail": between(0, 10),
		"repeat": between(0, 255), "lineout": between(0, 1), "stop": readOne,
	},
}

func readAlert(m patlite.Model, value string, c *control) bool {
	d, err := patlite.ParseDigits(value)
	c.alert = &d
	return err == nil && accepts(m, d)
}

func readClear(_ patlite.Model, value string, c *control) bool {
	c.clear = true
	return value == "1"
}

func readLED(m patlite.Model, value string, c *control) bool {
	d, err := patlite.ParseDigits(value + "0")
	led := [5]byte(d[:5])
	c.led = &led
	return err == nil && accepts(m, d)
}

func readRestore(_ patlite.Model, value string, c *control) bool {
	seconds, ok := number(value, 1, 99)
	c.restore = time.Duration(seconds) * time.Second
	return ok
}

func readColour(_ patlite.Model, value string, c *control) bool {
	d, err := patlite.ParseDigits(value + "0")
	copy(c.details().Colours[:], d[:5])
	return err == nil
}

func readTone(_ patlite.Model, value string, c *control) bool {
	tone, ok := number(value, 0, 11)
	c.details().Buzzer = byte(tone)
	return ok
}

func readFlash(_ patlite.Model, value string, c *control) bool {
	c.details().Flash = value == "1"
	return value == "0" || value == "1"
}

func (c *control) details() *patlite.Detail {
	if c.detail == nil {
		c.detail = &patlite.Detail{}
	}
	return c.detail
}

func readSmart(_ patlite.Model, value string, c *control) bool {
	group, ok := number(value, 1, 31)
	c.smart = byte(group)
	return ok
}

func readMute(_ patlite.Model, value string, c *control) bool { return readSwitch(value, &c.mute) }
func readStop(_ patlite.Model, value string, c *control) bool { return readSwitch(value, &c.stop) }

func readSwitch(value string, to **bool) bool {
	on := value == "1"
	*to = &on
	return value == "0" || value == "1"
}

func readOne(_ patlite.Model, value string, _ *control) bool { return value == "1" }

// readSpeech takes any text: longer than 400 characters is cut by the tower.
func readSpeech(_ patlite.Model, value string, _ *control) bool { return utf8.ValidString(value) }

func between(low, high int) parameter {
	return func(_ patlite.Model, value string, _ *control) bool {
		_, ok := number(value, low, high)
		return ok
	}
}

func oneOf(values ...string) parameter {
	return func(_ patlite.Model, value string, _ *control) bool { return slices.Contains(values, value) }
}

func digitsOf(length int, digits string) parameter {
	return func(_ patlite.Model, value string, _ *control) bool {
		return len(value) == length && strings.Trim(value, digits) == ""
	}
}

func number(text string, low, high int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= low && n <= high
}
