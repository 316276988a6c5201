package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
)

// samples is what connector samples was asked for.
type samples struct {
	env        *environment
	parameters []string
	asJSON     bool
}

func newConnectorSamples(env *environment) *cobra.Command {
	s := &samples{env: env}
	actions := actionsOf(api.Samples(api.SampleNames{}))
	cmd := &cobra.Command{
		Use:   "samples [ACTION]",
		Short: "Print the JSON to import into each action of the connector · 打印各执行动作要导入的 JSON",
		Long: "Prints, for one action of the connector or for all, the JSON to paste into 导入 JSON for its inputs and for its\n" +
			"outputs. The values are made up, the names and types are what counts. With a configuration the fields are named as\n" +
			"form.fields (its first name) and form.parameters say; --parameter adds the other Jenkins parameters that the form gives.\n" +
			"Nobody is asked.\n\n" +
			"Actions: " + strings.Join(actions, ", "),
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return s.run(cmd.OutOrStdout(), actions...)
			}
			if err := knownAs("action", args[0], actions); err != nil {
				return err
			}
			return s.run(cmd.OutOrStdout(), args[0])
		},
	}
	cmd.Flags().StringSliceVar(&s.parameters, "parameter", nil, "a Jenkins parameter that the form gives; more with commas or by repeating it")
	cmd.Flags().BoolVar(&s.asJSON, "json", false, "print a JSON list")
	return cmd
}

func actionsOf(list []api.Sample) []string {
	actions := make([]string, len(list))
	for i, s := range list {
		actions[i] = s.Action
	}
	return actions
}

// printedSample is a sample as JSON.
type printedSample struct {
	Action string         `json:"action"`
	Title  string         `json:"title"`
	Method string         `json:"method"`
	URL    string         `json:"url"`
	Place  string         `json:"place,omitempty"` // of the inputs: query or body
	Inputs []printedInput `json:"inputs"`
	Output any            `json:"output"`
}

type printedInput struct {
	Shape string          `json:"shape,omitempty"` // single, multiple, table: how the form names apps
	JSON  json.RawMessage `json:"json"`
}

func (s *samples) run(w io.Writer, actions ...string) error {
	cfg := config.Default()
	if s.env.configFile != "" {
		given, err := s.env.load()
		if err != nil {
			return err
		}
		cfg = given
	}
	list := []printedSample{}
	for _, sample := range api.Samples(sampleNames(cfg, s.parameters)) {
		if slices.Contains(actions, sample.Action) {
			list = append(list, printable(sample, cmp.Or(strings.TrimRight(cfg.PublicURL, "/"), "https://bridge.example.com")))
		}
	}
	if s.asJSON {
		return failed(encodeJSON(w, list))
	}
	for _, sample := range list {
		if err := sample.print(w); err != nil {
			return failed(err)
		}
	}
	return nil
}

// sampleNames are the names under which a connector of this configuration best passes a form's fields on.
func sampleNames(cfg *config.Config, parameters []string) api.SampleNames {
	n := api.SampleNames{Fields: map[string]string{}}
	if len(cfg.Jenkins) > 0 {
		n.Controller = cfg.Jenkins[0].Name
	}
	wanted := slices.Sorted(maps.Values(cfg.Form.Parameters))
	for _, parameter := range parameters {
		wanted = append(wanted, cmp.Or(cfg.Form.Parameters[parameter], parameter))
	}
	taken := map[string]bool{}
	for field, names := range cfg.Form.Names() {
		n.Fields[field] = append(slices.Clone(cfg.Form.Fields[field]), field)[0]
		for _, name := range names {
			taken[name] = true
			if slices.Contains(wanted, name) { // it gives a parameter, too, and two names need the same value
				n.Fields[field] = name
			}
		}
	}
	for _, name := range wanted {
		if !taken[name] {
			taken[name] = true
			n.Parameters = append(n.Parameters, name)
		}
	}
	return n
}

// actionTitles are what the actions may be called in DingTalk.
var actionTitles = map[string]string{
	"ping": "鉴权验证", "projects": "加载项目", "apps": "加载应用", "parameters": "加载参数选项", "requests": "生成请求号", "validate": "校验表单",
	"releases": "提交上线",
}

func printable(s api.Sample, base string) printedSample {
	p := printedSample{
		Action: s.Action, Title: actionTitles[s.Action], Method: s.Method, URL: base + s.Path, Place: s.Place, Inputs: []printedInput{},
		Output: s.Output,
	}
	for _, in := range s.Inputs {
		p.Inputs = append(p.Inputs, printedInput(in))
	}
	return p
}

// inputHeadings say where inputs are pasted and which form they are of, by place and shape.
var inputHeadings = map[[2]string]string{
	{api.PlaceQuery, ""}:               "入参：URL 查询参数 · inputs: query",
	{api.PlaceBody, api.ShapeSingle}:   "入参：HTTP 请求体，应用为单选框 · inputs: body, one app",
	{api.PlaceBody, api.ShapeMultiple}: "入参：HTTP 请求体，应用为多选框 · inputs: body, several apps",
	{api.PlaceBody, api.ShapeTable}:    "入参：HTTP 请求体，应用在明细里 · inputs: body, apps in a table",
}

func (p printedSample) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "== %s %s\n接口路径 · path: %s %s\n", p.Action, p.Title, p.Method, p.URL); err != nil {
		return err
	}
	if len(p.Inputs) == 0 {
		if _, err := fmt.Fprintln(w, "-- 入参：无 · inputs: none"); err != nil {
			return err
		}
	}
	for _, in := range p.Inputs {
		if err := printJSON(w, inputHeadings[[2]string{p.Place, in.Shape}], in.JSON); err != nil {
			return err
		}
	}
	if err := printJSON(w, "出参：响应体 · outputs: response body", p.Output); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

func printJSON(w io.Writer, heading string, v any) error {
	if _, err := fmt.Fprintln(w, "-- "+heading); err != nil {
		return err
	}
	return encodeJSON(w, v)
}
