package service

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// What goes on with an app may stand behind its offered name: "支付核心 · 运行中 #120 · R-1042 上线中 · 当前 v2.1.0". A form may be
// sent with it long after it stopped being true, so it means nothing there: a name means what it means without it.

// decorationMark stands before each part of a decoration.
const decorationMark = " · "

// The parts of a decoration, in their order; each is there once or not at all.
const (
	partRunning = iota
	partHolder
	partVersion
	noPart
)

const (
	runningWord = "运行中 #"
	holdingWord = " 上线中"
	waitingWord = " 待上线"
	versionWord = "当前 "
)

// maxVersion is how many runes a version may have to be shown.
const maxVersion = 30

// partOf tells which part of a decoration a text is.
func partOf(text string) int {
	if number, ok := strings.CutPrefix(text, runningWord); ok && isNumber(number) {
		return partRunning
	}
	if version, ok := strings.CutPrefix(text, versionWord); ok && isVersion(version) {
		return partVersion
	}
	for _, word := range []string{holdingWord, waitingWord} {
		if release, ok := strings.CutSuffix(text, word); ok {
			if number, ok := strings.CutPrefix(release, model.NumberPrefix); ok && isNumber(number) {
				return partHolder
			}
		}
	}
	return noPart
}

func isNumber(s string) bool {
	return s != "" && len(s) < 20 && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// isVersion tells what can be shown of a version: a word, without what else a name may end with.
func isVersion(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxVersion && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || !unicode.IsPrint(r) || strings.ContainsRune("()·…（）", r)
	})
}

// bareName is a name without what may stand behind it.
func bareName(name string) string {
	name = strings.TrimSpace(name)
	for last := noPart; ; {
		at := strings.LastIndex(name, decorationMark)
		if at <= 0 {
			return name
		}
		part := partOf(name[at+len(decorationMark):])
		if part >= last {
			return name
		}
		name, last = name[:at], part
	}
}

func bareNamesOf(names []string) []string {
	var bare []string
	for _, name := range names {
		bare = append(bare, bareName(name))
	}
	return bare
}

// appState is what goes on with an app. The zero value is: nothing.
type appState struct {
	running int64 // the number of the build that runs
	release int64 // the release that has the job, or waits for it
	waits   bool  // the release only waits
	version string
}

// or adds what goes on beside it, as far as there is room for it.
func (s appState) or(other appState) appState {
	if s.running == 0 {
		s.running = other.running
	}
	if s.release == 0 || s.waits && other.release > 0 && !other.waits {
		s.release, s.waits = other.release, other.waits
	}
	if s.version == "" {
		s.version = other.version
	}
	return s
}

// decorate appends what there is to tell to an offered name. What matters most comes first; what does not fit into an
// option's name is left out, as the name itself must stay whole to mean the app.
func (s appState) decorate(name string) string {
	if s.running > 0 {
		name = withPart(name, runningWord+strconv.FormatInt(s.running, 10))
	}
	if s.release > 0 {
		word := holdingWord
		if s.waits {
			word = waitingWord
		}
		name = withPart(name, (&model.Release{ID: s.release}).Number()+word)
	}
	if isVersion(s.version) {
		name = withPart(name, versionWord+s.version)
	}
	return name
}

func withPart(name, part string) string {
	longer := name + decorationMark + part
	if utf8.RuneCountInString(longer) > maxOptionName {
		return name
	}
	return longer
}

// decorated is an app's offered name with what goes on behind it; alone where somebody could take the whole for another app.
func (p *Project) decorated(i int, state appState) string {
	name := p.options[i].Name
	longer := state.decorate(name)
	if found, n := p.index.find(longer); n != 1 || found != p.Apps[i] {
		return name
	}
	return longer
}
