package jenkins

import (
	"encoding/json"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// actionsJSON is what is attached to builds and queue items: objects of many classes, most of them empty in our trees.
type actionsJSON []struct {
	Class  string `json:"_class"`
	Causes []struct {
		Class  string `json:"_class"`
		UserID string `json:"userId"`
		Text   string `json:"shortDescription"`
	} `json:"causes"`
	Parameters []struct {
		Name    string `json:"name"`
		Value   scalar `json:"value"`
		JobName string `json:"jobName"`
		Number  scalar `json:"number"`
	} `json:"parameters"`
	Total   *int `json:"totalCount"` // of tests
	Failed  int  `json:"failCount"`
	Skipped int  `json:"skipCount"`
}

// tests sums up what was published; nil when nothing was.
func (a actionsJSON) tests() *model.TestCounts {
	var sum *model.TestCounts
	for _, action := range a {
		if action.Total == nil {
			continue
		}
		if sum == nil {
			sum = &model.TestCounts{}
		}
		sum.Total += *action.Total
		sum.Failed += action.Failed
		sum.Skipped += action.Skipped
	}
	return sum
}

// parametersTree are the fields of a value. Measured: a run has no value, but the job and the number of the build.
const parametersTree = "parameters[name,value,jobName,number]"

// parameters are the values by name. Measured: passwords and files have none and are left out.
func (a actionsJSON) parameters() map[string]string {
	values := map[string]string{}
	for _, action := range a {
		for _, p := range action.Parameters {
			switch {
			case p.Value.set:
				values[p.Name] = p.Value.text
			case p.JobName != "" && p.Number.set:
				values[p.Name] = p.JobName + "#" + p.Number.text
			}
		}
	}
	return values
}

// users are who caused it, the creator first. Measured: somebody whose identical request was folded is added.
func (a actionsJSON) users() []string {
	var users []string
	for _, action := range a {
		for _, cause := range action.Causes {
			if cause.UserID != "" && !slices.Contains(users, cause.UserID) {
				users = append(users, cause.UserID)
			}
		}
	}
	return users
}

const (
	interruptedAction = "jenkins.model.InterruptedBuildAction"
	rejectionCause    = "org.jenkinsci.plugins.workflow.support.steps.input.Rejection"
)

// interrupts are what ended a build early. Measured: by whom stands in the text only; a build that Jenkins' restart aborted
// has none.
func (a actionsJSON) interrupts() []model.Interrupt {
	var list []model.Interrupt
	for _, action := range a {
		if action.Class != interruptedAction {
			continue
		}
		for _, cause := range action.Causes {
			list = append(list, model.Interrupt{Text: oneLine(cause.Text), Rejected: cause.Class == rejectionCause})
		}
	}
	return list
}

// scalar is a value that Jenkins exports as a string, a boolean or a number, by the parameter's class. Anything else
// is no value.
type scalar struct {
	text string
	set  bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *scalar) UnmarshalJSON(raw []byte) error {
	*s = scalar{}
	switch raw[0] {
	case 'n', '{', '[':
		return nil
	case '"':
		s.set = true
		return json.Unmarshal(raw, &s.text)
	}
	*s = scalar{text: string(raw), set: true}
	return nil
}

// pointer is nil when there is no value.
func (s scalar) pointer() *string {
	if !s.set {
		return nil
	}
	return &s.text
}
