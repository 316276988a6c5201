package model

import "time"

// ProofState says whether DingTalk confirmed that a release was approved as it was submitted.
type ProofState string

// The states of a proof.
const (
	ProofNone    ProofState = ""        // nobody asks for one
	ProofPending ProofState = "pending" // the approval is being read: nothing may be deployed
	ProofGiven   ProofState = "given"   // DingTalk said that it is approved, and it asks for the same
	ProofRefuted ProofState = "refuted" // it is not approved, or asks for something else: nothing ever may be deployed
	// ProofWithdrawn: the approval was refused or taken back.
	ProofWithdrawn ProofState = "withdrawn"
)

// Proof is what DingTalk says of a release's approval.
type Proof struct {
	State       ProofState       `json:"-"`
	Since       time.Time        `json:"since"` // when it was first asked for, or given
	ProcessCode string           `json:"process_code,omitempty"`
	Title       string           `json:"title,omitempty"`
	Message     string           `json:"message,omitempty"` // for people: why there is none yet, or why it was refuted
	Code        Code             `json:"code,omitempty"`
	Records     []ApprovalRecord `json:"records,omitempty"` // who decided what, in the order of time
}

// Asked tells whether DingTalk is, or was, asked about the approval.
func (p Proof) Asked() bool { return p.State != ProofNone }

// Barred tells whether nothing of the release may be deployed: not yet, or never.
func (p Proof) Barred() bool { return p.Asked() && p.State != ProofGiven }

// AwaitProof keeps a new release from being deployed before its approval was read.
func (r *Release) AwaitProof() {
	r.Proof = Proof{State: ProofPending, Since: r.CreatedAt}
	r.State, r.Accepted = ReleaseVerifying, ReleaseVerifying
}

// ComesProven says that a new release was made of the approval itself.
func (r *Release) ComesProven() { r.Proof.State = ProofGiven }

// Prove lets the release's deployments go on as planned from here. It does not move them.
func (r *Release) Prove(c Cause) {
	r.Proof.State, r.Proof.Code, r.Proof.Message = ProofGiven, "", ""
	r.summarise(c)
}

// Refute says for ever that the release was not approved as submitted. It does not move its deployments.
func (r *Release) Refute(c Cause) {
	r.Proof.State, r.Proof.Code, r.Proof.Message = ProofRefuted, c.Code, c.Message
	r.summarise(c)
}

// Withdraw says that the approval does not hold any more. It does not move the release's deployments.
func (r *Release) Withdraw(c Cause) {
	r.Proof.State, r.Proof.Code, r.Proof.Message = ProofWithdrawn, c.Code, c.Message
	r.summarise(c)
}

// CheckState says where a check stands.
type CheckState string

// The states of a check.
const (
	CheckPending CheckState = "pending"
	CheckDone    CheckState = "done"
	CheckDead    CheckState = "dead" // given up; people were told
	CheckOpen    CheckState = "open" // the approval still ran; its event is to come
)

// Check is an approval that has to be looked into: because DingTalk told that something happened to it, or because a
// release waits for its proof.
type Check struct {
	ID         int64
	Key        string // unique: a second check with the same key is the same check
	Event      ApprovalEvent
	ReleaseID  int64 // that waits for its proof; 0: none
	State      CheckState
	Attempts   int
	NextAt     time.Time
	LeaseOwner string
	Code       Code
	Message    string
	CreatedAt  time.Time
}

// Finish ends a check whose work is done.
func (c *Check) Finish() { c.State = CheckDone }

// GiveUp ends a check that will never go well.
func (c *Check) GiveUp() { c.State = CheckDead }

// LeaveOpen ends a check of an approval that still runs: its event is to come.
func (c *Check) LeaveOpen() { c.State = CheckOpen }
