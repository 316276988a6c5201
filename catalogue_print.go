package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// What the command shows of the API's answer.
type (
	shownCatalogue struct {
		Controllers []struct {
			Name      string     `json:"name"`
			Apps      int        `json:"apps"`
			ListedAt  *time.Time `json:"listed_at"`
			HeldSince *time.Time `json:"held_since"`
		} `json:"controllers"`
		Projects []shownProject `json:"projects"`
		LeftOut  []shownLeft    `json:"left_out"`
	}
	shownProject struct {
		ID       string            `json:"id"`
		Name     string            `json:"name"`
		Kind     model.ProjectKind `json:"kind"`
		Disabled int               `json:"disabled"`
		Apps     []shownApp        `json:"apps"`
	}
	shownApp struct {
		ID         string        `json:"id"`
		Name       string        `json:"name"`
		Kind       model.JobKind `json:"kind"`
		Branches   []string      `json:"branches"`
		Parameters int           `json:"parameters"`
	}
	shownLeft struct {
		Controller string           `json:"controller"`
		Job        string           `json:"job"`
		Kind       model.JobKind    `json:"kind"`
		Reason     model.LeftReason `json:"reason"`
		Detail     string           `json:"detail"`
		Project    string           `json:"project"`
	}
)

var projectWords = map[model.ProjectKind]string{
	model.ProjectFolder: "文件夹", model.ProjectView: "视图", model.ProjectExpression: "正则", model.ProjectExplicit: "列出",
}

var jobWords = map[model.JobKind]string{
	model.JobFreestyle: "自由风格", model.JobPipeline: "流水线", model.JobMaven: "Maven", model.JobMatrix: "多配置", model.JobOther: "其他",
	model.JobFolder: "文件夹", model.JobMultibranch: "多分支", model.JobOrganization: "组织",
}

var leftWords = map[model.LeftReason]string{
	model.LeftContainer:   "是容器，不是任务",
	model.LeftNamed:       "由列出的项目提供",
	model.LeftOutside:     "不在 folders 之内",
	model.LeftNotIncluded: "不符合 include",
	model.LeftExcluded:    "被 exclude 排除",
	model.LeftUnmatched:   "project 表达式不匹配",
	model.LeftNoView:      "不在任何视图里",
	model.LeftNotNamed:    "没有项目列出它",
	model.LeftDisabled:    "已停用",
	model.LeftNoBranch:    "没有可构建的分支",
	model.LeftMissing:     "Jenkins 没有列出它",
}

// branchesShown is how many branches of an app are printed.
const branchesShown = 10

func (c *bridgeClient) printCatalogue(out io.Writer, raw []byte, leftOnly bool) error {
	catalogue, err := decoded[shownCatalogue](raw)
	if err != nil {
		return err
	}
	text := &strings.Builder{}
	if !leftOnly {
		rows := [][]string{{"Jenkins", "应用 apps", "清单时间 listed"}}
		for _, s := range catalogue.Controllers {
			listed := "还没有 not yet"
			if s.ListedAt != nil {
				listed = c.clock(s.ListedAt)
			}
			rows = append(rows, []string{harmless(s.Name), fmt.Sprint(s.Apps), listed})
		}
		text.WriteString(table("", rows))
		for _, s := range catalogue.Controllers {
			if s.HeldSince != nil {
				fmt.Fprintf(text, "\n%s：骤减的新清单自 %s 起暂不采用 · a listing that lost much is held back: oabridge catalogue accept %[1]s\n",
					harmless(s.Name), c.clock(s.HeldSince))
			}
		}
		for _, p := range catalogue.Projects {
			p.print(text)
		}
		if len(catalogue.Projects) == 0 {
			text.WriteString("\n没有可选的应用 · no apps are offered\n")
		}
		text.WriteString("\n")
	}
	printLeft(text, catalogue.LeftOut)
	_, err = io.WriteString(out, text.String())
	return err
}

func (p shownProject) print(out *strings.Builder) {
	about := []string{harmless(p.ID), both(projectWords, p.Kind), fmt.Sprintf("%d 个应用 apps", len(p.Apps))}
	if p.Disabled > 0 {
		about = append(about, fmt.Sprintf("%d 个停用 disabled", p.Disabled))
	}
	fmt.Fprintf(out, "\n%s (%s)\n", harmless(p.Name), strings.Join(about, " · "))
	rows := make([][]string, len(p.Apps))
	for i, a := range p.Apps {
		rows[i] = []string{harmless(a.Name), harmless(a.ID), both(jobWords, a.Kind), fmt.Sprintf("%d 个参数 parameters", a.Parameters), a.branches()}
	}
	out.WriteString(table("  ", rows))
}

func (a shownApp) branches() string {
	if len(a.Branches) == 0 {
		return ""
	}
	shown := make([]string, min(len(a.Branches), branchesShown))
	for i := range shown {
		shown[i] = harmless(a.Branches[i])
	}
	text := fmt.Sprintf("%d 个分支 branches: %s", len(a.Branches), strings.Join(shown, ", "))
	if len(a.Branches) > branchesShown {
		text += " …"
	}
	return text
}

func printLeft(out *strings.Builder, left []shownLeft) {
	if len(left) == 0 {
		out.WriteString("没有遗漏 · nothing is left out\n")
		return
	}
	fmt.Fprintf(out, "未提供 · left out: %d\n", len(left))
	rows := make([][]string, len(left))
	for i, l := range left {
		why := both(leftWords, l.Reason)
		if l.Detail != "" {
			why += "：" + harmless(l.Detail)
		}
		rows[i] = []string{harmless(l.Controller + ":" + l.Job), both(jobWords, l.Kind), why}
		if l.Project != "" {
			rows[i] = append(rows[i], "项目 project "+harmless(l.Project))
		}
	}
	out.WriteString(table("  ", rows))
}
