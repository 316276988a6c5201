package notices

import "testing"

func TestWhyJenkinsWaits(t *testing.T) {
	for why, want := range map[string]string{
		"In the quiet period. Expires in 4.9 sec":                 "静默期，还有 4.9 秒",
		"In the quiet period. Expires in 9 min 58 sec":            "静默期，还有 9 分 58 秒",
		"Finished waiting":                                        "即将开始",
		"Build #1 is already in progress (ETA: N/A)":              "同一任务的构建 #1 正在进行，预计时间未知",
		"Build #3 is already in progress (ETA: 22 sec)":           "同一任务的构建 #3 正在进行，预计还要 22 秒",
		"Waiting for next available executor":                     "等待空闲的执行器",
		"Waiting for next available executor on ‘5 min builders’": "等待节点 5 min builders 的空闲执行器",
		"‘Jenkins’ doesn’t have label ‘no-such-label’":            "没有带标签 no-such-label 的可用节点",
		"Jenkins is about to shut down":                           "Jenkins 准备关闭，暂不开始新的构建",
		"‘agent $1’ is offline":                                   "节点 agent $1 已离线",
		"Something that a plugin says":                            "Something that a plugin says",
		"":                                                        "",
	} {
		if got := Why(Chinese, why); got != want {
			t.Errorf("%s: %s, want %s", why, got, want)
		}
		if got := Why(English, why); got != why {
			t.Errorf("in English %s: %s", why, got)
		}
	}
}
