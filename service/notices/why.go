package notices

import (
	"regexp"
	"strconv"
	"strings"
)

// whys are the reasons for which Jenkins most often keeps something in its queue, as recorded from Jenkins 2.452, with
// what they mean in Chinese: $1 is a name, ~1 a time. The first that matches counts.
var whys = []struct {
	jenkins *regexp.Regexp
	chinese string
}{
	{regexp.MustCompile(`^In the quiet period\. Expires in (.+)$`), "静默期，还有 ~1"},
	{regexp.MustCompile(`^In the quiet period`), "静默期"},
	{regexp.MustCompile(`^Finished waiting$`), "即将开始"},
	{regexp.MustCompile(`^Build (#\d+) is already in progress \(ETA: N/A\)$`), "同一任务的构建 $1 正在进行，预计时间未知"},
	{regexp.MustCompile(`^Build (#\d+) is already in progress \(ETA: (.+)\)$`), "同一任务的构建 $1 正在进行，预计还要 ~2"},
	{regexp.MustCompile(`^Build (#\d+) is already in progress`), "同一任务的构建 $1 正在进行"},
	{regexp.MustCompile(`^Waiting for next available executor on [‘'](.+)[’']$`), "等待节点 $1 的空闲执行器"},
	{regexp.MustCompile(`^Waiting for next available executor$`), "等待空闲的执行器"},
	{regexp.MustCompile(`^[‘'](.+)[’'] doesn[’']t have label [‘'](.+)[’']$`), "没有带标签 $2 的可用节点"},
	{regexp.MustCompile(`^There are no nodes with the label [‘'](.+)[’']$`), "没有带标签 $1 的节点"},
	{regexp.MustCompile(`^All nodes of label [‘'](.+)[’'] are offline$`), "带标签 $1 的节点都已离线"},
	{regexp.MustCompile(`^[‘'](.+)[’'] is offline$`), "节点 $1 已离线"},
	{regexp.MustCompile(`^Jenkins is about to shut down$`), "Jenkins 准备关闭，暂不开始新的构建"},
	{regexp.MustCompile(`^Upstream project (.+) is already building\.?$`), "上游任务 $1 正在构建"},
	{regexp.MustCompile(`^Downstream project (.+) is already building\.?$`), "下游任务 $1 正在构建"},
}

// spans are Jenkins' words for times.
var spans = strings.NewReplacer(" sec", " 秒", " min", " 分", " hr", " 小时", " days", " 天", " day", " 天", " ms", " 毫秒")

// Why says in the set's language why Jenkins keeps something in its queue.
func (s *Set) Why(why string) string { return Why(s.language, why) }

// Why says in the language why Jenkins keeps something in its queue: in Jenkins' own words in English, and where its words
// are not known.
func Why(language Language, why string) string {
	if language != Chinese {
		return why
	}
	for _, known := range whys {
		if m := known.jenkins.FindStringSubmatch(why); m != nil {
			text := known.chinese
			for i, group := range m[1:] {
				n := strconv.Itoa(i + 1)
				text = strings.NewReplacer("$"+n, group, "~"+n, spans.Replace(group)).Replace(text)
			}
			return text
		}
	}
	return why
}
