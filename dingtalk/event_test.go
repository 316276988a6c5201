package dingtalk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

var eventNow = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)

// finished is the event of the vectors, as it comes by the two ways.
const (
	finishedFlat = `{"EventType":"bpms_instance_change","EventTime":1663143335567,"CorpId":"ding0000corp","BizId":"1","eventId":"evt-0001",` +
		`"processInstanceId":"proc-inst-0001","processCode":"PROC-TEST","type":"finish","result":"agree","title":"上线申请",` +
		`"staffId":"manager75","createTime":1495592305000,"finishTime":1495592372000,"businessId":"202206141635000000001"}`
	finishedData = `{"result":"agree","processInstanceId":"proc-inst-0001","finishTime":1495592272000,"createTime":1495592305000,` +
		`"processCode":"PROC-TEST","bizCategoryId":"","businessId":"202206141635000000001","type":"finish","title":"上线申请",` +
		`"businessType":"","url":"https://aflow.dingtalk.com/dingtalk/x","staffId":"manager75"}`
)

func frameHeaders(typ string) map[string]string {
	return map[string]string{
		"topic": "*", "messageId": "m1", "eventType": typ, "eventId": "evt-0001", "eventBornTime": "1663143335567", "eventCorpId": "ding0000corp",
	}
}

func TestAnEventIsTheSameByBothWays(t *testing.T) {
	want := &model.ApprovalEvent{
		ID: "evt-0001", Instance: "proc-inst-0001", ProcessCode: "PROC-TEST", Kind: model.ApprovalFinishes, Result: model.ResultAgree,
		BusinessID: "202206141635000000001", Title: "上线申请", Originator: "manager75",
		BornAt: time.UnixMilli(1663143335567), Via: model.ViaHTTP, ReceivedAt: eventNow,
	}
	got, err := ParseHTTP([]byte(finishedFlat), eventNow)
	if diff := cmp.Diff(Event{typeInstance, want}, got); diff != "" || err != nil {
		t.Errorf("HTTP: %v %s", err, diff)
	}
	want.Via = model.ViaStream
	got, err = ParseStream(frameHeaders(typeInstance), []byte(finishedData), eventNow)
	if diff := cmp.Diff(Event{typeInstance, want}, got); diff != "" || err != nil {
		t.Errorf("Stream: %v %s", err, diff)
	}
}

func TestEventsOfEveryKind(t *testing.T) {
	tests := []struct{ fields, kind, result string }{
		{`"type":"start"`, "start", ""},
		{`"type":"finish","result":"refuse"`, "finish", "refuse"},
		{`"type":"finish","result":"AGREE"`, "finish", "agree"},
		{`"type":"finish","result":null`, "finish", ""},
		{`"type":"finish","result":"redirect"`, "finish", ""},
		{`"type":"terminate"`, "terminate", ""},
		{`"type":"delete"`, "delete", ""},
		{`"type":"finsh","result":"agree","finshTime":1495592272000`, "finish", "agree"},
	}
	for _, tt := range tests {
		e, err := ParseHTTP([]byte(`{"EventType":"bpms_instance_change","processInstanceId":"p",`+tt.fields+`}`), eventNow)
		if err != nil || e.Approval == nil || e.Approval.Kind != tt.kind || e.Approval.Result != tt.result {
			t.Errorf("%s: %+v, %v", tt.fields, e.Approval, err)
		}
	}
}

func TestTimesOfEvents(t *testing.T) {
	tests := []struct {
		fields string
		want   time.Time
	}{
		{`"EventTime":1663143335567,"finishTime":1`, time.UnixMilli(1663143335567)},
		{`"EventTime":"1663143335567"`, time.UnixMilli(1663143335567)},
		{`"finishTime":1495592272000`, time.UnixMilli(1495592272000)},
		{`"finshTime":1495592272000`, time.UnixMilli(1495592272000)},
		{`"EventTime":0,"finishTime":99999999999999999999`, eventNow},
		{`"EventTime":4102444800000`, eventNow},
		{`"EventTime":1.66e12,"finishTime":"2022-09-14"`, eventNow},
		{`"EventTime":{}`, eventNow},
	}
	for _, tt := range tests {
		e, err := ParseHTTP([]byte(`{"EventType":"bpms_instance_change","processInstanceId":"p","type":"finish",`+tt.fields+`}`), eventNow)
		if err != nil || !e.Approval.BornAt.Equal(tt.want) {
			t.Errorf("%s: %+v, %v", tt.fields, e.Approval, err)
		}
	}
}

