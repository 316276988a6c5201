package service

import (
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// mostReadings is how many readings of a character count. The library has the common ones first; the rest are names of
// places and old books, and would let nearly everything be found by anything.
const mostReadings = 4

// sound is a character as an index has it: itself when it is an ASCII letter or digit, else one that alphabet gave out.
// The highest bit says that a word begins with it.
type sound uint16

const (
	wordStart sound = 1 << 15
	noSound   sound = 0 // nobody can type what this character sounds like
	firstHan  sound = 128
)

// alphabet knows how characters are read, each from the first time it is met. It only grows, so that what was read of it
// stays true. It is safe for concurrent use.
type alphabet struct {
	mu        sync.Mutex
	sounds    map[rune]sound
	readings  [][]uint16 // by sound, beginning with firstHan: indexes into syllables
	syllables []string
	known     map[string]uint16 // index by syllable
}

func newAlphabet() *alphabet {
	return &alphabet{sounds: map[rune]sound{}, known: map[string]uint16{}}
}

// soundOf is a folded character's sound.
func (a *alphabet) soundOf(r rune) sound {
	if r < rune(firstHan) {
		return sound(r) // #nosec G115 -- it is below firstHan
	}
	s, known := a.sounds[r]
	if !known && len(a.readings) < int(wordStart-firstHan) {
		if readings := readingsOf(r); len(readings) > 0 {
			s = firstHan + sound(len(a.readings)) // #nosec G115 -- bounded above
			a.readings = append(a.readings, a.indexes(readings))
		}
		a.sounds[r] = s
	}
	return s
}

func (a *alphabet) indexes(syllables []string) []uint16 {
	list := make([]uint16, len(syllables))
	for i, s := range syllables {
		if _, known := a.known[s]; !known {
			a.known[s] = uint16(len(a.syllables)) // #nosec G115 -- Chinese has some hundred
			a.syllables = append(a.syllables, s)
		}
		list[i] = a.known[s]
	}
	return list
}

// readingsOf are the common readings of a character as people type them: without tones, ü as v and, where that is usual
// as well, as u.
func readingsOf(r rune) []string {
	if !isHan(r) {
		return nil
	}
	var readings []string
	for _, s := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true}) {
		if !strings.ContainsFunc(s, notLetter) && len(readings) < mostReadings {
			readings = append(readings, s)
		}
	}
	for _, s := range readings {
		if other := strings.Replace(s, "v", "u", 1); !slices.Contains(readings, other) {
			readings = append(readings, other)
		}
	}
	return readings
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

// spell appends how a folded name sounds. Separators have no sound: a word begins after them.
func (a *alphabet) spell(to []sound, name string) []sound {
	start, before := wordStart, rune(0)
	for _, r := range name {
		if kindOf(r) == separator {
			start, before = wordStart, 0
			continue
		}
		if begins(before, r) {
			start = wordStart
		}
		to = append(to, a.soundOf(r)|start)
		start, before = 0, r
	}
	return to
}
