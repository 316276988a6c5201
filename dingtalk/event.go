package dingtalk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// typeInstance is the event that tells what happened to an approval. Its sibling bpms_task_change tells of the steps
// inside, which are read with the approval.
const typeInstance = "bpms_instance_change"

// Bounds of what is taken from an event, in bytes (ids) and characters (texts).
const (
	maxEventID    = 128
	maxEventText  = 200
	maxEventTitle = 500
)

// Event is one push of DingTalk, by whatever way.
type Event struct {
	Type     string               // bpms_instance_change, check_url …
	Approval *model.ApprovalEvent // nil: nothing for us, and DingTalk is to be told that all is well
}

// EventCounts tells whether a push of the type counts against the quota of CallWebhook. Events of contacts and trials of
// the address do not.
func EventCounts(typ string) bool { return strings.HasPrefix(typ, "bpms_") }

// eventFields is what the two ways have in common. The fields with a typo are in some of DingTalk's documents.
type eventFields struct {
	Instance    loose `json:"processInstanceId"`
	ProcessCode loose `json:"processCode"`
	Kind        loose `json:"type"`
	Result      loose `json:"result"`
	BusinessID  loose `json:"businessId"`
	Title       loose `json:"title"`
	Originator  loose `json:"staffId"`
	FinishTime  loose `json:"finishTime"`
	FinshTime   loose `json:"finshTime"`
}

// ParseHTTP reads what an HTTP callback decrypts to: type, id and fields side by side in one object. now stands in for a
// time that is missing. Errors: event_unreadable.
func ParseHTTP(message []byte, now time.Time) (Event, error) {
	var flat struct {
		eventFields
		Type loose `json:"EventType"`
		Time loose `json:"EventTime"`
		ID   loose `json:"eventId"`
	}
	if json.Unmarshal(message, &flat) != nil {
		return Event{}, unreadable("解密后的内容不是 JSON 对象")
	}
	return flat.event(string(flat.Type), string(flat.ID), string(flat.Time), model.ViaHTTP, now)
}

// ParseStream reads a frame of type EVENT: type, id and time are among its headers, the fields are in its data. Data of
// a type that is nothing for us is not looked at. Errors: event_unreadable.
func ParseStream(headers map[string]string, data []byte, now time.Time) (Event, error) {
	var fields eventFields
	if headers["eventType"] == typeInstance && json.Unmarshal(data, &fields) != nil {
		return Event{}, unreadable("data 不是 JSON 对象")
	}
	return fields.event(headers["eventType"], headers["eventId"], headers["eventBornTime"], model.ViaStream, now)
}

func (f eventFields) event(typ, id, born, via string, now time.Time) (Event, error) {
	e := Event{Type: model.Cut(oneLine(typ), maxEventText)}
	if e.Type == "" {
		return Event{}, unreadable("缺少事件类型")
	}
	kind := kindOf(string(f.Kind))
	if typ != typeInstance || kind == "" {
		return e, nil
	}
	if !plainID(string(f.Instance)) {
		return Event{}, unreadable("缺少 processInstanceId，或其内容不正确")
	}
	e.Approval = &model.ApprovalEvent{
		ID: id, Instance: string(f.Instance), ProcessCode: short(f.ProcessCode), Kind: kind, Result: resultOf(string(f.Result)),
		BusinessID: short(f.BusinessID), Title: model.Cut(oneLine(string(f.Title)), maxEventTitle), Originator: short(f.Originator),
		BornAt: firstTime(now, born, string(f.FinishTime), string(f.FinshTime)), Via: via, ReceivedAt: now,
	}
	if !plainID(id) {
		e.Approval.ID = f.substitute(id, born)
	}
	return e, nil
}

// substitute is an id for an event that has none that can be kept. It is the same on every repetition.
func (f eventFields) substitute(id, born string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{id, string(f.Instance), string(f.Kind), string(f.Result), born}, "\n")))
	return hex.EncodeToString(sum[:16])
}

// kindOf is what happened to the approval, "" when it is nothing that we know.
func kindOf(text string) string {
	switch kind := strings.ToLower(text); kind {
	case model.ApprovalStarts, model.ApprovalFinishes, model.ApprovalTerminates, model.ApprovalDeleted:
		return kind
	case "finsh":
		return model.ApprovalFinishes
	default:
		return ""
	}
}

// resultOf leaves out what is no decision; the approval itself is read anyway.
func resultOf(text string) string {
	switch result := strings.ToLower(text); result {
	case model.ResultAgree, model.ResultRefuse:
		return result
	default:
		return ""
	}
}

// plainID tells whether text can be an id of DingTalk's: printable ASCII without spaces, of bounded length.
func plainID(text string) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return text != "" && len(text) <= maxEventID
}

func short(l loose) string { return model.Cut(oneLine(string(l)), maxEventText) }

// Between these an event can have happened; what lies outside would not fit every database.
const (
	earliestEvent = 946684800000  // 2000-01-01
	latestEvent   = 4102444800000 // 2100-01-01
)

// firstTime is the first of the texts that is a time in epoch milliseconds, now when none is.
func firstTime(now time.Time, texts ...string) time.Time {
	for _, text := range texts {
		if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms >= earliestEvent && ms < latestEvent {
			return time.UnixMilli(ms)
		}
	}
	return now
}

func unreadable(what string) error {
	return model.Errorf(model.CodeEventUnreadable, "钉钉推送的事件无法识别：%s", what)
}
