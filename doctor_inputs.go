package main

import (
	"context"
	"fmt"
	"regexp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// inputRules looks for the pipelines that the rules for input steps name.
func (d *examination) inputRules(ctx context.Context, j config.Jenkins, listing *model.Listing) {
	if len(j.Inputs) == 0 {
		return
	}
	d.check(ctx, "jenkins "+j.Name+": inputs", func(context.Context) finding {
		var idle []string
		for i, rule := range j.Inputs {
			if !namesPipeline(rule, listing) {
				idle = append(idle, fmt.Sprintf("[%d] %s", i, rule.Job))
			}
		}
		if len(idle) > 0 {
			return doubtful(fmt.Sprintf("%d of %d rules for input steps name no pipeline: %s. Its questions are left to people · 有 input 规则匹配不到流水线任务",
				len(idle), len(j.Inputs), few(idle)), "correct jenkins[].inputs[].job, or give the user Job/Read · 修改 jenkins 的 inputs 里的 job，或授予 Job/Read")
		}
		return fine(fmt.Sprintf("%d rules for input steps · %d 条 input 规则", len(j.Inputs), len(j.Inputs)))
	})
}

// namesPipeline tells whether a rule is about any pipeline that is listed.
func namesPipeline(rule config.Input, listing *model.Listing) bool {
	named, err := regexp.Compile(rule.Job)
	if err != nil {
		return true // the check of the configuration says so
	}
	for i := range listing.Jobs {
		if job := &listing.Jobs[i]; (job.Kind == model.JobPipeline || job.Kind == "") && named.MatchString(job.FullName) {
			return true
		}
	}
	return false
}
