package service

import (
	"strings"
	"unicode"
)

// fold makes equal what people take for equal: cases, widths, and amounts of white space.
func fold(s string) string {
	for _, r := range s {
		if r <= ' ' || (r >= 'A' && r <= 'Z') || (r > unicode.MaxASCII && !isHan(r)) {
			return strings.Join(strings.FieldsFunc(strings.Map(foldRune, s), isSpace), " ")
		}
	}
	return s // most names are what they would be made
}

func foldRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		r -= '！' - '!'
	case r == 'ü' || r == 'Ü':
		return 'v' // as people type it
	}
	return unicode.ToLower(r)
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// isHan tells Chinese characters by their range first, in which nearly all are.
func isHan(r rune) bool {
	return r >= '一' && r <= '龥' || r > unicode.MaxLatin1 && unicode.Is(unicode.Han, r)
}

// kind is what a character is to people who look for the beginnings of words.
type kind int

const (
	separator kind = iota
	digit
	latin
	han
	letter // any other
)

func kindOf(r rune) kind {
	switch {
	case r >= 'a' && r <= 'z':
		return latin
	case r >= '0' && r <= '9':
		return digit
	case r <= unicode.MaxASCII:
		return separator
	case isHan(r):
		return han
	case unicode.IsLetter(r):
		return letter
	default:
		return separator
	}
}

// begins tells whether a word begins with r when it follows before. Between Chinese and Latin, and between letters and
// digits, people see a border without a separator.
func begins(before, r rune) bool { return kindOf(before) != kindOf(r) }
