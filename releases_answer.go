package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

// What the commands show of the API's answers.
type (
	shownRelease struct {
		Number       string             `json:"number"`
		State        model.ReleaseState `json:"state"`
		Project      shownPerson        `json:"project"`
		Mode         model.ExecuteMode  `json:"mode"`
		ScheduledAt  *time.Time         `json:"scheduled_at"`
		Initiator    shownPerson        `json:"initiator"`
		Approvers    []shownPerson      `json:"approvers"`
		Reason       string             `json:"reason"`
		BusinessID   string             `json:"business_id"`
		Approval     *shownApproval     `json:"approval"`
		CreatedAt    time.Time          `json:"created_at"`
		FinishedAt   *time.Time         `json:"finished_at"`
		RollbackOf   string             `json:"rollback_of"`
		Deployments  []shownDeployment  `json:"deployments"`
		Events       []shownEvent       `json:"events"`
		EventsBefore *int64             `json:"events_before"`
		Messages     []shownMessage     `json:"messages"`
	}
	shownApproval struct {
		Proof   model.ProofState `json:"proof"`
		Message string           `json:"message"`
		Records []struct {
			Who    shownPerson `json:"who"`
			Result string      `json:"result"`
			Remark string      `json:"remark"`
			At     *time.Time  `json:"at"`
		} `json:"records"`
	}
	shownPerson struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	shownDeployment struct {
		ID           int64                 `json:"id"`
		App          string                `json:"app"`
		Job          string                `json:"job"`
		Name         string                `json:"name"`
		State        model.DeploymentState `json:"state"`
		Wait         model.Wait            `json:"wait"`
		NextAt       *time.Time            `json:"next_at"`
		QueueID      int64                 `json:"queue_id"`
		Build        int64                 `json:"build"`
		BuildURL     string                `json:"build_url"`
		MissingSince *time.Time            `json:"missing_since"`
		LateMS       int64                 `json:"late_ms"`
		DurationMS   int64                 `json:"duration_ms"`
		Code         model.Code            `json:"code"`
		Message      string                `json:"message"`
		Stop         *shownStop            `json:"stop"`
		Former       []shownFormer         `json:"former_builds"`
		Drift        *shownDrift           `json:"drift"`
		Queue        *shownQueue           `json:"queue"`
		EstimateMS   int64                 `json:"estimate_ms"`
		ExpectedAt   *time.Time            `json:"expected_at"`
		PausedAt     *time.Time            `json:"paused_at"`
		Stages       []shownStage          `json:"stages"`
		MovedTo      string                `json:"moved_to"`
		Inputs       []shownInput          `json:"inputs"`
		shownTrace
		Failure *shownFailure `json:"failure"`
	}
	shownFormer struct {
		Build  int64  `json:"build"`
		URL    string `json:"url"`
		Result string `json:"result"`
	}
	shownDrift struct {
		Since       time.Time `json:"since"`
		Continuable bool      `json:"continuable"`
		Moved       []string  `json:"moved"`
	}
	shownStop struct {
		By     string `json:"by"`
		Reason string `json:"reason"`

		SentAt *time.Time    `json:"sent_at"`
		Way    model.StopWay `json:"way"`
	}
	shownEvent struct {
		At           time.Time `json:"at"`
		Actor        string    `json:"actor"`
		Kind         string    `json:"kind"`
		DeploymentID int64     `json:"deployment_id"`
		From         string    `json:"from"`
		To           string    `json:"to"`
		Message      string    `json:"message"`
	}
	shownMessage struct {
		Channel   model.Channel      `json:"channel"`
		Recipient string             `json:"recipient"`
		Title     string             `json:"title"`
		State     model.MessageState `json:"state"`
		LastError string             `json:"last_error"`
		CreatedAt time.Time          `json:"created_at"`
	}
)

// label is the name when it is known, else the id.
func (p shownPerson) label() string { return model.Person(p).Label() }

// asked is one command's question: where it goes, and how its answer is shown to people.
type asked struct {
	method, path string
	body         any
	show         func(ctx context.Context, c *bridgeClient, raw []byte) error
	learn        func(raw []byte) // nil, or told every answer, also one that is shown as it came
}

// run asks the bridge and shows the answer: as it came for programs, else for people.
func (b *bridgeFlags) run(cmd *cobra.Command, q asked) error {
	c, err := b.connect()
	if err != nil {
		return err
	}
	raw, err := c.ask(cmd.Context(), q.method, q.path, q.body)
	if refused, ok := errors.AsType[*refusal](err); ok && b.asJSON {
		return failed(errors.Join(err, printRaw(cmd.OutOrStdout(), refused.raw)))
	}
	if err != nil {
		return failed(err)
	}
	if q.learn != nil {
		q.learn(raw)
	}
	if b.asJSON {
		return failed(printRaw(cmd.OutOrStdout(), raw))
	}
	return failed(q.show(cmd.Context(), c, raw))
}

// printRaw prints JSON as it came, indented.
func printRaw(out io.Writer, raw []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(out)
	return err
}

// release asks for one release, with its history and messages.
func (c *bridgeClient) release(ctx context.Context, number string) (shownRelease, error) {
	raw, err := c.ask(ctx, http.MethodGet, releasePath(number), nil)
	if err != nil {
		return shownRelease{}, err
	}
	return decoded[shownRelease](raw)
}

func decoded[T any](raw []byte) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("the bridge answered something that this program does not know: %w", err)
	}
	return v, nil
}
