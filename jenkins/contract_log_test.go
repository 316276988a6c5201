package jenkins_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func contractLog(t *testing.T, s *site) {
	ctx, job := t.Context(), s.job("slow")
	id, err := s.Trigger(ctx, job, false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	var head bytes.Buffer
	first, err := s.Log(ctx, job, number, 0, &head)
	if err != nil || !first.More || first.Written != int64(head.Len()) || first.Next <= first.Written || !strings.HasPrefix(head.String(), "Started by ") {
		t.Fatalf("%+v %v: %q", first, err, head.String())
	}
	ok(t, s.Stop(ctx, job, number))
	ended(t, s, job, number)
	var rest, whole, none bytes.Buffer
	second, err := s.Log(ctx, job, number, first.Next, &rest)
	if err != nil || second.More || !strings.Contains(rest.String(), "ABORTED") {
		t.Errorf("%+v %v: %q", second, err, rest.String())
	}
	if third, err := s.Log(ctx, job, number, 0, &whole); err != nil || third.Next != second.Next || whole.String() != head.String()+rest.String() {
		t.Errorf("%+v %v: the pieces %q and %q, the whole %q", third, err, head.String(), rest.String(), whole.String())
	}
	if end, err := s.Log(ctx, job, number, second.Next, &none); err != nil || end.Written != 0 || end.Next != second.Next {
		t.Errorf("at the end: %+v %v", end, err)
	}
	if beyond, err := s.Log(ctx, job, number, second.Next+1000, &none); err != nil || !beyond.Shorter || none.Len() != 0 {
		t.Errorf("beyond the end: %+v %v %q", beyond, err, none.String())
	}
	for last, want := range map[int64]string{1 << 20: whole.String(), 60: lastOf(whole.String())} {
		if text, err := s.LogEnd(ctx, job, number, last); err != nil || !strings.HasSuffix(text, want) || len(text) > int(last)+whole.Len() {
			t.Errorf("the last %d bytes: %q %v, want %q", last, text, err, want)
		}
	}
	_, err = s.LogEnd(ctx, job, 4711, 100)
	wantCode(t, err, model.CodeJenkinsNotFound)
	_, err = s.Log(ctx, job, 4711, 0, &none)
	wantCode(t, err, model.CodeJenkinsNotFound)
}

// lastOf is a text's last line.
func lastOf(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	return lines[len(lines)-2]
}
