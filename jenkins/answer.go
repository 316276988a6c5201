package jenkins

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Proceed answers the question with every parameter of the step. It looks at the step first: a parameter that is left out
// would become null, and Jenkins takes it (measured); only the step tells which values are booleans; and by the same id it may
// ask something else by now. Errors: conflict (answered already), jenkins_forbidden (not an allowed submitter),
// jenkins_rejected (a value it does not take, not all parameters, or two steps with the id) and those of every POST.
func (c *Client) Proceed(ctx context.Context, job string, number int64, asked model.InputStep, parameters []model.ParameterValue) error {
	op := answering(kindProceed, "确认", stepObject(job, number, oneLine(asked.ID)))
	// Measured: a choice outside the list and an unknown parameter are 500, and the step stays.
	op.codes[http.StatusInternalServerError] = model.CodeJenkinsRejected
	pending, err := c.PendingInputs(ctx, job, number)
	if err != nil {
		return err
	}
	pending = slices.DeleteFunc(pending, func(s model.InputStep) bool { return s.ID != asked.ID })
	switch {
	case len(pending) == 0, len(pending) == 1 && !pending[0].Same(asked):
		return model.Errorf(model.CodeConflict, "%s", c.refusal(model.CodeConflict, op, nil, nil))
	case len(pending) > 1:
		return model.Errorf(model.CodeJenkinsRejected, "无法%s：有 %d 个步骤用这个编号在等待，请到 Jenkins 中回答", op.what(), len(pending))
	}
	if problem := mismatch(asked.Parameters, parameters); problem != "" {
		return model.Errorf(model.CodeJenkinsRejected, "无法%s：%s", op.what(), problem)
	}
	path, err := c.stepPath(job, number, asked.ID)
	if err != nil {
		return err
	}
	if len(asked.Parameters) == 0 {
		return c.post(ctx, op, path+"/proceedEmpty", nil)
	}
	return c.post(ctx, op, path+"/proceed", url.Values{"json": {answerJSON(asked.Parameters, parameters)}})
}

// Abort answers no: the build ends ABORTED. Errors: conflict (answered already), jenkins_forbidden (neither an
// allowed submitter nor Job/Cancel) and those of every POST.
func (c *Client) Abort(ctx context.Context, job string, number int64, step string) error {
	path, err := c.stepPath(job, number, step)
	if err != nil {
		return err
	}
	return c.post(ctx, answering(kindAbort, "拒绝", stepObject(job, number, step)), path+"/abort", nil)
}

// stepPath is the path of an input step; ids are case-sensitive (measured).
func (c *Client) stepPath(job string, number int64, step string) (string, error) {
	build, err := c.buildPath(job, number)
	if err != nil {
		return "", err
	}
	if !validPart(step) {
		return "", model.Errorf(model.CodeConflict, "%s不存在；请先查看构建现在的状态", stepObject(job, number, oneLine(step)))
	}
	return build + "/input/" + url.PathEscape(step), nil
}

// mismatch says which parameters are missing and which the step does not have.
func mismatch(asked []model.ParameterDefinition, given []model.ParameterValue) string {
	names := make(map[string]bool, len(given))
	for _, p := range given {
		names[p.Name] = true
	}
	var lacking []string
	for _, p := range asked {
		if !names[p.Name] {
			lacking = append(lacking, p.Name)
		}
		delete(names, p.Name)
	}
	if len(lacking) > 0 {
		return "缺少参数 " + strings.Join(lacking, "、")
	}
	for _, p := range given {
		if names[p.Name] {
			return "这一步没有参数 " + p.Name
		}
	}
	return ""
}

// answerJSON is the form field of an answer: {"parameter":[{"name":…,"value":…}]}, booleans as JSON booleans
// (measured).
func answerJSON(asked []model.ParameterDefinition, given []model.ParameterValue) string {
	type value struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	}
	values := make(map[string]string, len(given))
	for _, p := range given {
		values[p.Name] = p.Value
	}
	answer := struct {
		Parameter []value `json:"parameter"`
	}{}
	for _, p := range asked {
		v := value{Name: p.Name, Value: values[p.Name]}
		if p.Kind == model.KindBoolean {
			v.Value = values[p.Name] == "true"
		}
		answer.Parameter = append(answer.Parameter, v)
	}
	raw, _ := json.Marshal(answer) // strings and booleans always encode
	return string(raw)
}
