package virtual

import (
	"fmt"

	"github.com/andonhq/andon/pkg/lamp"
)

// rgbByColour are the colours of D and color, 1 to 9. Red, amber, green, blue,
// purple, pink and white are as an LA6-POE reports them (operation manual
// p.43), lemon and sky blue are chosen between.
var rgbByColour = [10][3]byte{
	1: {0xFF, 0x00, 0x00},
	2: {0xFF, 0xCC, 0x00},
	3: {0xCC, 0xFF, 0x00},
	4: {0x00, 0xFF, 0x00},
	5: {0x00, 0xCC, 0xFF},
	6: {0x00, 0x33, 0xFF},
	7: {0xCC, 0x00, 0xDD},
	8: {0xFF, 0x00, 0xCC},
	9: {0xFF, 0xFF, 0xFF},
}

var colourOfUnit = map[lamp.Unit]byte{lamp.Red: 1, lamp.Amber: 2, lamp.Green: 4, lamp.Blue: 6, lamp.White: 9}

// rgb is the colour that a tier is lit in, black while it is off.
func (t *Tower) rgb(tier int) [3]byte {
	if t.face.digits[tier] == 0 {
		return [3]byte{}
	}
	return t.lens(tier)
}

// lens is the colour that a tier would be lit in.
func (t *Tower) lens(tier int) [3]byte {
	if c := t.face.colours[tier]; c != 0 {
		return rgbByColour[c]
	}
	if c, ok := colourOfUnit[t.panel.Layout[tier]]; ok {
		return rgbByColour[c]
	}
	return rgbByColour[9]
}

// cssColour is how the page draws a colour. FFCC00 is amber through a lens and
// plain yellow on a screen, so amber is drawn deeper.
func cssColour(rgb [3]byte) string {
	if rgb == rgbByColour[2] {
		rgb = [3]byte{0xFF, 0x99, 0x00}
	}
	return fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
}
