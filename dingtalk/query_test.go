package dingtalk

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

func TestInstanceIDs(t *testing.T) {
	for _, asStrings := range []bool{false, true} {
		w := newWorld(t, func(o *dingtalktest.Options) { o.QPS, o.StringCodes = -1, asStrings })
		c := w.client(func(o *Options) { o.QPS = 1e6 })
		begin := w.clock.Now()
		var want []string
		for range 45 {
			want = append(want, w.start(t, c, "u1", `[{"name":"a","value":"b"}]`))
			w.clock.Advance(time.Second)
		}
		w.start(t, c, "u2", `[{"name":"a","value":"b"}]`)
		got, err := c.InstanceIDs(context.Background(), "PROC-1", begin, begin.Add(time.Hour), []string{"u1"})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d ids, %v", len(got), err)
		}
		if n := w.Ledger().Paths["/v1.0/workflow/processes/instanceIds/query"]; n != 3 {
			t.Errorf("%d pages asked for", n)
		}
		if all, err := c.InstanceIDs(context.Background(), "PROC-1", begin, begin.Add(time.Hour), nil); err != nil || len(all) != 46 {
			t.Errorf("%d ids of everybody, %v", len(all), err)
		}
	}
}

func TestInstanceIDsBounds(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	now := w.clock.Now()
	for name, ask := range map[string]func() ([]string, error){
		"no time": func() ([]string, error) { return c.InstanceIDs(context.Background(), "P", now, now, nil) },
		"too long": func() ([]string, error) {
			return c.InstanceIDs(context.Background(), "P", now, now.Add(121*24*time.Hour), nil)
		},
		"users": func() ([]string, error) {
			return c.InstanceIDs(context.Background(), "P", now, now.Add(time.Hour), strings.Split("1,2,3,4,5,6,7,8,9,10,11", ","))
		},
	} {
		if _, err := ask(); model.CodeOf(err) != model.CodeDingTalkRejected {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.Ledger().Requests != 0 {
		t.Error("asked DingTalk all the same")
	}
}

func TestInstanceIDsEnd(t *testing.T) {
	tests := []struct {
		name, body string
		want       model.Code
		pages, ids int
	}{
		{"no token", `{"success":true,"result":{"list":["a","b"]}}`, "", 1, 2},
		{"null token", `{"success":true,"result":{"list":["a"],"nextToken":null}}`, "", 1, 1},
		{"a token that does not move", `{"success":true,"result":{"list":["a"],"nextToken":0}}`, "", 1, 1},
		{"a token that stands", `{"success":true,"result":{"list":["a"],"nextToken":20}}`, "", 2, 1},
		{"no list", `{"success":true,"result":{}}`, "", 1, 0},
		{"no result", `{"success":true}`, model.CodeDingTalkUnavailable, 1, 0},
		{"a token of another kind", `{"success":true,"result":{"list":["a"],"nextToken":"x"}}`, model.CodeDingTalkUnavailable, 1, 0},
		{"no template", `{"code":"processCodeError","message":"m"}`, model.CodeDingTalkNotFound, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, calls := canned(t, 200, tt.body)
			ids, err := c.InstanceIDs(context.Background(), "P", time.Unix(0, 0), time.Unix(1, 0), nil)
			wantCode(t, err, tt.want)
			if len(ids) != tt.ids || len(*calls) != tt.pages+1 {
				t.Errorf("%q after %d calls", ids, len(*calls))
			}
		})
	}
}

func TestInstanceIDsHaveAnEnd(t *testing.T) {
	page := 0
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1.0/oauth2/accessToken" {
			_, _ = fmt.Fprint(w, `{"accessToken":"token-of-the-app","expireIn":7200}`)
			return
		}
		page++
		_, _ = fmt.Fprintf(w, `{"success":true,"result":{"list":["id-%d"],"nextToken":%d}}`, page, page*20)
	}))
	c := New(Options{HTTPClient: newHTTPClient(t), APIURL: url, QPS: 1e6})
	ids, err := c.InstanceIDs(context.Background(), "P", time.Unix(0, 0), time.Unix(1, 0), nil)
	wantCode(t, err, model.CodeDingTalkTooLarge)
	if page != 50 || len(ids) != 50 {
		t.Errorf("%d pages, %d ids", page, len(ids))
	}
}

