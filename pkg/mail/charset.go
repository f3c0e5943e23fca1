package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
)

// aliases are names that mailers write and the index of the WHATWG does not
// know. x/text's Shift JIS is code page 932, and its JIS X 0208 table has the
// vendor rows, so ① and ～ come out in all three encodings.
var aliases = map[string]encoding.Encoding{
	"cp932": japanese.ShiftJIS, "ms932": japanese.ShiftJIS, "x-ms-cp932": japanese.ShiftJIS,
	"shiftjis": japanese.ShiftJIS, "shift-jis": japanese.ShiftJIS, "sjis-win": japanese.ShiftJIS,
	"iso-2022-jp-1": japanese.ISO2022JP, "iso-2022-jp-2": japanese.ISO2022JP, "iso-2022-jp-3": japanese.ISO2022JP,
	"iso-2022-jp-ms": japanese.ISO2022JP, "iso2022jp": japanese.ISO2022JP, "jis": japanese.ISO2022JP,
	"cp50220": japanese.ISO2022JP, "cp50221": japanese.ISO2022JP, "cp50222": japanese.ISO2022JP,
	"x-windows-iso2022jp": japanese.ISO2022JP,
	"eucjp":               japanese.EUCJP, "eucjp-ms": japanese.EUCJP, "eucjp-win": japanese.EUCJP, "cp51932": japanese.EUCJP,
}

// lookup finds an encoding by its declared name; nil where the name says
// nothing useful (none, unknown, us-ascii, utf-8).
func lookup(name string) encoding.Encoding {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"'`))
	name = strings.TrimPrefix(name, "charset=")
	switch name {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "utf-8", "utf8", "unicode-1-1-utf-8", "utf8mb4":
		return nil
	}
	if e := aliases[name]; e != nil {
		return e
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return nil
	}
	return e
}

// decodeBytes makes text of bytes: in the declared character set where that
// works out, else in the likeliest one. The result is always valid UTF-8.
func decodeBytes(data []byte, declared string) string {
	if len(data) == 0 {
		return ""
	}
	enc := lookup(declared)
	escapes := hasJISEscape(data)
	switch {
	case enc == nil || enc == charmap.Windows1252:
		// Declared as nothing in particular, or as what mailers write when
		// they do not know: what decodes as UTF-8 is UTF-8.
		if !escapes && utf8.Valid(data) {
			return string(data)
		}
	case enc == japanese.ISO2022JP && !escapes && utf8.Valid(data):
		return string(data)
	default:
		if text, errs := decodeWith(enc, data); errs == 0 {
			return text
		}
		if utf8.Valid(data) && !escapes {
			return string(data)
		}
	}
	return guess(data, enc)
}

// guess decodes bytes whose declaration is missing or wrong.
func guess(data []byte, declared encoding.Encoding) string {
	if hasJISEscape(data) {
		if text, errs := decodeWith(japanese.ISO2022JP, data); errs == 0 || declared == japanese.ISO2022JP {
			return text
		}
	}
	// Mostly UTF-8 with a few broken bytes (a cut character) stays UTF-8.
	if text := strings.ToValidUTF8(string(data), "\uFFFD"); multibyte(text) > 2*strings.Count(text, "\uFFFD") {
		return text
	}
	best, bestScore := "", -1
	for _, enc := range []encoding.Encoding{japanese.ShiftJIS, japanese.EUCJP} {
		if text, errs := decodeWith(enc, data); errs == 0 {
			if score := japaneseScore(text, declared == charmap.Windows1252); score > bestScore {
				best, bestScore = text, score
			}
		}
	}
	if bestScore > 0 {
		return best
	}
	if declared != nil {
		text, _ := decodeWith(declared, data)
		return text
	}
	text, _ := decodeWith(charmap.Windows1252, data)
	return text
}

func decodeWith(enc encoding.Encoding, data []byte) (text string, errs int) {
	out, err := enc.NewDecoder().Bytes(data)
	text = strings.ToValidUTF8(string(out), "\uFFFD")
	errs = strings.Count(text, "\uFFFD")
	if err != nil {
		errs++
	}
	return text, errs
}

func hasJISEscape(data []byte) bool {
	return bytes.Contains(data, []byte("\x1b$")) || bytes.Contains(data, []byte("\x1b("))
}

// japaneseScore says how much text looks like Japanese: 0 not at all. Full
// width kana count most; half width kana count against, because EUC-JP read
// as Shift_JIS is full of them.
func japaneseScore(text string, needKana bool) int {
	var kana, kanji, half, pairs int
	wide := false
	for _, r := range text {
		was := wide
		wide = false
		switch {
		case r >= 0x3041 && r <= 0x30fe:
			kana, wide = kana+1, true
		case r >= 0x4e00 && r <= 0x9fff:
			kanji, wide = kanji+1, true
		case r >= 0xff61 && r <= 0xff9f:
			half++
		case r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff5e:
			wide = true
		}
		if was && wide {
			pairs++
		}
	}
	// A lone kanji is a Latin letter with an accent and its neighbour.
	if kana == 0 && (needKana || pairs == 0) && half < 3 {
		return 0
	}
	return max(1, 1000+10*(4*kana+kanji-2*half))
}

func multibyte(text string) int {
	n := 0
	for _, r := range text {
		if r >= utf8.RuneSelf && r != utf8.RuneError {
			n++
		}
	}
	return n
}
