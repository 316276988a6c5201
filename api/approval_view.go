package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// approvalView is what DingTalk says of a release's approval; null when nobody asked it.
type approvalView struct {
	Proof       model.ProofState `json:"proof"`
	ProcessCode string           `json:"process_code"`
	Title       string           `json:"title"`
	Code        model.Code       `json:"code"`
	Message     string           `json:"message"`
	Records     []recordView     `json:"records"`
}

type recordView struct {
	Who    model.Person `json:"who"`
	Kind   string       `json:"kind"`
	Result string       `json:"result"`
	Remark string       `json:"remark"`
	At     *time.Time   `json:"at"`
}

func viewApproval(p model.Proof) *approvalView {
	if !p.Asked() {
		return nil
	}
	v := &approvalView{
		Proof: p.State, ProcessCode: p.ProcessCode, Title: p.Title, Code: p.Code, Message: p.Message,
		Records: make([]recordView, len(p.Records)),
	}
	for i, r := range p.Records {
		v.Records[i] = recordView{Who: r.Who, Kind: r.Kind, Result: r.Result, Remark: r.Remark, At: utc(r.At)}
	}
	return v
}
