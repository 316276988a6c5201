package model

// Why DingTalk did not show a work notice that it had accepted, in DingTalk's codes.
const (
	DropDailyLimit = "143105" // the user got 500 that day
	DropRepeat     = "143106" // the user got the same one that day
)

// NoticeFate is what became of a work notice, by user ids.
type NoticeFate struct {
	Read    []string
	Unread  []string
	Failed  []string
	Invalid []string          // no members of the organisation
	Dropped map[string]string // why: a code such as DropRepeat, "" when DingTalk does not say
}

// Drop notes that a user did not get the notice. A reason that is known stays.
func (f *NoticeFate) Drop(userID, reason string) {
	if f.Dropped == nil {
		f.Dropped = map[string]string{}
	}
	if f.Dropped[userID] == "" {
		f.Dropped[userID] = reason
	}
}
