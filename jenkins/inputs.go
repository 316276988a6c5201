package jenkins

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

// inputJSON is one pending step as …/wfapi/pendingInputActions lists it (measured). A password's defaultVal is in
// clear text there.
type inputJSON struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Proceed string `json:"proceedText"`
	Inputs  []struct {
		Name        string `json:"name"`
		Type        string `json:"type"`
		Description string `json:"description"`
		Definition  struct {
			Default scalar  `json:"defaultVal"`
			Choices choices `json:"choices"`
		} `json:"definition"`
	} `json:"inputs"`
}

// PendingInputs returns what the build waits for; none when it waits for nothing, is no pipeline or does not exist
// (Jenkins answers 404 to the last two, measured). The default of a password, which Jenkins tells, is left out.
func (c *Client) PendingInputs(ctx context.Context, job string, number int64) ([]model.InputStep, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return nil, err
	}
	var list []inputJSON
	op := reading(kindInputs, "读取确认步骤：", buildObject(job, number))
	err = c.get(ctx, op, path+"/wfapi/pendingInputActions", "", &list)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	steps := make([]model.InputStep, len(list))
	for i := range list {
		steps[i] = list[i].model()
	}
	return steps, nil
}

func (in *inputJSON) model() model.InputStep {
	step := model.InputStep{ID: in.ID, Message: in.Message, Proceed: in.Proceed}
	for i := range in.Inputs {
		p := &in.Inputs[i]
		step.Parameters = append(step.Parameters, model.ParameterDefinition{
			Name: p.Name, Kind: kindOf("", p.Type), Description: p.Description,
			Choices: p.Definition.Choices, Default: p.Definition.Default.pointer(),
		})
	}
	return step.Veiled()
}
