package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// checkTimeout bounds one check, so that a host that swallows packets holds up the others for no longer.
const checkTimeout = 5 * time.Second

// The outcomes of a check.
const (
	statusOK   = "OK"
	statusWarn = "WARN" // works, with something missing
	statusFail = "FAIL" // the bridge cannot do its work
)

// finding is what a check found. Sentences are in English and Chinese; Jenkins' and DingTalk's refusals are quoted.
type finding struct{ status, detail, remedy string }

func fine(detail string) finding             { return finding{statusOK, detail, ""} }
func doubtful(detail, remedy string) finding { return finding{statusWarn, detail, remedy} }
func broken(detail, remedy string) finding   { return finding{statusFail, detail, remedy} }

// checked is one line of the result.
type checked struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Detail string `json:"detail"`
	Remedy string `json:"remedy"`
}

// examination makes checks and prints each as it finishes.
type examination struct {
	out     io.Writer
	asJSON  bool
	secrets *strings.Replacer
	timeout time.Duration
	results []checked
	err     error // the first failure to print
}

func newExamination(out io.Writer, asJSON bool) *examination {
	return &examination{
		out: out, asJSON: asJSON, secrets: strings.NewReplacer(), timeout: checkTimeout, results: []checked{},
	}
}

// hide keeps secrets out of everything printed from now on, whatever an error of somebody else's may say.
func (d *examination) hide(secrets []string) {
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // one may begin with another
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, model.Masked)
	}
	d.secrets = strings.NewReplacer(pairs...)
}

func (d *examination) check(ctx context.Context, name string, look func(context.Context) finding) finding {
	return d.checkWithin(ctx, d.timeout, name, look)
}

// checkWithin prints the check's name before it looks, so that a person sees what is being waited for.
func (d *examination) checkWithin(
	ctx context.Context, timeout time.Duration, name string, look func(context.Context) finding,
) finding {
	d.printf("%-34s ", d.clean(name))
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	f := look(ctx)
	c := checked{d.clean(name), f.status, d.clean(f.detail), d.clean(f.remedy)}
	d.results = append(d.results, c)
	d.printf("%-4s  %s\n", c.Status, c.Detail)
	if c.Remedy != "" {
		d.printf("      → %s\n", c.Remedy)
	}
	return f
}

// clean keeps secrets and control characters of others off the terminal.
func (d *examination) clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, d.secrets.Replace(text))
}

// printf prints for people; programs get everything at the end.
func (d *examination) printf(format string, args ...any) {
	if !d.asJSON {
		_, err := fmt.Fprintf(d.out, format, args...)
		d.note(err)
	}
}

func (d *examination) note(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *examination) count(status string) int {
	n := 0
	for _, c := range d.results {
		if c.Status == status {
			n++
		}
	}
	return n
}

// explain is an error for the operator: the sentence for people, and the cause, which people are not shown elsewhere.
func explain(err error) string {
	e, ok := errors.AsType[*model.Error](err)
	switch {
	case !ok:
		return err.Error()
	case e.Err == nil:
		return e.Message
	}
	return e.Message + " (" + e.Err.Error() + ")"
}
