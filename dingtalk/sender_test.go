package dingtalk

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

func workNotice(at time.Time, text string) model.Message {
	return model.Message{
		Key: text + at.String(), Channel: model.ChannelWorkNotice, Recipient: "u1", Title: "上线单 R-1042 部署成功", Markdown: text,
		Link: "https://jenkins.example.com/job/web/12/", CreatedAt: at,
	}
}

// deliver sends a message and returns its task.
func deliver(t *testing.T, s *Sender, m model.Message) int64 {
	t.Helper()
	task, err := s.Deliver(context.Background(), m)
	wantCode(t, err, "")
	return task
}

func TestWorkNoticesOfTheSameWordsArrive(t *testing.T) {
	w := newWorld(t)
	s := NewSender(w.client()).In(time.FixedZone("CST", 8*3600))
	first := workNotice(w.clock.Now(), "全部完成")
	second := first
	second.Key, second.CreatedAt = "another", first.CreatedAt.Add(time.Second)
	for _, m := range []model.Message{first, second} {
		fate, err := s.SendResult(context.Background(), deliver(t, s, m))
		wantCode(t, err, "")
		if !slices.Equal(fate.Unread, []string{"u1"}) || len(fate.Dropped) != 0 {
			t.Errorf("%+v", fate)
		}
	}
	got := w.Ledger().WorkNotices
	if len(got) != 2 || got[0].Markdown != "全部完成  \n  2026-11-22 10:00:00" || got[1].Markdown != "全部完成  \n  2026-11-22 10:00:01" {
		t.Errorf("%+v", got)
	}
	again, err := s.SendResult(context.Background(), deliver(t, s, first)) // the answer to the first try was lost
	wantCode(t, err, "")
	if again.Dropped["u1"] != model.DropRepeat {
		t.Errorf("a repeat of the same message: %+v", again)
	}
}

func TestLongWorkNoticeLeadsToTheRest(t *testing.T) {
	w := newWorld(t)
	s := NewSender(w.client())
	for _, filler := range []string{"变", "a", "🚀", `"`, "<\n"} {
		m := workNotice(w.clock.Now(), strings.Repeat(filler, 3000))
		deliver(t, s, m)
		sent := w.Ledger().WorkNotices
		text := sent[len(sent)-1].Markdown
		const end = cutMark + "  \n  [查看全部](https://jenkins.example.com/job/web/12/)  \n  2026-11-22 02:00:00"
		if !strings.HasSuffix(text, end) || !utf8.ValidString(text) {
			t.Errorf("%q: ends %q", filler, text[len(text)-120:])
		}
		size := len(noticeBody(m.Title, text))
		if size > maxNotice || size < maxNotice-12 {
			t.Errorf("%q: %d bytes of %d", filler, size, maxNotice)
		}
	}
	m := workNotice(w.clock.Now(), strings.Repeat("长", 3000))
	m.Link = ""
	deliver(t, s, m)
	sent := w.Ledger().WorkNotices
	if text := sent[len(sent)-1].Markdown; !strings.HasSuffix(text, cutMark+"  \n  2026-11-22 02:00:00") {
		t.Errorf("without a link it ends %q", text[len(text)-60:])
	}
}

func TestCommentsAreWrittenInSomebodysName(t *testing.T) {
	w := newWorld(t)
	w.AddInstance("inst-1", "u1")
	m := model.Message{Channel: model.ChannelComment, Recipient: "inst-1", Author: "u2", Title: "t", Markdown: strings.Repeat("长", 1200)}
	deliver(t, NewSender(w.client()), m)
	got := w.Ledger().Comments
	if len(got) != 1 || got[0].UserID != "u2" || got[0].InstanceID != "inst-1" || utf8.RuneCountInString(got[0].Text) != 1024 {
		t.Errorf("%+v", got)
	}
	_, err := NewSender(nil).Deliver(context.Background(), m)
	wantCode(t, err, model.CodeDingTalkRejected)
	_, err = NewSender(nil).SendResult(context.Background(), 1)
	wantCode(t, err, model.CodeDingTalkRejected)
}

func TestRobotMentionsMembersByTheirIDs(t *testing.T) {
	w := newWorld(t)
	r := w.robot(t, "13800138000")
	wantCode(t, r.AtUsers([]string{"u1", "u2"}), "")
	wantCode(t, r.Send(context.Background(), "1", "t", "x"), "")
	got := w.Ledger().Robots["ops"][0]
	if !slices.Equal(got.Mentioned, []string{"13800138000", "u1", "u2"}) || got.AtAll {
		t.Errorf("highlights %v, all %v", got.Mentioned, got.AtAll)
	}
	wantCode(t, r.AtUsers(make([]string, 50)), model.CodeDingTalkRejected)
}
