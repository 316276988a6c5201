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
	ChannelComment    Channel = "comment"     // Recipient is a process instance, Author the user id it is written by
)

// Channels returns every channel.
func Channels() []Channel { return []Channel{ChannelWorkNotice, ChannelRobot, ChannelComment} }

// NoticeKind says what a message tells.
type NoticeKind string

// The notices people get.
const (
	NoticeReceived NoticeKind = "received" // recorded: deployed now, scheduled, or waiting for a person
	NoticeInput    NoticeKind = "input"    // a pipeline waits for an answer that we may not give
	NoticeDelayed  NoticeKind = "delayed"  // a deployment cannot be given to Jenkins for a while
	NoticeDiffers  NoticeKind = "differs"  // a build does not run with the approved parameters
	NoticeLost     NoticeKind = "lost"     // Jenkins forgot a build: a person has to decide
	NoticeHeld     NoticeKind = "held"     // a job changed after the approval: a person has to decide
	NoticeChanged  NoticeKind = "changed"  // a person retried, abandoned, continued or planned anew
	NoticeFinished NoticeKind = "finished" // the release came to its end, whichever
	NoticeRefused  NoticeKind = "refused"  // an approved form that was not accepted
	NoticeDigest   NoticeKind = "digest"   // several notices to one robot in one message
	NoticeQuota    NoticeKind = "quota"    // DingTalk's quota of the month is nearly or quite used up
	NoticeQueued   NoticeKind = "queued"   // Jenkins has a deployment in its queue for long
	NoticeSlow     NoticeKind = "slow"     // a build runs longer than usual

	NoticeCatalogue NoticeKind = "catalogue" // a controller lists much less than it did

	NoticeRejected   NoticeKind = "rejected"   // the approval did not hold: somebody may have forged the submission
	NoticeUnverified NoticeKind = "unverified" // the approval cannot be read
	NoticeWithdrawn  NoticeKind = "withdrawn"  // the approval was taken back
)

// NoticeKinds returns every kind of notice.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{
		NoticeReceived, NoticeInput, NoticeDelayed, NoticeDiffers, NoticeLost, NoticeHeld, NoticeChanged, NoticeFinished, NoticeRefused,
		NoticeDigest, NoticeQuota, NoticeQueued, NoticeSlow, NoticeCatalogue, NoticeRejected, NoticeUnverified, NoticeWithdrawn,
	}
}

// MessageState says where a message stands.
type MessageState string

// The states of a message.
const (
	MessagePending MessageState = "pending"
	MessageSent    MessageState = "sent"
	MessageMerged  MessageState = "merged" // told by a digest
	MessageDead    MessageState = "dead"   // given up; a person has to look
)

// MessageStates returns every state of a message.
func MessageStates() []MessageState {
	return []MessageState{MessagePending, MessageSent, MessageMerged, MessageDead}
}

// Message is one notice to one recipient, kept in the outbox until it is delivered.
type Message struct {
	ID         int64
	Key        string // unique: a second message with the same key is the same message
	ReleaseID  int64  // 0: of no release
	Kind       NoticeKind
	Channel    Channel
	Recipient  string
	Author     string // of a comment: the user id that writes it
	Title      string
	Markdown   string
	Summary    string // one line of Markdown for a digest; "": the title has to do
	Link       string // where there is more; "" when nowhere
	State      MessageState
	Attempts   int
	NextAt     time.Time
	LeaseOwner string
	LastCode   Code
	LastError  string
	CreatedAt  time.Time
	SentAt     *time.Time
	DigestID   int64      // the message that tells this one, too, or was refused with it; 0: none
	TaskID     int64      // what DingTalk calls a work notice; 0: not sent, or nothing to ask about
	CheckAt    *time.Time // when to ask what became of TaskID
	ResentBy   string     // who had it sent again
	ResentAt   *time.Time
}

// UUID is the same for every try of this message, so that DingTalk can drop a repeat. What a person sends again is no repeat.
func (m *Message) UUID() string {
	if m.ResentAt != nil {
		return Hash(m.Key, m.ResentAt.UTC().Format(time.RFC3339Nano))[:32]
	}
	return Hash(m.Key)[:32]
}

// Told is when it was decided to tell it.
func (m *Message) Told() time.Time {
	if m.ResentAt != nil {
		return *m.ResentAt
	}
	return m.CreatedAt
}

// Waiting tells whether it is still to be tried.
func (m *Message) Waiting() bool { return m.State == MessagePending }

// MessageFilter says which messages to list.
type MessageFilter struct {
	State   MessageState // "" for every state
	Channel Channel      // "" for every channel
	Before  int64        // only messages with a smaller id; 0 for the newest
	Limit   int          // from 1 to 200
}

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
