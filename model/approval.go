package model

import "time"

// ApprovalStatus says where an approval stands, in DingTalk's words.
type ApprovalStatus string

// The statuses of an approval. It is approved when it is completed and its Result is agree.
const (
	ApprovalRunning    ApprovalStatus = "RUNNING"
	ApprovalTerminated ApprovalStatus = "TERMINATED"
	ApprovalCompleted  ApprovalStatus = "COMPLETED"
)

// What an approval, or one step of it, came to.
const (
	ResultAgree  = "agree"
	ResultRefuse = "refuse"
)

// What an approval does to the one named by Main.
const (
	ActionRevoke = "REVOKE" // takes it back
	ActionModify = "MODIFY" // stands in its place
)

// Approval is an OA approval as DingTalk tells it.
type Approval struct {
	Instance    string
	ProcessCode string // "" when not known: DingTalk does not tell it with the instance
	BusinessID  string // 审批编号
	Title       string
	Status      ApprovalStatus
	Result      string // agree, refuse; "" as long as it runs
	Action      string // NONE, MODIFY or REVOKE
	Main        string // the instance that a REVOKE or MODIFY is about
	Originator  Person
	CreatedAt   *time.Time // to the minute
	FinishedAt  *time.Time // to the minute
	Fields      []ApprovalField
	Records     []ApprovalRecord
}

// Agreed tells whether the approval itself was approved, and takes nothing back.
func (a *Approval) Agreed() bool {
	return a.Status == ApprovalCompleted && a.Result == ResultAgree && a.Action != ActionRevoke
}

// ApprovalField is one control of a form with what was filled in. A control that is empty has neither Values nor Rows.
type ApprovalField struct {
	ID     string
	Name   string
	Alias  string            // its business alias, which survives a renaming
	Type   string            // DDSelectField, TableField …
	Values []string          // as people see them
	Keys   []string          // of a selection: the keys of Values, "" where DingTalk names none
	Rows   [][]ApprovalField // of a TableField (明细)
}

// ApprovalRecord is one thing that somebody did in an approval.
type ApprovalRecord struct {
	Who    Person
	Kind   string // EXECUTE_TASK_NORMAL, REDIRECT_TASK, ADD_REMARK …
	Result string // agree, refuse; "" when nothing was decided
	Remark string
	At     *time.Time // to the minute
}

// Decides tells whether the record is somebody's own approval or refusal. A redirected task is not.
func (r ApprovalRecord) Decides() bool {
	switch r.Kind {
	case "EXECUTE_TASK_NORMAL", "EXECUTE_TASK_AGENT":
		return r.Result == ResultAgree || r.Result == ResultRefuse
	default:
		return false
	}
}

// What happens to approvals, in DingTalk's words.
const (
	ApprovalStarts     = "start"
	ApprovalFinishes   = "finish"
	ApprovalTerminates = "terminate"
	ApprovalDeleted    = "delete"
)

// How an event came to us.
const (
	ViaStream         = "stream"
	ViaHTTP           = "http"
	ViaReconciliation = "reconciliation" // we found it ourselves
)

// ApprovalEvent tells that something happened to an approval (DingTalk's bpms_instance_change). It may come more than
// once, by more ways than one, or never.
type ApprovalEvent struct {
	ID          string // the same on every repetition
	Instance    string
	ProcessCode string
	Kind        string // start, finish, terminate, delete
	Result      string // agree, refuse; "" unless it finishes
	BusinessID  string
	Title       string
	Originator  string // user id
	BornAt      time.Time
	Via         string // stream, http, reconciliation
	ReceivedAt  time.Time
}

// FormControl is one control of an approval template.
type FormControl struct {
	ID       string
	Name     string
	Alias    string
	Type     string
	Required bool
	Options  []Option      // of a selection whose options stand in the template
	Children []FormControl // of a TableField (明细)
}
