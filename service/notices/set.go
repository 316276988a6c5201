package notices

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/oabridge/oabridge/model"
)

//go:embed templates
var builtin embed.FS

// The blocks of a notice's templates.
const (
	blockTitle      = "title"
	blockRobot      = "robot"
	blockWorkNotice = "work_notice"
	blockComment    = "comment"
	blockSummary    = "summary"
)

// maxComment is how many characters DingTalk takes as a comment of an approval.
const maxComment = 1024

// Texts are a finished notice: what each channel gets.
type Texts struct {
	Title      string `json:"title"`
	Robot      string `json:"robot"`       // Markdown
	WorkNotice string `json:"work_notice"` // Markdown
	Comment    string `json:"comment"`     // plain text; "" when this kind is not written into the approval
	Summary    string `json:"summary"`     // one line of Markdown for a digest; "": the title has to do
}

// Set are the templates of every kind of notice in one language, parsed once. It may be used by many goroutines.
type Set struct {
	language Language
	builtin  map[model.NoticeKind]*template.Template
	custom   map[model.NoticeKind]*template.Template // only those that differ from the built-in ones
}

// Builtin are the templates that come with the program. Times are written in the zone.
func Builtin(language Language, zone *time.Location) *Set {
	s := &Set{language: language, builtin: map[model.NoticeKind]*template.Template{}}
	folder := "templates/" + string(language) + "/"
	for _, kind := range model.NoticeKinds() {
		t := template.New(string(kind)).Funcs(functions(language, zone))
		s.builtin[kind] = template.Must(t.ParseFS(builtin, folder+common, folder+string(kind)+extension))
	}
	return s
}

// functions are what templates may call beside Go's own. They are documented in docs/templates.md.
func functions(language Language, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"time":     func(at *time.Time) string { return written(at, zone, "2006-01-02 15:04") },
		"clock":    func(at *time.Time) string { return written(at, zone, "2006-01-02 15:04:05") },
		"duration": language.Duration,
		"join":     func(separator string, list []string) string { return strings.Join(list, separator) },
		"cut":      func(n int, text string) string { return model.Cut(text, max(n, 1)) },
	}
}

func written(at *time.Time, zone *time.Location, layout string) string {
	if at == nil {
		return ""
	}
	return at.In(zone).Format(layout)
}

// Compose writes a notice. When a template of the folder fails, the built-in one writes it and the error says why: the
// texts are good all the same.
func (s *Set) Compose(kind model.NoticeKind, f Facts) (Texts, error) {
	var failure error
	if t := s.custom[kind]; t != nil {
		texts, err := s.compose(t, kind, f)
		if err == nil {
			return texts, nil
		}
		failure = err
	}
	texts, err := s.compose(s.builtin[kind], kind, f)
	return texts, errors.Join(failure, err)
}

func (s *Set) compose(t *template.Template, kind model.NoticeKind, f Facts) (Texts, error) {
	if t == nil {
		return Texts{}, fmt.Errorf("there is no template for %q", kind)
	}
	text, markdown := viewer{s.language, plain, 0}.view(kind, f), viewer{s.language, escape, robotLogs}.view(kind, f)
	title, err := execute(t, blockTitle, text)
	if err != nil {
		return Texts{}, err
	}
	texts := Texts{Title: strings.Join(linesOf(title), " ")}
	text.Title, markdown.Title = texts.Title, escape(texts.Title)
	if texts.Robot, err = writeMarkdown(t, blockRobot, markdown); err != nil {
		return Texts{}, err
	}
	block, notice := blockRobot, viewer{s.language, escape, workNoticeLogs}.view(kind, f)
	if t.Lookup(blockWorkNotice) != nil {
		block = blockWorkNotice
	}
	notice.Title = markdown.Title
	if texts.WorkNotice, err = writeMarkdown(t, block, notice); err != nil {
		return Texts{}, err
	}
	if t.Lookup(blockSummary) != nil {
		summary, err := execute(t, blockSummary, markdown)
		if err != nil {
			return Texts{}, err
		}
		texts.Summary = strings.Join(linesOf(summary), " ")
	}
	if t.Lookup(blockComment) != nil {
		comment, err := execute(t, blockComment, text)
		if err != nil {
			return Texts{}, err
		}
		texts.Comment = model.Cut(strings.Join(linesOf(comment), "\n"), maxComment)
	}
	return texts, nil
}

// lineBreak is one in DingTalk's Markdown, which knows no tables and no HTML.
const lineBreak = "  \n  "

func writeMarkdown(t *template.Template, block string, v View) (string, error) {
	text, err := execute(t, block, v)
	return strings.Join(linesOf(text), lineBreak), err
}

// linesOf are the lines of a text without the empty ones: templates may be laid out as is best read.
func linesOf(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func execute(t *template.Template, block string, v View) (string, error) {
	var out strings.Builder
	err := t.ExecuteTemplate(&out, block, v)
	return out.String(), err
}