func TestNothingForUs(t *testing.T) {
	for _, flat := range []string{
		`{"EventType":"check_url"}`,
		`{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}`,
		`{"EventType":"bpms_task_change","processInstanceId":"p","type":"finish","result":"agree","taskId":1}`,
		`{"EventType":"user_add_org","UserId":["u1"]}`,
		`{"EventType":"bpms_instance_change","processInstanceId":"p","type":"comment"}`,
		`{"EventType":"bpms_instance_change"}`,
	} {
		e, err := ParseHTTP([]byte(flat), eventNow)
		if err != nil || e.Approval != nil || !strings.Contains(flat, `"`+e.Type+`"`) {
			t.Errorf("%s: %+v, %v", flat, e, err)
		}
	}
	for _, data := range []string{finishedData, "", "null", "no JSON"} {
		e, err := ParseStream(frameHeaders("bpms_task_change"), []byte(data), eventNow)
		if err != nil || e.Approval != nil || e.Type != "bpms_task_change" {
			t.Errorf("%s: %+v, %v", data, e, err)
		}
	}
}

func TestUnreadableEvents(t *testing.T) {
	for _, flat := range []string{
		``, `success`, `[]`, `null`, `"x"`, `{}`, `{"EventType":null}`, finishedFlat + `{}`, finishedFlat[:40],
		strings.Replace(finishedFlat, "proc-inst-0001", "", 1), strings.Replace(finishedFlat, "proc-inst-0001", "a b", 1),
		strings.Replace(finishedFlat, "proc-inst-0001", "审批", 1), strings.Replace(finishedFlat, "proc-inst-0001", strings.Repeat("p", 129), 1),
	} {
		e, err := ParseHTTP([]byte(flat), eventNow)
		if wantCode(t, err, model.CodeEventUnreadable); e != (Event{}) {
			t.Errorf("%.60s: %+v", flat, e)
		}
	}
	for _, data := range []string{"", "[]", "nothing", strings.Replace(finishedData, "proc-inst-0001", "", 1)} {
		_, err := ParseStream(frameHeaders(typeInstance), []byte(data), eventNow)
		wantCode(t, err, model.CodeEventUnreadable)
	}
	_, err := ParseStream(nil, []byte(finishedData), eventNow)
	wantCode(t, err, model.CodeEventUnreadable)
}

// What has no id of its own must still be known when it comes again, and be told from what is not the same.
func TestEventsWithoutAnID(t *testing.T) {
	ids := map[string]string{}
	for _, fields := range []string{
		`"EventTime":1663143335567,"type":"finish"`, `"EventTime":1663143335568,"type":"finish"`,
		`"EventTime":1663143335567,"type":"start"`, `"EventTime":1663143335567,"type":"finish","eventId":"` + strings.Repeat("e", 129) + `"`,
	} {
		flat := `{"EventType":"bpms_instance_change","processInstanceId":"p",` + fields + `}`
		first, err := ParseHTTP([]byte(flat), eventNow)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := ParseHTTP([]byte(flat), eventNow.Add(time.Hour))
		id := first.Approval.ID
		if other, taken := ids[id]; taken || len(id) != 32 || again.Approval.ID != id {
			t.Errorf("%s has the id %q, later %q; so has %s", fields, id, again.Approval.ID, other)
		}
		ids[id] = fields
	}
}

func TestLongTextsOfEventsAreCut(t *testing.T) {
	long := strings.Repeat("长\n", 2000)
	flat, _ := json.Marshal(map[string]any{
		"EventType": typeInstance, "processInstanceId": "p", "type": "start", "title": long, "staffId": long, "businessId": long, "processCode": long,
	})
	e, err := ParseHTTP(flat, eventNow)
	if err != nil {
		t.Fatal(err)
	}
	a := e.Approval
	for _, text := range []string{a.Title, a.Originator, a.BusinessID, a.ProcessCode} {
		if n := len([]rune(text)); n > maxEventTitle || strings.Contains(text, "\n") || text == "" {
			t.Errorf("%d characters: %.40q", n, text)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(finishedFlat, typeInstance, "evt-0001", "1663143335567")
	f.Add(finishedData, typeInstance, "", "")
	f.Add(`{"EventType":"check_url"}`, "check_url", "e", "0")
	f.Add(`{"EventType":"bpms_instance_change","processInstanceId":{"a":[1]},"type":"finsh","title":7}`, typeInstance, "\xff", "-1")
	f.Add(`[]`, "", "", "9223372036854775808")
	f.Fuzz(func(t *testing.T, data, typ, id, born string) {
		flat, flatErr := ParseHTTP([]byte(data), eventNow)
		headers := map[string]string{"eventType": typ, "eventId": id, "eventBornTime": born}
		frame, frameErr := ParseStream(headers, []byte(data), eventNow)
		for _, parsed := range []struct {
			Event
			err error
		}{{flat, flatErr}, {frame, frameErr}} {
			if parsed.err != nil {
				wantCode(t, parsed.err, model.CodeEventUnreadable)
				continue
			}
			if parsed.Type == "" {
				t.Fatal("an event without a type")
			}
			if a := parsed.Approval; a != nil && (!plainID(a.ID) || !plainID(a.Instance) || kindOf(a.Kind) != a.Kind || a.BornAt.Year() < 2000 || a.BornAt.Year() > 2100) {
				t.Fatalf("%+v", a)
			}
		}
	})
}
