package notices

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"github.com/oabridge/oabridge/model"
)

// The files of a folder of templates.
const (
	extension = ".tmpl"
	common    = "common" + extension // blocks that all kinds share
)

// maxFile is the largest template that is read, in bytes.
const maxFile = 64 << 10

// Load lays the templates of a folder over the built-in ones. A file <kind>.tmpl defines blocks of that kind, a file
// <kind>.<block>.tmpl is one block; common.tmpl defines blocks for all. Files with another ending are left alone. Each is
// tried with made-up data; the errors are everything that is wrong, with file and line.
func Load(language Language, zone *time.Location, folder fs.FS) (*Set, []error) {
	s := Builtin(language, zone)
	files, failures := readAll(folder)
	s.custom = map[model.NoticeKind]*template.Template{}
	for _, kind := range model.NoticeKinds() {
		t, err := s.override(kind, files)
		switch {
		case err != nil:
			failures = append(failures, err)
		case t != nil:
			s.custom[kind] = t
		}
	}
	if len(failures) == 0 {
		failures = s.rehearse()
	}
	if len(failures) > 0 {
		return nil, distinct(failures)
	}
	return s, nil
}

// file is one template of a folder. Its block is "" when it defines blocks itself.
type file struct {
	name, text  string
	kind, block string // kind is "" for the common one
}

func readAll(folder fs.FS) ([]file, []error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, []error{fmt.Errorf("the folder cannot be read: %w", reason(err))}
	}
	var files []file
	var failures []error
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") || !strings.HasSuffix(entry.Name(), extension) {
			continue
		}
		f, err := read(folder, entry.Name())
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", entry.Name(), err))
			continue
		}
		files = append(files, f)
	}
	return files, failures
}

func read(folder fs.FS, name string) (file, error) {
	f := file{name: name}
	f.kind, f.block, _ = strings.Cut(strings.TrimSuffix(name, extension), ".")
	blocks := []string{"", blockTitle, blockRobot, blockWorkNotice, blockComment, blockSummary}
	switch {
	case name == common:
		f.kind = ""
	case !slices.Contains(model.NoticeKinds(), model.NoticeKind(f.kind)):
		return f, fmt.Errorf("there is no event %q; known are %v and common", f.kind, model.NoticeKinds())
	case !slices.Contains(blocks, f.block):
		return f, fmt.Errorf("there is no channel %q; known are %v", f.block, blocks[1:])
	}
	info, err := fs.Stat(folder, name)
	if err != nil {
		return f, reason(err)
	}
	if info.Size() > maxFile {
		return f, fmt.Errorf("the file is larger than %d bytes", maxFile)
	}
	text, err := fs.ReadFile(folder, name)
	f.text = string(text)
	return f, reason(err)
}

// reason is a file error's cause without the path.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// override is the template of a kind with what the files change, nil when they change nothing.
func (s *Set) override(kind model.NoticeKind, files []file) (*template.Template, error) {
	t, err := s.builtin[kind].Clone()
	if err != nil {
		return nil, err
	}
	changed := false
	for _, f := range inOrder(files, kind) {
		if err := f.parse(t); err != nil {
			return nil, shorter(err)
		}
		changed = true
	}
	if !changed {
		return nil, nil //nolint:nilnil // nothing differs, and nothing is wrong
	}
	return t, nil
}

// inOrder are the files for a kind; the more special ones come later and win.
func inOrder(files []file, kind model.NoticeKind) []file {
	var list []file
	for _, wanted := range []func(file) bool{
		func(f file) bool { return f.kind == "" },
		func(f file) bool { return f.kind == string(kind) && f.block == "" },
		func(f file) bool { return f.kind == string(kind) && f.block != "" },
	} {
		for _, f := range files {
			if wanted(f) {
				list = append(list, f)
			}
		}
	}
	return list
}

// parse adds what the file defines to t.
func (f file) parse(t *template.Template) error {
	own, err := t.New(f.name).Parse(f.text)
	switch {
	case err != nil:
		return err
	case f.block != "" && (own.Tree == nil || parse.IsEmptyTree(own.Root)):
		return fmt.Errorf("%s: the file is empty", f.name)
	case f.block != "":
		_, err = t.AddParseTree(f.block, own.Tree)
		return err
	case own.Tree != nil && !parse.IsEmptyTree(own.Root):
		return fmt.Errorf(`%s: there is text outside of {{define "…"}} … {{end}}; a file for one channel is named %s.robot%s`,
			f.name, strings.TrimSuffix(f.name, extension), extension)
	}
	return nil
}

// rehearse writes every notice that is overridden with made-up data.
func (s *Set) rehearse() []error {
	var failures []error
	for _, sample := range Samples() {
		t := s.custom[sample.Kind]
		if t == nil {
			continue
		}
		texts, err := s.compose(t, sample.Kind, sample.Facts)
		switch {
		case err != nil:
			failures = append(failures, shorter(err))
		case texts.Title == "" || texts.Robot == "" || texts.WorkNotice == "":
			failures = append(failures, fmt.Errorf("%s: title, robot or work_notice writes nothing", sample.Kind))
		}
	}
	return failures
}

// shorter drops what Go puts before file and line.
func shorter(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "template: "))
}

func distinct(failures []error) []error {
	seen := map[string]bool{}
	return slices.DeleteFunc(failures, func(err error) bool {
		known := seen[err.Error()]
		seen[err.Error()] = true
		return known
	})
}
