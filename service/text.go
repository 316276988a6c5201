package service

import (
	"fmt"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// text is a notice in DingTalk's Markdown: no tables, no HTML, and a line break needs two spaces around it.
type text struct{ b strings.Builder }

func newText(title string) *text {
	t := &text{}
	fmt.Fprintf(&t.b, "### %s", escape(title))
	return t
}

func (t *text) line(format string, args ...any) {
	t.b.WriteString("  \n  ")
	fmt.Fprintf(&t.b, format, args...)
}

func (t *text) item(format string, args ...any) { t.line("- "+format, args...) }

// field writes "name:value" when there is a value.
func (t *text) field(name, value string) {
	if value != "" {
		t.line("%s：%s", name, escape(value))
	}
}

// link leads to the build.
func (t *text) link(d *model.Deployment) {
	if d.BuildURL != "" {
		t.line("[查看构建 %s](%s)", d.BuildTitle(), d.BuildURL)
	}
}

func (t *text) String() string { return t.b.String() }
