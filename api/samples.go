package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Where an action's inputs stand in its call.
const (
	PlaceQuery = "query"
	PlaceBody  = "body"
)

// The shapes that a form may have: how it names apps.
const (
	ShapeSingle   = "single"   // 单选框: one app
	ShapeMultiple = "multiple" // 多选框: several apps
	ShapeTable    = "table"    // 明细: a row for each app, with parameters of its own
)

// Sample is what one action of the connector takes and answers, with made-up values, as DingTalk's 导入 JSON wants it.
type Sample struct {
	Action string
	Method string
	Path   string
	Place  string        // of the inputs; "" when there are none
	Inputs []SampleInput // one, or one for each shape of the form
	Output json.RawMessage
}

// SampleInput are the inputs of one call.
type SampleInput struct {
	Shape string // "" when the form's shape does not matter
	JSON  json.RawMessage
}

// SampleNames say what the samples call a form's fields.
type SampleNames struct {
	Controller string            // of the made-up projects and apps
	Fields     map[string]string // by canonical field; one that is missing is called by its canonical name
	Parameters []string          // the fields that give parameters of jobs
}

// Samples are those of every action, in the order in which people set them up.
func Samples(n SampleNames) []Sample {
	project := n.member(inputProject, n.project())
	app, by := n.member(inputApp, n.apps()[0].ID), n.initiator()
	ask := func(action string, o []model.Option, in ...member) Sample {
		s := Sample{Action: action, Method: http.MethodGet, Output: answered(append(fragment(fresh), render(&model.Choices{List: o, Total: len(o)})...))}
		return s.with(PlaceQuery, SampleInput{JSON: json.RawMessage(encode(object(in)))})
	}
	environments := []model.Option{{ID: "staging", Name: "staging"}, {ID: "prod", Name: "prod"}}
	return []Sample{
		Sample{Action: "ping", Method: http.MethodGet, Output: answered(nil)}.with(""),
		ask("projects", []model.Option{{ID: n.project(), Name: "商城"}}, n.member(inputKeyword, "商城"), by),
		ask("apps", n.apps(), project, n.member(inputKeyword, "商城"), by),
		ask("parameters", environments, project, app, n.member(inputParameter, "ENV"), n.member(inputKeyword, "prod"), by),
		Sample{Action: "requests", Method: http.MethodGet, Output: answered(inside(requestReply{RequestID: sampleID}))}.with(""),
		Sample{Action: "validate", Method: http.MethodPost, Output: answered(inside(validateReply{Valid: true}))}.
			with(PlaceBody, n.forms(by)...),
		Sample{Action: "releases", Method: http.MethodPost, Output: answered(inside(sampleReceipt()))}.
			with(PlaceBody, n.forms(n.approval()...)...),
	}
}

const sampleID = "4f6c0d1e2b3a49588776655443322110"

func (s Sample) with(place string, inputs ...SampleInput) Sample {
	s.Path, s.Place, s.Inputs = "/connector/"+s.Action, place, inputs
	return s
}

func (n SampleNames) member(field string, value any) member {
	return member{name: cmp.Or(n.Fields[field], field), value: value}
}

func (n SampleNames) project() string { return cmp.Or(n.Controller, "prod") + ":mall" }

func (n SampleNames) apps() []model.Option {
	return []model.Option{{ID: n.project() + "/mall-web", Name: "商城前端"}, {ID: n.project() + "/mall-api", Name: "商城接口服务"}}
}

func (n SampleNames) parameters() []member {
	list := make([]member, len(n.Parameters))
	for i, name := range n.Parameters {
		list[i] = member{name: name, value: "v1.0.0"}
	}
	return list
}

// forms are a form in its three shapes. Its time is far away: whoever tries the sample with an app that exists deploys nothing.
func (n SampleNames) forms(more ...member) []SampleInput {
	common := append([]member{
		n.member("executeMode", "定时"), n.member("scheduledAt", "2099-12-31 20:00"), n.member("dbChange", "是"),
		n.member("dbChangeDone", "是"), n.member("reason", "修复购物车结算"), n.member("requestId", sampleID),
	}, more...)
	project, apps, parameters := n.member(inputProject, n.project()), n.apps(), n.parameters()
	rows := make([]any, len(apps))
	ids := make([]any, len(apps))
	for i, app := range apps {
		rows[i], ids[i] = object(append([]member{n.member(inputApp, app.ID)}, parameters...)), app.ID
	}
	form := func(shape string, app member, tail []member) SampleInput {
		all := append(append([]member{project, app}, common...), tail...)
		return SampleInput{Shape: shape, JSON: json.RawMessage(encode(object(all)))}
	}
	return []SampleInput{
		form(ShapeSingle, n.member(inputApp, ids[0]), parameters),
		form(ShapeMultiple, n.member(inputApp, ids), parameters),
		form(ShapeTable, member{name: "应用明细", value: rows}, nil),
	}
}

// initiator is who fills in the form.
func (n SampleNames) initiator() member { return n.member(inputOriginator, "manager01") }

// approval is what the flow's node knows beside the form.
func (n SampleNames) approval() []member {
	return []member{
		n.member("processInstanceId", "9Qgx5W0tQ8mXk2vN4bZc7A00001700000000"), n.member("businessId", "202611221000000000001"),
		n.initiator(), n.member("approverUserIds", []any{"user02", "user03"}),
	}
}

func sampleReceipt() receiptReply {
	at := time.Date(2099, 12, 31, 20, 0, 0, 0, time.FixedZone("", 8*3600))
	return receiptReply{ReleaseID: "R-1042", State: "active", ScheduledAt: &at}
}

// answered is a whole answer.
func answered(body fragment) json.RawMessage {
	end := `"}`
	if len(body) > 0 {
		end = `",` + string(body)
	}
	return json.RawMessage(successHead + sampleID + end)
}
