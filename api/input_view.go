package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// inputView is an input step that waits for people.
type inputView struct {
	ID         string          `json:"id"`
	Message    string          `json:"message"`
	Parameters []stepValueView `json:"parameters"`
	Since      time.Time       `json:"since"`
	// Why says why the bridge does not answer by itself; empty while it is about to.
	Why        string     `json:"why"`
	RemindedAt *time.Time `json:"reminded_at"`
	TimedOut   bool       `json:"timed_out"`
}

// stepValueView is a value that a step wants. Hidden ones are taken by Jenkins' own page only.
type stepValueView struct {
	Name        string              `json:"name"`
	Kind        model.ParameterKind `json:"kind"`
	Description string              `json:"description"`
	Choices     []string            `json:"choices"`
	Default     *string             `json:"default"`
	Hidden      bool                `json:"hidden"`
}

func viewInputs(d *model.Deployment) []inputView {
	views := make([]inputView, len(d.Inputs))
	for i, p := range d.Inputs {
		v := inputView{
			ID: p.Step.ID, Message: p.Step.Message, Parameters: make([]stepValueView, len(p.Step.Parameters)),
			Since: p.Since.UTC(), Why: p.Why, RemindedAt: utc(p.RemindedAt), TimedOut: p.TimedOut,
		}
		step := p.Step.Veiled()
		for j := range step.Parameters {
			def := &step.Parameters[j]
			v.Parameters[j] = stepValueView{
				Name: def.Name, Kind: def.Kind, Description: def.Description, Choices: append([]string{}, def.Choices...),
				Default: def.Default, Hidden: def.Kind.Forbidden(),
			}
		}
		views[i] = v
	}
	return views
}
