package api

import (
	"strconv"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// exportColumn is one column of the CSV export. Its name never changes; new columns come last.
type exportColumn struct {
	name string
	cell func(exportRow) string
}

// exportColumns are documented in docs/records.md.
var exportColumns = []exportColumn{
	{"release", func(row exportRow) string { return row.r.Number() }},
	{"release_state", func(row exportRow) string { return string(row.r.State) }},
	{"project", func(row exportRow) string { return row.r.Project }},
	{"project_name", func(row exportRow) string { return row.r.ProjectName }},
	{"created_at", func(row exportRow) string { return row.time(&row.r.CreatedAt) }},
	{"scheduled_at", func(row exportRow) string { return row.time(row.r.ScheduledAt) }},
	{"release_finished_at", func(row exportRow) string { return row.time(row.r.FinishedAt) }},
	{"mode", func(row exportRow) string { return string(row.r.Mode) }},
	{"initiator_id", func(row exportRow) string { return row.r.Initiator.ID }},
	{"initiator_name", func(row exportRow) string { return row.r.Initiator.Name }},
	{"approvers", func(row exportRow) string { return listed(row.r.Approvers, personText) }},
	{"reason", func(row exportRow) string { return row.r.Reason }},
	{"business_id", func(row exportRow) string { return row.r.BusinessID }},
	{"process_instance_id", func(row exportRow) string { return row.r.ProcessInstanceID }},
	{"db_change", func(row exportRow) string { return strconv.FormatBool(row.r.DBChange) }},
	{"rollback_of", func(row exportRow) string { return rolledBack(row.r) }},
	{"deployment", func(row exportRow) string { return number(row.d.ID) }},
	{"position", func(row exportRow) string { return number(int64(row.d.Position)) }},
	{"app_name", func(row exportRow) string { return row.d.AppName }},
	{"controller", func(row exportRow) string { return row.d.Controller }},
	{"job", func(row exportRow) string { return row.d.FullName }},
	{"deployment_state", func(row exportRow) string { return string(row.d.State) }},
	{"result", func(row exportRow) string { return row.d.Result }},
	{"code", func(row exportRow) string { return string(row.d.Code) }},
	{"message", func(row exportRow) string { return row.d.Message }},
	{"build", func(row exportRow) string { return number(row.d.Build) }},
	{"build_url", func(row exportRow) string { return row.d.BuildURL }},
	{"attempts", func(row exportRow) string { return strconv.Itoa(row.d.Attempts) }},
	{"retries", func(row exportRow) string { return strconv.Itoa(row.d.Retries) }},
	{"submitted_at", func(row exportRow) string { return row.time(row.d.SubmittedAt) }},
	{"queued_at", func(row exportRow) string { return row.time(row.d.QueuedAt) }},
	{"started_at", func(row exportRow) string { return row.time(row.d.StartedAt) }},
	{"finished_at", func(row exportRow) string { return row.time(row.d.FinishedAt) }},
	{"queue_seconds", func(row exportRow) string { return seconds(row.d.QueueTime()) }},
	{"run_seconds", func(row exportRow) string { return seconds(row.d.Duration, row.d.Duration > 0) }},
	{"paused_seconds", func(row exportRow) string { return seconds(row.d.PausedFor, row.d.StartedAt != nil) }},
	{"parameters", func(row exportRow) string { return listed(row.d.Parameters, parameterText) }},
	{"tests", func(row exportRow) string { return testText(row.d, func(t *model.TestCounts) int { return t.Total }) }},
	{"tests_failed", func(row exportRow) string { return testText(row.d, func(t *model.TestCounts) int { return t.Failed }) }},
	{"tests_skipped", func(row exportRow) string { return testText(row.d, func(t *model.TestCounts) int { return t.Skipped }) }},
	{"changes", func(row exportRow) string { return changesText(row.d) }},
	{"answers", func(row exportRow) string { return listed(row.d.Answers, row.answer) }},
	{"stopped_by", func(row exportRow) string { return stopped(row.d).By }},
	{"stop_reason", func(row exportRow) string { return stopped(row.d).Reason }},
}

// listed puts several things into one cell.
func listed[T any](things []T, text func(T) string) string {
	texts := make([]string, len(things))
	for i, thing := range things {
		texts[i] = text(thing)
	}
	return strings.Join(texts, "; ")
}

func personText(p model.Person) string {
	if p.Name == "" {
		return p.ID
	}
	return p.Name + " (" + p.ID + ")"
}

func parameterText(p model.ParameterValue) string { return p.Name + "=" + p.Shown() }

func changesText(d *model.Deployment) string {
	if d.Details == nil {
		return ""
	}
	return listed(d.Details.Changes, func(c model.Change) string { return model.Cut(c.ID, 12) + " " + c.Author + ": " + c.Message })
}

func testText(d *model.Deployment, count func(*model.TestCounts) int) string {
	if d.Details == nil || d.Details.Tests == nil {
		return ""
	}
	return strconv.Itoa(count(d.Details.Tests))
}

// answer says when who answered what to an input step, and what became of it.
func (row exportRow) answer(a model.Answer) string {
	verdict := "proceed"
	if a.Abort {
		verdict = "abort"
	}
	text := row.time(&a.At) + " " + a.By + ": " + a.Step + " " + verdict
	if len(a.Parameters) > 0 {
		text += " " + strings.ReplaceAll(listed(a.Parameters, parameterText), "; ", ", ")
	}
	if a.Reason != "" {
		text += " (" + a.Reason + ")"
	}
	return text + " [" + string(a.Outcome) + "]"
}

func stopped(d *model.Deployment) model.StopRequest {
	if d.Stop == nil {
		return model.StopRequest{}
	}
	return *d.Stop
}

// rolledBack is the number of the release that r rolls back; "" when it rolls none back.
func rolledBack(r *model.Release) string {
	if r.RollbackOf == 0 {
		return ""
	}
	return (&model.Release{ID: r.RollbackOf}).Number()
}
