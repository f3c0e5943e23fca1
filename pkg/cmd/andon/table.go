package main

import (
	"io"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// table is rows of cells, and lines between them. Its columns stand below each
// other on a terminal, where a Japanese character takes two places.
type table struct {
	rows [][]string
}

// cells are as wide as terminals draw them. What Unicode calls ambiguous, such as
// …, is narrow: terminals draw it so unless they are told otherwise, and the
// locale does not tell what the terminal does.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// row adds a row. What is no printable character in a cell becomes a blank: a
// label may hold anything, and must not move the cursor or turn the line around.
func (t *table) row(texts ...string) {
	row := make([]string, len(texts))
	for i, s := range texts {
		row[i] = strings.TrimSpace(strings.Map(printable, s))
	}
	t.rows = append(t.rows, row)
}

func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}

// line adds a line that belongs to no column.
func (t *table) line(text string) { t.row(text) }

func (t *table) writeTo(w io.Writer) error {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row[:max(len(row)-1, 0)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		pending := "" // blanks are written before what follows them only
		for i, cell := range row {
			if cell != "" {
				b.WriteString(pending + cell)
				pending = ""
			}
			if i < len(row)-1 {
				pending += strings.Repeat(" ", widths[i]-cells.StringWidth(cell)+2)
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clip cuts text to so many places on a terminal.
func clip(s string, width int) string { return cells.Truncate(s, width, "…") }
