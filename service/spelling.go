package service

import "strings"

// maxSpelling is how many letters a word may have that is looked for by its sound: one bit each, and two for the end.
const maxSpelling = 62

// spelling is a word as somebody typed it, looked for in what names sound like: by full pinyin, by initials, or by both
// mixed. A state is a set of bits, bit k for "the first k letters are used up"; a character leads from one to the next.
// All readings of a character are followed at once, so that there is unheard to bound.
type spelling struct {
	letters  [128]uint64 // by letter: the states in which it is the next one
	full     []uint64    // by syllable: the states in which all of it comes next
	partial  []uint64    // by syllable: the states in which the word ends within it
	lengths  []uint8     // by syllable
	initials []byte      // by syllable
	readings [][]uint16
	opens    []bool // by sound: whether the word may begin with the character
	end      uint64 // all letters are used up, and so is the character
	cut      uint64 // all letters are used up within a character's reading
}

// newSpelling prepares a word of ASCII letters and digits; nil when it is unheard that could be pinyin.
func (a *alphabet) newSpelling(word string) *spelling {
	if len(word) > maxSpelling || strings.ContainsFunc(word, notTyped) || !strings.ContainsFunc(word, isLetter) {
		return nil
	}
	a.mu.Lock()
	readings, syllables := a.readings, a.syllables
	a.mu.Unlock()
	masks := make([]uint64, 2*len(syllables))
	sp := &spelling{
		full: masks[:len(syllables)], partial: masks[len(syllables):], lengths: make([]uint8, len(syllables)),
		initials: make([]byte, len(syllables)), readings: readings, opens: make([]bool, int(firstHan)+len(readings)), end: 1 << len(word), cut: 2 << len(word),
	}
	for k := range len(word) {
		sp.letters[word[k]] |= 1 << k
	}
	for i, s := range syllables {
		sp.lengths[i], sp.initials[i] = uint8(len(s)), s[0] // #nosec G115 -- a syllable has six letters at most
		for k := range len(word) {
			switch rest := word[k:]; {
			case rest[0] != s[0]:
			case strings.HasPrefix(rest, s):
				sp.full[i] |= 1 << k
			case strings.HasPrefix(s, rest):
				sp.partial[i] |= 1 << k
			}
		}
	}
	for i := range sp.opens {
		sp.opens[i] = sp.next(sound(i), 1, false) != 0
	}
	return sp
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

func notTyped(r rune) bool { return !isLetter(r) && (r < '0' || r > '9') }

// next is what a character makes of a state.
func (sp *spelling) next(s sound, state uint64, initialsOnly bool) uint64 {
	if s < firstHan {
		return state & sp.letters[s] << 1
	}
	var to uint64
	for _, reading := range sp.readings[s-firstHan] {
		to |= state & sp.letters[sp.initials[reading]] << 1
		if initialsOnly {
			continue
		}
		to |= state & sp.full[reading] << sp.lengths[reading]
		if state&sp.partial[reading] != 0 {
			to |= sp.cut
		}
	}
	return to
}

// extent is how much of a name was found.
type extent int

const (
	unheard extent = iota
	partly         // from where the search began to somewhere
	wholly         // to the end
)

// from looks for the word in the sounds, from the first of them on.
func (sp *spelling) from(sounds []sound, initialsOnly bool) extent {
	found, state := unheard, uint64(1)
	for i, s := range sounds {
		state = sp.next(s&^wordStart, state, initialsOnly)
		if state&(sp.end|sp.cut) != 0 {
			found = partly
		}
		if state&sp.end != 0 && i == len(sounds)-1 {
			return wholly
		}
		if state &^= sp.end | sp.cut; state == 0 {
			break
		}
	}
	return found
}
