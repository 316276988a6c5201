package service

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestUsersNeedNoDingTalk(t *testing.T) {
	s := guarded(t, nil, func(o *Options) {
		o.Access = AccessPolicy{Rules: []AccessRule{{Names: []string{"支付"}, Users: []string{"boss"}}}}
	})
	if got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", "boss"); got != nil {
		t.Errorf("problems %q", got)
	}
	for by, want := range map[string]string{"zhang": "您没有项目“支付”的上线权限，请联系管理员", "张三": "通讯录里没有用户“张三”"} {
		if got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", by); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("problems %q", got)
		}
	}
}

func TestValidationKnowsWhoMay(t *testing.T) {
	f := newStaff()
	s := guarded(t, f)
	for by, want := range map[string][]string{
		"zhang": nil, "chen": nil, "boss": nil,
		"li": {"您没有项目“支付”的上线权限，请联系管理员"},
		"张三": {"通讯录里没有用户“张三”，无法确认项目“支付”的上线权限；请管理员在连接器的入参里把“发起人”映射为用户 ID"},
		"":   {"项目“支付”只对部分人开放，而表单没有说明您是谁；请管理员在连接器的入参里映射“发起人”(用户 ID)"},
	} {
		got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", by)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", by, diff)
		}
	}
	if got := lines(t, s, "发起人", ""); got != nil {
		t.Errorf("what is for everybody: %q", got)
	}
	if got := lines(t, s, "项目名称", "支付", "应用名称", "火箭", "发起人", "li"); len(got) != 2 {
		t.Errorf("all problems at once: %q", got)
	}
}

func TestAFormDoesNotWaitLongForDingTalk(t *testing.T) {
	f := newStaff()
	f.hold = make(chan struct{})
	s := guarded(t, f)
	if got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", "zhang"); len(got) != 1 || got[0] != "正在读取您的部门，以确认项目“支付”的上线权限，请稍后重试" {
		t.Errorf("problems %q", got)
	}
	if got := s.projectsOf(t, "zhang", ""); !slices.Equal(got, []string{"prod:mall"}) {
		t.Errorf("offered %q", got)
	}
	close(f.hold)
	s.membersRead()
	if got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", "zhang"); got != nil {
		t.Errorf("the next call: %q", got)
	}
	if n := f.reads("zhang"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestAFormTellsWhyNothingIsKnown(t *testing.T) {
	f := newStaff()
	f.fails(model.Errorf(model.CodeDingTalkForbidden, "钉钉部门接口：应用缺少权限"))
	s := guarded(t, f)
	want := "暂时无法确认您对项目“支付”的上线权限，请稍后重试或联系管理员：钉钉部门接口：应用缺少权限"
	if got := lines(t, s, "项目名称", "支付", "应用名称", "支付网关", "发起人", "zhang"); len(got) != 1 || got[0] != want {
		t.Errorf("problems %q", got)
	}
}
