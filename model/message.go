package model

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Channel is a way to reach somebody.
type Channel string

// The channels.
const (
	ChannelWorkNotice Channel = "work_notice" // Recipient is a DingTalk user id
	ChannelRobot      Channel = "robot"       // Recipient is a robot's name
)

// NoticeKind says what a message tells.
type NoticeKind string

// The notices people get.
const (
	NoticeReceived NoticeKind = "received" // recorded: deployed now, scheduled, or waiting for a person
	NoticeInput    NoticeKind = "input"    // a pipeline waits for an answer that we may not give
	NoticeDelayed  NoticeKind = "delayed"  // a deployment cannot be given to Jenkins for a while
	NoticeDiffers  NoticeKind = "differs"  // a build does not run with the approved parameters
	NoticeLost     NoticeKind = "lost"     // Jenkins forgot a build: a person has to decide
	NoticeChanged  NoticeKind = "changed"  // a person retried, abandoned or planned anew
	NoticeFinished NoticeKind = "finished" // the release came to its end, whichever
	NoticeRefused  NoticeKind = "refused"  // an approved form that was not accepted
)

// NoticeKinds returns every kind of notice.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{
		NoticeReceived, NoticeInput, NoticeDelayed, NoticeDiffers, NoticeLost, NoticeChanged, NoticeFinished, NoticeRefused,
	}
}

// MessageState says where a message stands.
type MessageState string

// The states of a message.
const (
	MessagePending MessageState = "pending"
	MessageSent    MessageState = "sent"
	MessageDead    MessageState = "dead" // given up; a person has to look
)

// Message is one notice to one recipient, kept in the outbox until it is delivered.
type Message struct {
	ID         int64
	Key        string // unique: a second message with the same key is the same message
	ReleaseID  int64  // 0: of no release
	Kind       NoticeKind
	Channel    Channel
	Recipient  string
	Title      string
	Markdown   string
	State      MessageState
	Attempts   int
	NextAt     time.Time
	LeaseOwner string
	LastCode   Code
	LastError  string
	CreatedAt  time.Time
	SentAt     *time.Time
}

// UUID is the same for every try of this message, so that DingTalk can drop a repeat.
func (m *Message) UUID() string { return Hash(m.Key)[:32] }

// Hash is the hexadecimal SHA-256 of the parts, each ended so that no two lists of parts give the same text.
func Hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Cut shortens s to at most n runes, the last one being "…" when something was cut.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n-1]), " ") + "…"
}
