package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

// What releases show of the questions of pipelines.
type (
	shownInput struct {
		ID         string           `json:"id"`
		Message    string           `json:"message"`
		Parameters []shownStepValue `json:"parameters"`
		Since      time.Time        `json:"since"`
		Why        string           `json:"why"`
		TimedOut   bool             `json:"timed_out"`
	}
	shownStepValue struct {
		Name        string              `json:"name"`
		Kind        model.ParameterKind `json:"kind"`
		Description string              `json:"description"`
		Choices     []string            `json:"choices"`
		Default     *string             `json:"default"`
		Hidden      bool                `json:"hidden"`
	}
)

// questions are the lines that say what a deployment asks, how to answer, and what it was told.
func (c *bridgeClient) questions(d shownDeployment) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, harmless(fmt.Sprintf(format, args...))) }
	for _, in := range d.Inputs {
		add("提问 asks [%s] %s，自 since %s", in.ID, in.Message, c.clock(&in.Since))
		for _, p := range in.Parameters {
			add("  %s", p.text())
		}
		if in.Why != "" {
			add("  要人回答 for a person: %s", in.Why)
		}
		if in.TimedOut {
			add("  已超时 timed out")
		}
		add("  处理 decide: releases answer --deployment %d --input %q，拒绝 no: --abort", d.ID, in.ID)
	}
	return lines
}

// text says what a value may be.
func (p shownStepValue) text() string {
	text := fmt.Sprintf("%s %s (%s)", p.Name, p.Description, p.Kind)
	switch {
	case p.Hidden:
		return text + " 只能在 Jenkins 中填写 only in Jenkins"
	case len(p.Choices) > 0:
		text += ": " + strings.Join(p.Choices, " | ")
	}
	if p.Default != nil {
		text += " 默认 default " + *p.Default
	}
	return text
}

// How long somebody waits for what becomes of an answer, and how often they look.
const (
	outcomePatience = 10 * time.Second
	outcomeLook     = 300 * time.Millisecond
)

func newReleasesAnswer(b *bridgeFlags) *cobra.Command {
	var reason, input string
	var only which
	var abort bool
	var parameters []string
	cmd := &cobra.Command{
		Use:   "answer R-1042 [--app … | --deployment N] [--input …] [--abort] [-p NAME=value]…",
		Short: "Answer what a pipeline asks (input) · 回答流水线的确认步骤",
		Long: "Answers an input step that a pipeline waits at: yes, or no with --abort, which ends the build. releases show tells what is asked.\n" +
			"回答流水线停下来问的步骤：默认是确认，--abort 是拒绝(构建中止)。\n\n" +
			"  oabridge releases answer R-1042\n" +
			"  oabridge releases answer R-1042 --app 订单服务 --input ApproveProd -p REGION=cn-north -p FORCE=true --reason 灰度正常\n" +
			"  oabridge releases answer R-1042 --input Confirm --abort --reason 有问题\n\n" +
			"What is not given with -p gets the step's own default. Everything is checked before Jenkins is asked. Steps that want a password\n" +
			"are answered in Jenkins. The answer is recorded with the name of the token; the command waits some seconds for what becomes of it.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := only.body(cmd, stated(reason))
			if err != nil {
				return err
			}
			body["answer"], body["input"], body["parameters"] = "proceed", input, parameters
			if abort {
				body["answer"] = "abort"
			}
			for _, p := range parameters {
				if name, _, ok := strings.Cut(p, "="); !ok || name == "" {
					return misused("-p %q: write NAME=value", p)
				}
			}
			return b.answer(cmd, args[0], body)
		},
	}
	only.add(cmd, "the only one that waits")
	flags := cmd.Flags()
	flags.StringVar(&input, "input", "", "id of the step (default: the only one that waits)")
	flags.BoolVar(&abort, "abort", false, "the answer is no: the build ends")
	flags.StringArrayVarP(&parameters, "parameter", "p", nil, "NAME=value of what the step wants; may be repeated")
	flags.StringVar(&reason, "reason", "", "why; recorded and told with the name of the token")
	cmd.MarkFlagsMutuallyExclusive("abort", "parameter")
	return cmd
}

// answer gives an answer and says what became of it.
func (b *bridgeFlags) answer(cmd *cobra.Command, number string, body map[string]any) error {
	c, err := b.connect()
	if err != nil {
		return err
	}
	raw, err := c.ask(cmd.Context(), http.MethodPost, releasePath(number)+"/answer", body)
	if refused, ok := errors.AsType[*refusal](err); ok && b.asJSON {
		return failed(errors.Join(err, printRaw(cmd.OutOrStdout(), refused.raw)))
	}
	if err != nil {
		return failed(err)
	}
	raw, a, err := c.outcome(cmd.Context(), number, raw)
	if err != nil {
		return failed(err)
	}
	return failed(errors.Join(b.showAnswer(cmd.OutOrStdout(), c, raw, a), notTaken(a)))
}

// outcome waits until Jenkins was told the newest answer that waits for it, or for as long as a person waits.
func (c *bridgeClient) outcome(ctx context.Context, number string, raw []byte) ([]byte, shownAnswer, error) {
	r, err := decoded[shownRelease](raw)
	if err != nil {
		return raw, shownAnswer{}, err
	}
	d, i := newestAnswer(r)
	if d < 0 {
		return raw, shownAnswer{}, errors.New("the bridge answered nothing that this program knows")
	}
	a := r.Deployments[d].Answers[i]
	for until := time.Now().Add(outcomePatience); a.Outcome == model.AnswerWanted && time.Now().Before(until); {
		select {
		case <-ctx.Done():
			return raw, a, ctx.Err()
		case <-time.After(outcomeLook):
		}
		next, err := c.ask(ctx, http.MethodGet, releasePath(number), nil)
		if err != nil {
			return raw, a, err
		}
		if r, err = decoded[shownRelease](next); err != nil {
			return raw, a, err
		}
		if d < len(r.Deployments) && i < len(r.Deployments[d].Answers) {
			raw, a = next, r.Deployments[d].Answers[i]
		}
	}
	return raw, a, nil
}

// newestAnswer is where the newest answer stands; -1: there is none.
func newestAnswer(r shownRelease) (deployment, answer int) {
	deployment = -1
	for i, d := range r.Deployments {
		n := len(d.Answers) - 1
		if n >= 0 && (deployment < 0 || d.Answers[n].At.After(r.Deployments[deployment].Answers[answer].At)) {
			deployment, answer = i, n
		}
	}
	return deployment, answer
}

// showAnswer prints the answer with what became of it, or the release for programs.
func (b *bridgeFlags) showAnswer(out io.Writer, c *bridgeClient, raw []byte, a shownAnswer) error {
	if b.asJSON {
		return printRaw(out, raw)
	}
	var text bytes.Buffer
	for _, line := range c.answered(a) {
		text.WriteString(line + "\n")
	}
	if a.Outcome == model.AnswerWanted {
		text.WriteString("  还没有结果，会继续告诉 Jenkins；用 releases show 查看 · no outcome yet; look with releases show\n")
	}
	_, err := text.WriteTo(out)
	return err
}

// notTaken is the error of an answer that did not count.
func notTaken(a shownAnswer) error {
	if a.Outcome == model.AnswerLate || a.Outcome == model.AnswerRefused {
		return fmt.Errorf("the answer did not count: %s", both(outcomeWords, a.Outcome))
	}
	return nil
}
