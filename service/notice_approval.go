package service

import (
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

func (w writer) rejected(r *model.Release) notice {
	return w.compose(model.NoticeRejected, "", notices.Facts{Release: r, Message: model.Cut(r.Proof.Message, 600)})
}

// unverified tells that an approval cannot be read, once for each reason.
func (w writer) unverified(r *model.Release) notice {
	return w.compose(model.NoticeUnverified, string(r.Proof.Code), notices.Facts{Release: r, Message: r.Proof.Message})
}

// withdrawn tells what becomes of each app, as it stands at that moment.
func (w writer) withdrawn(r *model.Release, why string, stop bool) notice {
	facts := notices.Facts{Release: r, Message: why}
	if stop {
		facts.Action = notices.ActionStop
	}
	return w.compose(model.NoticeWithdrawn, "", facts)
}

// unread tells that an approved form is not deployed because it cannot be read: yet, when that is tried again.
func (w writer) unread(e model.ApprovalEvent, cause error, again bool) notice {
	asked := &model.Release{
		ProcessInstanceID: e.Instance, BusinessID: e.BusinessID, Initiator: model.Person{ID: e.Originator}, Reason: e.Title,
	}
	facts := notices.Facts{Release: asked, Message: model.MessageOf(cause)}
	if again {
		facts.Action = notices.ActionRetry
	}
	return w.compose(model.NoticeUnverified, "", facts)
}