func TestSchemaIsReadAsDocumented(t *testing.T) {
	for file, text := range recorded(t, "schemas") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, calls := canned(t, 200, text)
			got, err := c.Schema(context.Background(), "PROC-1&x")
			if err != nil {
				t.Fatal(err)
			}
			if (*calls)[1] != "GET /v1.0/workflow/forms/schemas/processCodes?processCode=PROC-1%26x" {
				t.Errorf("asked %s", (*calls)[1])
			}
			wantGolden(t, file, got)
		})
	}
}

func TestSchemaFromTheFake(t *testing.T) {
	w := newWorld(t, func(o *dingtalktest.Options) {
		o.Forms = map[string][]dingtalktest.Component{"PROC-1": {
			{Type: "DDSelectField", ID: "DDSelectField_1", Label: "项目名称", Alias: "project", Required: true, Options: []string{"商城"}},
			{Type: "TableField", ID: "TableField_2", Label: "清单", Children: []dingtalktest.Component{{Type: "TextField", ID: "TextField_3", Label: "应用"}}},
		}}
	})
	c := w.client()
	got, err := c.Schema(context.Background(), "PROC-1")
	if err != nil || len(got) != 2 || got[0].Options[0] != (model.Option{ID: "option_0", Name: "商城"}) || !got[0].Required ||
		got[0].Alias != "project" || got[1].Children[0].Name != "应用" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = c.Schema(context.Background(), "PROC-2")
	wantCode(t, err, model.CodeDingTalkNotFound)
	empty, _ := canned(t, 200, `{"success":true,"result":{}}`)
	_, err = empty.Schema(context.Background(), "PROC-1")
	wantCode(t, err, model.CodeDingTalkUnavailable)
	id := w.start(t, c, "u1", `[{"name":"项目名称","value":"商城"},{"name":"清单","value":"[[{\"name\":\"应用\",\"value\":\"支付\"}]]"}]`)
	a, err := c.Approval(context.Background(), id)
	if err != nil || a.Fields[0].Keys[0] != "option_0" || a.Fields[1].Rows[0][0].Values[0] != "支付" || a.Fields[1].Rows[0][0].ID != "TextField_3" {
		t.Errorf("%+v, %v", a.Fields, err)
	}
}

func TestSendResult(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	send := func(users ...string) int64 {
		id, err := c.WorkNotice(context.Background(), users, "t", "R-1")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	send("u1")
	id := send("u1", "u2", "nobody")
	fate, err := c.SendResult(context.Background(), id)
	if err != nil || !slices.Equal(fate.Unread, []string{"u2"}) || !slices.Equal(fate.Invalid, []string{"nobody"}) ||
		len(fate.Dropped) != 1 || fate.Dropped["u1"] != model.DropRepeat {
		t.Errorf("%+v, %v", fate, err)
	}
	_, err = c.SendResult(context.Background(), 1)
	wantCode(t, err, model.CodeDingTalkRejected)
}

func TestSendResultAsDocumented(t *testing.T) {
	c, _ := canned(t, 200, `{"errcode":0,"send_result":{"read_user_id_list":["a"],"unread_user_id_list":["b"],"failed_user_id_list":["c"],
		"invalid_user_id_list":["d"],"forbidden_user_id_list":["e","f"],"forbidden_list":[{"code":143105,"count":500,"userid":"e"}]}}`)
	fate, err := c.SendResult(context.Background(), 7)
	if err != nil || fate.Read[0] != "a" || fate.Unread[0] != "b" || fate.Failed[0] != "c" || fate.Invalid[0] != "d" ||
		fate.Dropped["e"] != model.DropDailyLimit || len(fate.Dropped) != 2 || fate.Dropped["f"] != "" {
		t.Errorf("%+v, %v", fate, err)
	}
	empty, _ := canned(t, 200, `{"errcode":0}`)
	_, err = empty.SendResult(context.Background(), 7)
	wantCode(t, err, model.CodeDingTalkUnavailable)
}
