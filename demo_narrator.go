package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// narrator prints the story as it happens, with the notices as people get them.
type narrator struct {
	mu       sync.Mutex
	w        io.Writer
	dingtalk *dingtalktest.Server

	telling sync.Mutex
	robots  int // messages told already
	notices int
}

func newNarrator(w io.Writer, dingtalk *dingtalktest.Server) *narrator {
	return &narrator{w: w, dingtalk: dingtalk}
}

func (n *narrator) print(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, _ = fmt.Fprintf(n.w, format+"\n", args...) // nobody to tell when the audience is gone
}

func (n *narrator) step(format string, args ...any) { n.print("\n== "+format, args...) }
func (n *narrator) say(format string, args ...any)  { n.print("   "+format, args...) }

func (n *narrator) open(w *demoWorld) {
	n.print("oabridge 演示 · demo")
	n.say("桥 bridge   %s", w.url)
	n.say("模拟 Jenkins · fake Jenkins   %s", w.jenkinsAt)
	n.say("数据 data   %s", w.folder)
}

func (n *narrator) validated(answer map[string]any) {
	if answer["valid"] == true {
		n.say("提交校验通过 · validated")
		return
	}
	n.say("提交校验不通过 · refused on submit: %v", answer["message"])
}

func (n *narrator) handedOver(status int, answer map[string]any) {
	switch {
	case answer["success"] != true:
		n.say("审批送达 · handed over: HTTP %d 未接受 not accepted: %v", status, answer["errorMsg"])
	case answer["duplicate"] == true:
		n.say("审批送达 · handed over: 重复，仍为 duplicate of %v", answer["releaseId"])
	case answer["scheduledAt"] != nil:
		n.say("审批送达 · handed over: %v %v，定时 at %v", answer["releaseId"], answer["state"], answer["scheduledAt"])
	default:
		n.say("审批送达 · handed over: %v %v", answer["releaseId"], answer["state"])
	}
}

// watch prints each notice when it arrives, until ctx ends; what arrived by then is printed.
func (n *narrator) watch(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		n.tellNew()
		select {
		case <-ctx.Done():
			n.tellNew()
			return
		case <-tick.C:
		}
	}
}

// tellNew prints the notices that were not printed yet.
func (n *narrator) tellNew() {
	n.telling.Lock()
	defer n.telling.Unlock()
	ledger := n.dingtalk.Ledger()
	messages := ledger.Robots[demoRobot]
	for _, m := range messages[n.robots:] {
		n.print("   [群 %s] %s", demoRobot, plain(m.Text))
	}
	n.robots = len(messages)
	for _, notice := range ledger.WorkNotices[n.notices:] {
		n.print("   [工作通知 %s] %s", strings.Join(notice.UserIDs, ","), notice.Title)
	}
	n.notices = len(ledger.WorkNotices)
}

var markdownLink = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)

// plain shows a notice's Markdown as a terminal can.
func plain(markdown string) string {
	lines := strings.Split(markdownLink.ReplaceAllString(markdown, "$1 $2"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(strings.NewReplacer("### ", "", "**", "").Replace(line))
	}
	return strings.Join(lines, "\n        ")
}

// invite says how to go on by hand.
func (n *narrator) invite(w *demoWorld) {
	n.print("\n演示结束，服务继续运行，按 Ctrl-C 退出 · the story is over; everything stays up until Ctrl-C. Try, in bash or zsh:")
	executable, err := os.Executable()
	if err != nil {
		executable = "oabridge"
	}
	sign := "-H @<(" + callable(executable) + " sign --secret " + w.secret + ")"
	n.print("  curl -s %s %s/connector/projects", sign, w.url)
	n.print("  curl -s %s -G --data-urlencode 项目名称=商城 %s/connector/apps", sign, w.url)
	n.print("  curl -s %s --json '{\"项目名称\":\"数据平台\",\"应用名称\":\"离线任务\",\"VERSION\":\"v7\",\"实例ID\":\"mine-1\","+
		"\"发起人\":\"%s\"}' %s/connector/releases", sign, demoInitiator, w.url)
	auth := "-H 'Authorization: Bearer " + w.apiToken + "'"
	n.print("  curl -s %s %s/api/releases", auth, w.url)
	n.print("  curl -s %s %s/api/releases/R-1001", auth, w.url)
	n.print("  curl -s %s -X POST --json '{\"reason\":\"改期\"}' %s/api/releases/R-1005/cancel", auth, w.url)
	n.print("  curl -s %s/metrics", w.url)
	n.print("  curl -s %s/_control/ledger      # %s", w.jenkinsAt, "Jenkins 实际发生了什么 what Jenkins really did")
	n.print("  curl -s %s/_control/ledger      # %s", w.dingtalkAt, "大家收到了什么 what people were sent")
}

// goCache is where "go run" keeps what it builds: a temporary folder, or the build cache with a hash for a folder.
var goCache = regexp.MustCompile(`[/\\]go-build[^/\\]*[/\\]|[/\\][0-9a-f]{64}-d[/\\]`)

// callable is how a person calls this program again from where it was called.
func callable(executable string) string {
	switch {
	case goCache.MatchString(executable):
		return "go run ."
	case strings.ContainsAny(executable, " '\"\\$`&;<>|()*?[]#~!{}\t"):
		return "'" + strings.ReplaceAll(executable, "'", `'\''`) + "'"
	}
	return executable
}
