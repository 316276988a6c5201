package notices

import (
	"strings"
	"unicode"
)

// escape makes a value that people typed safe to stand anywhere on a line of a DingTalk message: it cannot
// become a link, an image, a heading, a quote, a list, code, emphasis or HTML, nor begin a new line. The characters
// that could are replaced by their full-width twins, since DingTalk promises nothing about backslash escapes; names such
// as order_service-v1.2 stay as they are. A bare URL stays one: DingTalk makes it clickable, but shows where it leads.
func escape(value string) string {
	runes := []rune(strings.TrimSpace(strings.Map(plainRune, strings.ToValidUTF8(value, "�"))))
	if len(runes) > 0 {
		runes[0] = fullWidthFirst(runes)
	}
	for i, r := range runes {
		if r == '_' && !insideWord(runes, i) {
			runes[i] = fullWidth('_')
		}
	}
	return string(runes)
}

// plainRune maps what has a meaning anywhere in Markdown to its full-width twin, and the others as visible does.
func plainRune(r rune) rune {
	if strings.ContainsRune("[]*<>`\\|~", r) {
		return fullWidth(r)
	}
	return visible(r)
}

// visible maps line breaks and control characters to a space, and drops invisible format characters (they reorder or hide
// text), except the joiner that emoji need.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return ' '
	case unicode.Is(unicode.Cf, r) && r != '\u200d':
		return -1
	}
	return r
}

// fullWidthFirst handles the characters that have a meaning only at the start of a line: heading, rule, underline of a
// heading, and a list's bullet when a space or nothing follows.
func fullWidthFirst(runes []rune) rune {
	first := runes[0]
	switch first {
	case '#', '=':
		return fullWidth(first)
	case '-', '+':
		if len(runes) == 1 || runes[1] == ' ' || runes[1] == first {
			return fullWidth(first)
		}
	}
	return first
}

func insideWord(runes []rune, i int) bool {
	return i > 0 && i < len(runes)-1 && isWord(runes[i-1]) && isWord(runes[i+1])
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fullWidth is the twin of an ASCII character in the block U+FF01 … U+FF5E.
func fullWidth(r rune) rune { return r + 0xFEE0 }

// plain makes a value safe to stand on a line of plain text: it cannot begin a new line, nor reorder or hide what people
// read.
func plain(value string) string {
	return strings.TrimSpace(strings.Map(visible, strings.ToValidUTF8(value, "�")))
}
