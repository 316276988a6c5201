package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

// What the command shows of the API's answer.
type (
	shownDryRun struct {
		Valid       bool              `json:"valid"`
		Problems    []shownFinding    `json:"problems"`
		Warnings    []shownFinding    `json:"warnings"`
		Project     shownPerson       `json:"project"`
		Mode        model.ExecuteMode `json:"mode"`
		ScheduledAt *time.Time        `json:"scheduled_at"`
		Order       model.Order       `json:"order"`
		Builds      []shownDraft      `json:"builds"`
	}
	shownFinding struct {
		Message string `json:"message"`
	}
	shownDraft struct {
		Position   int          `json:"position"`
		App        string       `json:"app"`
		Name       string       `json:"name"`
		Migration  bool         `json:"migration"`
		Wait       model.Wait   `json:"wait"`
		At         *time.Time   `json:"at"`
		After      []int        `json:"after"`
		Method     string       `json:"method"`
		URL        string       `json:"url"`
		Type       string       `json:"content_type"`
		Body       string       `json:"body"`
		Parameters []shownValue `json:"parameters"`
	}
	shownValue struct {
		Name  string            `json:"name"`
		Value string            `json:"value"`
		From  model.ValueOrigin `json:"from"`
	}
)

var (
	orderWords = map[model.Order]string{
		model.OrderSequence: "依次执行 · one after another",
		model.OrderParallel: "同时执行 · side by side",
		model.OrderFirst:    "第一个先执行，其余的在它成功之后同时执行 · the first alone, then the others side by side",
	}
	originWords = map[model.ValueOrigin]string{
		model.OriginForm:    "来自表单 · form",
		model.OriginDefault: "默认值 · default",
		model.OriginRelease: "上线单号 · release number",
	}
)

// validatePath is where the bridge is asked what would become of a form. Asking changes nothing.
const validatePath = "/api/validate"

// maxForm is how large a form's file may be; the bridge takes no more.
const maxForm = 1 << 20

func newValidate(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	var file string
	var approved bool
	cmd := &cobra.Command{
		Use:   "validate -f form.json",
		Short: "Tell what a form would trigger, and all that is wrong with it · 试运行：检查表单并列出将要触发什么",
		Long: "Asks a running bridge what would become of a form, without storing or triggering anything: every problem, every warning\n" +
			"and, when the form is valid, each build with its URL and its parameters in the order and encoding in which they are sent.\n\n" +
			"  oabridge validate -f form.json --url https://bridge.example.com --token-file token\n" +
			"  echo '{\"项目名称\":\"商城\",\"应用名称\":[\"商城前端\"]}' | oabridge validate -f - -c config.yaml --as ops\n\n" +
			"The form is a JSON object of fields and values, as the connector's action releases takes it. Bridge and token are found as the\n" +
			"releases commands find them. It ends with 0 when the form is valid and with 1 when it is not.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			form, err := readForm(file, cmd.InOrStdin())
			if err != nil {
				return err
			}
			return b.dryRun(cmd, form, approved)
		},
	}
	b.add(cmd.Flags())
	cmd.Flags().StringVarP(&file, "file", "f", "", "file with the form as JSON; - reads standard input")
	cmd.Flags().BoolVar(&approved, "approved", false, "as if it came approved (default: as while it is filled in)")
	_ = cmd.MarkFlagRequired("file") // fails only for a flag that does not exist
	return cmd
}

// readForm reads a form, which has to be a JSON object: the bridge tells everything else about it.
func readForm(file string, stdin io.Reader) (json.RawMessage, error) {
	in := stdin
	if file != "-" {
		opened, err := os.Open(file) // #nosec G304 -- the operator names the file
		if err != nil {
			return nil, misused("--file cannot be read: %w", err)
		}
		defer func() { _ = opened.Close() }() // it was only read
		in = opened
	}
	text, err := io.ReadAll(io.LimitReader(in, maxForm+1))
	switch {
	case err != nil:
		return nil, misused("--file cannot be read: %w", err)
	case len(text) > maxForm:
		return nil, misused("--file %s: a form has at most 1 MB", file)
	case !json.Valid(text) || !strings.HasPrefix(strings.TrimSpace(string(text)), "{"):
		return nil, misused("--file %s holds no JSON object: write {\"field\": \"value\", …} · 不是 JSON 对象", file)
	}
	return text, nil
}

// dryRun asks and shows. A form that is not valid is told by the exit code, too.
func (b *bridgeFlags) dryRun(cmd *cobra.Command, form json.RawMessage, approved bool) error {
	path := validatePath
	if approved {
		path += "/approved"
	}
	found := 0
	err := b.run(cmd, asked{
		method: http.MethodPost, path: path, body: form,
		show: func(_ context.Context, c *bridgeClient, raw []byte) error {
			run, err := decoded[shownDryRun](raw)
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), c.drafts(run))
			return err
		},
		learn: func(raw []byte) {
			if run, err := decoded[shownDryRun](raw); err == nil {
				found = len(run.Problems)
			}
		},
	})
	if err == nil && found > 0 {
		return failed(fmt.Errorf("the form has problems: %d · 表单有 %d 个问题", found, found))
	}
	return err
}

// drafts is a dry run for people.
func (c *bridgeClient) drafts(run shownDryRun) string {
	var b strings.Builder
	b.WriteString(map[bool]string{true: "校验通过 · valid\n", false: "校验不通过 · not valid\n"}[run.Valid])
	list := func(title string, findings []shownFinding) {
		if len(findings) > 0 {
			b.WriteString("\n" + title + "\n")
		}
		for _, f := range findings {
			b.WriteString("  - " + harmless(f.Message) + "\n")
		}
	}
	list("问题 problems", run.Problems)
	list("提示 warnings", run.Warnings)
	if len(run.Builds) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\n将要触发 would be triggered  %s  %s\n", harmless(run.Project.label()), c.zoneName())
	if len(run.Builds) > 1 {
		fmt.Fprintf(&b, "  %s\n", cmpWord(orderWords[run.Order], string(run.Order)))
	}
	for _, d := range run.Builds {
		b.WriteString(c.draft(d))
	}
	return b.String()
}

func cmpWord(word, otherwise string) string {
	if word == "" {
		return harmless(otherwise)
	}
	return word
}

// draft is one build: when, where to, and every field in its order.
func (c *bridgeClient) draft(d shownDraft) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  %d. %s  %s\n", d.Position, harmless(d.Name), harmless(d.App))
	if d.Migration {
		b.WriteString("     数据库变更，最先执行 · the database change, before everything else\n")
	}
	when := "立即 · at once"
	if d.Wait != "" {
		when = cmpWord(waitWords[d.Wait], string(d.Wait))
	}
	if d.At != nil {
		when += "：" + c.clock(d.At)
	}
	if len(d.After) > 0 {
		when += fmt.Sprintf("(%s)", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(d.After)), ", "), "[]"))
	}
	fmt.Fprintf(&b, "     %s\n     %s %s\n", when, harmless(d.Method), harmless(d.URL))
	var rows [][]string
	for _, v := range d.Parameters {
		rows = append(rows, []string{harmless(v.Name) + "=" + harmless(v.Value), cmpWord(originWords[v.From], string(v.From))})
	}
	b.WriteString(table("       ", rows))
	if d.Type != "" {
		fmt.Fprintf(&b, "     %s\n       %s\n", harmless(d.Type), harmless(d.Body))
	}
	return b.String()
}
