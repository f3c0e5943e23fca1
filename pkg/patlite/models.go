package patlite

import (
	"regexp"

	"github.com/andonhq/andon/pkg/lamp"
)

// The light patterns by value. LR5-LAN has three blink speeds and three
// flashes: flash is slow, flash2 medium, flash3 fast, flash4 the single flash.
var (
	oneFlash    = []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash}
	twoFlashes  = []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash, lamp.Flash2}
	fourFlashes = []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash, lamp.Flash2, lamp.Flash3, lamp.Flash4}
)

// models is the table of models. A name is matched whole, in upper case and
// without the colours at its end; L, P and S in NHL, NHP and NHS are sizes and
// mountings, the digit is the number of tiers.
var models = []Model{
	nhv("NHV4", `NHV4(-5[A-Z]*)?`, 5),
	nhv("NHV4-3", `NHV4-3[A-Z]*`, 3),
	nhv("NHV6", `NHV6(-5[A-Z]*)?`, 5),
	nhv("NHV6-3", `NHV6-3[A-Z]*`, 3),
	nhv("NHB6", `NHB6(-5[A-Z]*)?`, 5), // an NHV without voice
	nh("NHL-3FB2", `NH[LS]-3FB[12]?`, 3),
	nh("NHP-3FB1", `NHP-3FB[12]?`, 3),
	nh("NHL-4FB2", `NH[LPS]-4FB[12]?`, 4),
	nh("NHL-5FB2", `NH[LPS]-5FB[12]?`, 5),
	nh("NHL-3FV2W", `NH[LPS]-3FV[12]?W?`, 3),
	nh("NHL-4FV2W", `NH[LPS]-4FV[12]?W?`, 4),
	nh("NHL-5FV2W", `NH[LPS]-5FV[12]?W?`, 5),
	{
		Name: "LA6-POE", match: whole(`LA6-(5[A-Z]*-)?POE`), Family: LA6, Tiers: 5, AnyColour: true,
		Patterns: oneFlash, Buzzers: 3, Tones: 11, Category: "AB",
		Protocols: []string{"pns", "http", "phn", "modbus"},
	},
	{
		Name: "LR5-LAN", match: whole(`LR5-LAN`), Family: LR5, Tiers: 5,
		Patterns: fourFlashes, Found: []lamp.Pattern{Flash5, Flash6}, Buzzers: 1, Tones: 1, Category: "AB",
		Protocols: []string{"pns", "http", "modbus"},
	},
}

// nhv is a row of the NHV and NHB series. Whether their sockets speak PNS,
// and with which values, is not documented.
func nhv(name, match string, tiers int) Model {
	return Model{
		Name: name, match: whole(match), Family: NHV, Tiers: tiers,
		Patterns: fourFlashes, Buzzers: 5, Tones: 5, Restore: true, HTTPStatus: true, Codes: true,
		Protocols: []string{"http", "rsh", "snmp"},
	}
}

// nh is a row of the NH series: NH-FB, and NH-FV which adds voice.
func nh(name, match string, tiers int) Model {
	return Model{
		Name: name, match: whole(match), Family: NH, Tiers: tiers,
		Patterns: twoFlashes, Buzzers: 4, Tones: 4, Category: "XX",
		Protocols: []string{"pns", "http", "phn", "rsh", "snmp"},
	}
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }
