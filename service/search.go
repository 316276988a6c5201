package service

import (
	"strings"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// rank says how well an option fits a keyword, 0 best: how it fits first, then what of it does.
type rank uint8

// How it fits.
const (
	exactly  rank = iota << 2 // it is the keyword
	asPrefix                  // it begins with it
	atWord                    // a word within begins with it
	inside                    // it is somewhere within
	unfit                     // it is not there
)

// What of it does.
const (
	byLabel rank = iota
	byInitials
	byPinyin
	byID
)

// searchIndex finds options by their names, by how those sound, and by their ids. It is made once for a list, and small:
// one text, two bytes for each character of Chinese names, and 16 for each option.
type searchIndex struct {
	alphabet *alphabet
	text     string  // of each option: its name and its id, folded, each with a zero byte behind it
	sounds   []sound // of names with Chinese in them
	places   []place
}

// place says where the parts of one option are; they begin where those of the one before end.
type place struct {
	name  uint32 // end of its name in text; its id is behind the zero byte
	short uint32 // start of the last part of its id, by which people call a job
	end   uint32 // end of its id
	heard uint32 // end of its sounds
}

// newSearchIndex makes the index of a list.
func (a *alphabet) newSearchIndex(list []model.Option) *searchIndex {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := &searchIndex{alphabet: a, places: make([]place, len(list))}
	var text strings.Builder
	for i, o := range list {
		e, name, id := &x.places[i], fold(o.Name), fold(o.ID)
		text.WriteString(name)
		e.name = offset(text.Len())
		text.WriteByte(0)
		text.WriteString(id)
		e.end = offset(text.Len())
		e.short = e.end - offset(len(id)-1-strings.LastIndexAny(id, ":/"))
		text.WriteByte(0)
		if strings.ContainsFunc(name, isHan) {
			x.sounds = a.spell(x.sounds, name)
		}
		e.heard = offset(len(x.sounds))
	}
	x.text = text.String()
	return x
}

func offset(n int) uint32 { return uint32(n) } // #nosec G115 -- no list has gigabytes of names

// find returns the best limit options that fit all words of the keyword, the best first, those that fit alike in the order
// of the list, and how many fit at all. sees leaves options out; nil leaves out none.
func (x *searchIndex) find(keyword string, limit int, sees func(int) bool) (best []int, total int) {
	phrase := fold(keyword)
	words := strings.Fields(phrase)
	ranks := make([]rank, len(x.places))
	for _, word := range words[:min(len(words), maxWords)] {
		x.demote(ranks, word)
	}
	if len(words) > 1 {
		x.promote(ranks, phrase)
	}
	var counts [unfit]int
	for i, r := range ranks {
		if r < unfit && (sees == nil || sees(i)) {
			counts[r]++
			total++
		} else {
			ranks[i] = unfit
		}
	}
	return sorted(ranks, counts, min(limit, total)), total
}

// search are the options of a short list that fit the keyword, the best first; all of them when there is none.
func (a *alphabet) search(list []model.Option, keyword string) []model.Option {
	if strings.TrimSpace(keyword) == "" {
		return list
	}
	best, _ := a.newSearchIndex(list).find(keyword, len(list), nil)
	found := make([]model.Option, len(best))
	for i, at := range best {
		found[i] = list[at]
	}
	return found
}

// maxWords is how many words of a keyword count.
const maxWords = 6

// demote lets a word make ranks worse: an option is as good as the word that fits it worst.
func (x *searchIndex) demote(ranks []rank, word string) {
	sp := x.alphabet.newSpelling(strings.ReplaceAll(word, "'", "")) // xi'an
	from, heard, next := 0, uint32(0), x.next(0, word)
	for i, e := range x.places {
		r := unfit
		if next < int(e.end) {
			r = x.rankText(from, next, e, word)
			next = x.next(int(e.end)+1, word)
		}
		if sp != nil && r > byInitials && heard < e.heard && ranks[i] < unfit {
			r = min(r, sp.rank(x.sounds[heard:e.heard]))
		}
		ranks[i] = max(ranks[i], r)
		from, heard = int(e.end)+1, e.heard
	}
}

// next is where the text has the word, from a place on; its end when it does not.
func (x *searchIndex) next(from int, word string) int {
	if at := strings.Index(x.text[from:], word); at >= 0 {
		return from + at
	}
	return len(x.text)
}

// promote lets names that have the words as they were typed come before those that have them here and there.
func (x *searchIndex) promote(ranks []rank, phrase string) {
	from, next := 0, x.next(0, phrase)
	for i, e := range x.places {
		if next < int(e.end) {
			if ranks[i] < unfit {
				ranks[i] = min(ranks[i], x.rankText(from, next, e, phrase))
			}
			next = x.next(int(e.end)+1, phrase)
		}
		from = int(e.end) + 1
	}
}

// sorted are the first options by rank, taken from counted ranks.
func sorted(ranks []rank, counts [unfit]int, limit int) []int {
	best := make([]int, limit)
	next, first := [unfit]int{}, 0
	for r, n := range counts {
		next[r] = first
		first += n
	}
	for i, r := range ranks {
		if r < unfit {
			if next[r] < limit {
				best[next[r]] = i
			}
			next[r]++
		}
	}
	return best
}

// rankText ranks the option whose text starts at from by its name and id, in which the word is first found at a place.
func (x *searchIndex) rankText(from, at int, e place, word string) rank {
	r, id := unfit, int(e.name)+1
	if at < id {
		if r = rankWithin(x.text[from:e.name], at-from, word) + byLabel; r == exactly {
			return r
		}
		if at = strings.Index(x.text[id:e.end], word); at < 0 {
			return r
		}
	} else {
		at -= id
	}
	switch short := x.text[e.short:e.end]; {
	case short == word:
		return min(r, exactly+byID)
	case strings.HasPrefix(short, word):
		return min(r, asPrefix+byID)
	default:
		return min(r, rankWithin(x.text[id:e.end], at, word)+byID)
	}
}

// rankWithin ranks a text by a word's occurrences in it, of which the first is known.
func rankWithin(text string, at int, word string) rank {
	switch {
	case len(text) == len(word):
		return exactly
	case at == 0:
		return asPrefix
	}
	for !beginsAt(text, at) {
		next := strings.Index(text[at+1:], word)
		if next < 0 {
			return inside
		}
		at += 1 + next
	}
	return atWord
}

// beginsAt tells whether a word begins at a place within a folded text.
func beginsAt(text string, at int) bool {
	if before, r := text[at-1], text[at]; before < utf8.RuneSelf && r < utf8.RuneSelf {
		return begins(rune(before), rune(r))
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	r, _ := utf8.DecodeRuneInString(text[at:])
	return begins(before, r)
}

// rank ranks a name by how it sounds.
func (sp *spelling) rank(sounds []sound) rank {
	best := unfit
	for i, s := range sounds {
		if !sp.opens[s&^wordStart] {
			continue
		}
		found := sp.from(sounds[i:], false)
		if found == unheard {
			continue
		}
		r := inside + byPinyin
		switch {
		case i == 0 && found == wholly:
			r = exactly + byPinyin
		case i == 0:
			r = asPrefix + byPinyin
		case s&wordStart != 0:
			r = atWord + byPinyin
		}
		if sp.from(sounds[i:], true) == found {
			r -= byPinyin - byInitials
		}
		if best = min(best, r); best < inside {
			break
		}
	}
	return best
}
