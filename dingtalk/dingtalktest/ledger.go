package dingtalktest

import (
	"maps"
	"slices"
)

// Ledger is what the server was asked for and what people saw of it.
type Ledger struct {
	Requests    int                  `json:"requests"`
	Paths       map[string]int       `json:"paths"`   // requests by path
	Tokens      int                  `json:"tokens"`  // different access tokens issued
	Refused     map[string]int       `json:"refused"` // refusals by errcode, sub_code or code
	Robots      map[string][]Message `json:"robots"`  // by the robot's name, oldest first
	WorkNotices []WorkNotice         `json:"workNotices"`
	Comments    []Comment            `json:"comments"`
	Callback    []CallbackPush       `json:"callback"` // events pushed by HTTP, oldest first
	Used        map[string]int       `json:"used"`     // of this month's quotas: api, webhook
	Stream      StreamLedger         `json:"stream"`
}

// Ledger is a copy that later calls do not change.
func (s *Server) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := Ledger{
		Requests: s.requests, Tokens: s.issued, Paths: maps.Clone(s.paths), Refused: maps.Clone(s.refused),
		Robots:      make(map[string][]Message, len(s.robots)),
		WorkNotices: slices.Clone(s.notices.sent), Comments: slices.Clone(s.comments),
		Callback: s.callback.ledger(),
		Used:     s.use.of(s.opts.Now()),
		Stream:   s.stream.ledger(),
	}
	for _, robot := range s.robots {
		l.Robots[robot.Name] = slices.Clone(robot.sent)
	}
	return l
}
