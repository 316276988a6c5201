package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oabridge/oabridge/config"
)

// readmes are the same text in two languages.
var readmes = []string{"README.md", "README.zh-CN.md"}

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documentedKey is one key of the configuration as a table shows it.
type documentedKey struct{ path, fallback string }

// variable is the key's environment variable, with 0 for every index.
func (k documentedKey) variable() string {
	return "OABRIDGE_" + strings.ToUpper(strings.NewReplacer("[]", "_0", ".", "_").Replace(k.path))
}

// configurationKeys walks the struct as a YAML file would be read.
func configurationKeys(section reflect.Type, prefix string) []documentedKey {
	var keys []documentedKey
	for field := range section.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		path, typ := prefix+name, field.Type
		if typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct {
			path, typ = path+"[]", typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			keys = append(keys, configurationKeys(typ, path+".")...)
			continue
		}
		keys = append(keys, documentedKey{path: path, fallback: field.Tag.Get("default")})
	}
	return keys
}

// rowOf is the table's row whose first cell names code; "" when there is none.
func rowOf(text, code string) string {
	for line := range strings.Lines(text) {
		cells := strings.Split(line, " | ")
		if strings.HasPrefix(line, "| ") && strings.Contains(cells[0], "`"+code+"`") {
			return line
		}
	}
	return ""
}

func TestReadmesShowEveryKey(t *testing.T) {
	keys := configurationKeys(reflect.TypeFor[config.Config](), "")
	if len(keys) < 50 {
		t.Fatalf("only %d keys found", len(keys))
	}
	for _, name := range readmes {
		text := document(t, name)
		for _, key := range keys {
			row := rowOf(text, key.path)
			if row == "" {
				t.Errorf("%s: no row for the key %s", name, key.path)
				continue
			}
			if !strings.Contains(row, "`"+key.variable()+"`") {
				t.Errorf("%s: the row of %s lacks `%s`", name, key.path, key.variable())
			}
			if shown := strings.Split(row, " | ")[1]; key.fallback != "" && shown != "`"+key.fallback+"`" {
				t.Errorf("%s: %s has the default %s, the table says %s", name, key.path, key.fallback, shown)
			}
		}
	}
}

var keyCell = regexp.MustCompile("`(OABRIDGE_[A-Z0-9_]+)`")

func TestReadmesShowNoOtherVariable(t *testing.T) {
	known := []string{"OABRIDGE_JENKINS_0_FOLDERS", "OABRIDGE_CONFIG", "OABRIDGE_TOKEN"}
	for _, key := range configurationKeys(reflect.TypeFor[config.Config](), "") {
		known = append(known, key.variable())
	}
	for _, name := range readmes {
		for _, found := range keyCell.FindAllStringSubmatch(document(t, name), -1) {
			if !slices.Contains(known, found[1]) {
				t.Errorf("%s: there is no variable %s", name, found[1])
			}
		}
	}
}

// commands are the tree's commands, without the root and those that cobra adds.
func commands(parent *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, command := range parent.Commands() {
		list = append(append(list, command), commands(command)...)
	}
	return list
}

func TestReadmesShowEveryCommand(t *testing.T) {
	for _, name := range readmes {
		text := document(t, name)
		for _, command := range commands(newRoot(nil)) {
			row := rowOf(text, command.CommandPath())
			if row == "" {
				t.Errorf("%s: no row for %s", name, command.CommandPath())
				continue
			}
			command.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
				if !strings.Contains(row, "`--"+f.Name+"`") {
					t.Errorf("%s: the row of %s lacks --%s", name, command.CommandPath(), f.Name)
				}
			})
		}
	}
}

// heading is a headline of a page, outside code.
type heading struct {
	level int
	title string
}

func headings(text string) []heading {
	var list []heading
	code := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		marks, title, found := strings.Cut(line, " ")
		if !code && found && marks != "" && strings.Trim(marks, "#") == "" {
			list = append(list, heading{level: len(marks), title: strings.TrimSpace(title)})
		}
	}
	return list
}

func TestReadmesHaveTheSameSections(t *testing.T) {
	english, chinese := headings(document(t, readmes[0])), headings(document(t, readmes[1]))
	if len(english) < 20 || len(english) != len(chinese) {
		t.Fatalf("%d headings in English, %d in Chinese", len(english), len(chinese))
	}
	for i := range english {
		if english[i].level != chinese[i].level {
			t.Errorf("heading %d: %q is of level %d, %q of level %d",
				i, english[i].title, english[i].level, chinese[i].title, chinese[i].level)
		}
	}
}

// anchor is what a heading is linked to by.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksResolve(t *testing.T) {
	checked := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != "." {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		for _, found := range link.FindAllStringSubmatch(document(t, path), -1) {
			checked++
			checkLink(t, path, found[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 20 {
		t.Errorf("only %d links found", checked)
	}
}

func checkLink(t *testing.T, page, target string) {
	t.Helper()
	if strings.Contains(target, "://") {
		return
	}
	file, fragment, _ := strings.Cut(target, "#")
	full := page
	if file != "" {
		full = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
	}
	if _, err := os.Stat(full); err != nil {
		t.Errorf("%s: the link %s leads nowhere", page, target)
		return
	}
	if fragment == "" {
		return
	}
	named := func(h heading) bool { return anchor(h.title) == fragment }
	if !slices.ContainsFunc(headings(document(t, full)), named) {
		t.Errorf("%s: the link %s names no heading", page, target)
	}
}
