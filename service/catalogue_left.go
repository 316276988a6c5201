package service

import (
	"regexp"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// refusal is why a job is not offered; the zero value when it is.
type refusal struct {
	reason  model.LeftReason
	detail  string
	project string // the key of the project that would have it
}

// leave notes that a job is not offered.
func (b *sectionBuilder) leave(j *model.Job, why refusal) {
	if why.reason == model.LeftOutside {
		why.detail = b.folders
	}
	if why.reason == model.LeftNotIncluded {
		why.detail = b.includes
	}
	b.left = append(b.left, model.LeftOut{
		JobRef: model.JobRef{Controller: b.listing.Controller, FullName: j.FullName}, Kind: j.Kind, Reason: why.reason,
		Detail: why.detail, Project: why.project,
	})
}

// joined are expressions as one text.
func joined(list []*regexp.Regexp) string {
	texts := make([]string, len(list))
	for i, re := range list {
		texts[i] = re.String()
	}
	return strings.Join(texts, ", ")
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
