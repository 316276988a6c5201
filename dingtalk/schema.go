package dingtalk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/oabridge/oabridge/model"
)

// Schema reads the controls of an approval template (DingTalk docs: obtain-the-form-schema). Errors: dingtalk_not_found
// (no such process code), and the package's other codes.
func (c *Client) Schema(ctx context.Context, processCode string) ([]model.FormControl, error) {
	const what = "钉钉表单结构接口"
	var got struct {
		Result struct {
			SchemaContent *struct{ Items []component }
		}
	}
	err := c.api(ctx, endpoint{
		what: what, method: http.MethodGet, limit: maxInstance, counts: CallAPI,
		path: "/v1.0/workflow/forms/schemas/processCodes?processCode=" + url.QueryEscape(processCode),
	}, nil, &got)
	if err != nil {
		return nil, err
	}
	if got.Result.SchemaContent == nil {
		return nil, lacking(what)
	}
	return controlsOf(got.Result.SchemaContent.Items), nil
}

// component is one control of a template; a table or a suite has children.
type component struct {
	ComponentName loose
	Props         struct {
		ID, Label, BizAlias, Required loose
		Options, ObjOptions           []json.RawMessage
	}
	Children []component
}

func controlsOf(items []component) []model.FormControl {
	var list []model.FormControl
	for _, item := range items {
		f := model.FormControl{
			ID: string(item.Props.ID), Name: control{Name: item.Props.Label, ComponentType: item.ComponentName}.name(),
			Alias: string(item.Props.BizAlias), Type: string(item.ComponentName), Required: item.Props.Required == "true",
			Children: controlsOf(item.Children),
		}
		for _, raw := range append(item.Props.Options, item.Props.ObjOptions...) {
			if o := choiceOf(raw); o.Name != "" {
				f.Options = append(f.Options, o)
			}
		}
		list = append(list, f)
	}
	return list
}

// choiceOf reads an option: {"value":…,"key":…}, the same in a text, or a text that is the label.
func choiceOf(raw json.RawMessage) model.Option {
	text := unquoted(raw)
	var o struct{ Label, Value, Key loose }
	if json.Unmarshal(text, &o) == nil {
		return model.Option{ID: string(o.Key), Name: first(o.Value, o.Label)}
	}
	return model.Option{Name: string(text)}
}
