package jenkins

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

type stagesJSON struct {
	Stages []struct {
		Name     string `json:"name"`
		Status   string `json:"status"`
		Started  int64  `json:"startTimeMillis"`
		Duration int64  `json:"durationMillis"`
		Paused   int64  `json:"pauseDurationMillis"`
		Error    struct {
			Message string `json:"message"`
		} `json:"error"`
	} `json:"stages"`
}

// Stages returns a pipeline's stages as far as it got, in order; none for a build that is no pipeline (Jenkins answers 404,
// measured). Errors: those of every GET.
func (c *Client) Stages(ctx context.Context, job string, number int64) ([]model.Stage, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return nil, err
	}
	var answer stagesJSON
	err = c.get(ctx, reading(kindStages, "读取阶段：", buildObject(job, number)), path+"/wfapi/describe", "", &answer)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	stages := make([]model.Stage, len(answer.Stages))
	for i, s := range answer.Stages {
		stages[i] = model.Stage{
			Name: oneLine(s.Name), Status: s.Status, StartedAt: moment(s.Started), Error: oneLine(s.Error.Message),
			Duration: time.Duration(s.Duration) * time.Millisecond, Paused: time.Duration(s.Paused) * time.Millisecond,
		}
	}
	return stages, nil
}
