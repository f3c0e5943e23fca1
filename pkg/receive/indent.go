package receive

import "strings"

// indented lays out JSON that has been read already, two blanks a level, for
// people; anything over maxOriginal is cut.
func indented(data []byte) string {
	var b strings.Builder
	b.Grow(min(len(data)+len(data)/4, maxOriginal) + 64)
	depth := 0
	line := func() {
		b.WriteByte('\n')
		for range depth {
			b.WriteString("  ")
		}
	}
	for i := 0; i < len(data) && b.Len() < maxOriginal; i++ {
		switch ch := data[i]; ch {
		case ' ', '\t', '\n', '\r':
		case '"':
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(data))
			b.Write(data[i:end])
			i = end - 1
		case '{', '[':
			b.WriteByte(ch)
			rest := i + 1
			for rest < len(data) && strings.IndexByte(" \t\n\r", data[rest]) >= 0 {
				rest++
			}
			if rest < len(data) && data[rest] == ch+2 { // {} and [] stay together
				b.WriteByte(ch + 2)
				i = rest
				continue
			}
			depth++
			line()
		case '}', ']':
			depth = max(depth-1, 0)
			line()
			b.WriteByte(ch)
		case ',':
			b.WriteByte(ch)
			line()
		case ':':
			b.WriteString(": ")
		default:
			b.WriteByte(ch)
		}
	}
	return cutText(strings.ToValidUTF8(b.String(), "\uFFFD"), maxOriginal)
}
