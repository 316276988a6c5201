package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const module = "github.com/oabridge/oabridge"

// What some packages must not know.
const (
	gin       = "github.com/gin-gonic"
	gorm      = "gorm.io"
	redis     = "github.com/redis"
	gojenkins = "github.com/bndr/gojenkins"
	netHTTP   = "net/http"
)

// layer says what a package may import of ours, and what it must not import of others.
type layer struct{ ours, never []string }

// layers is who may import whom. A package that is not in it may not exist; package main knows everything.
var layers = map[string]layer{
	"model":                         {nil, []string{gin, gorm, redis, netHTTP}},
	"config":                        {nil, []string{gin, gorm, redis, gojenkins}},
	"model/store":                   {[]string{"model"}, []string{gin, gojenkins}},
	"model/store/cache":             {[]string{"model"}, []string{gin, gorm, gojenkins}},
	"model/store/storetest":         {[]string{"model", "model/store"}, []string{gin, gojenkins}},
	"model/store/storetest/servers": {nil, []string{gin, gorm, gojenkins}},
	"model/store/storetest/wire":    {nil, []string{gin, gorm, redis, gojenkins}},
	"jenkins":                       {[]string{"model"}, []string{gin, gorm, redis}},
	"dingtalk":                      {[]string{"model"}, []string{gin, gorm, redis, gojenkins}},
	"jenkins/jenkinstest":           {nil, []string{gin, gorm, redis, gojenkins}},
	"dingtalk/dingtalktest":         {nil, []string{gin, gorm, redis, gojenkins}},
	"service":                       {[]string{"model", "service/notices", "service/logs"}, []string{gin, gorm, redis, gojenkins}},
	"service/notices":               {[]string{"model"}, []string{gin, gorm, redis, gojenkins}},
	"service/logs":                  {[]string{"model"}, []string{gin, gorm, redis, gojenkins}},
	"service/sources":               {[]string{"model"}, []string{gin, gorm, redis, gojenkins}},
	"service/chaos":                 {[]string{"model", "jenkins/jenkinstest", "dingtalk/dingtalktest", "model/store/storetest/servers"}, []string{gin, gorm, redis, gojenkins}},
	"api":                           {[]string{"model", "api/web"}, []string{gorm, redis, gojenkins}},
	"api/web":                       {[]string{"model"}, []string{gorm, redis, gojenkins}},
}

// file is one file of the repository; tree is nil for what is no Go code.
type file struct {
	name string // slash-separated, from the repository's root
	text string
	tree *ast.File
}

func (f file) dir() string { return path.Dir(f.name) }

func (f file) within(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return f.dir() == dir || strings.HasPrefix(f.dir(), dir+"/") })
}

// code tells whether f is Go code that is not only a test's.
func (f file) code() bool { return f.tree != nil && !strings.HasSuffix(f.name, "_test.go") }

func parse(t *testing.T, name, text string) file {
	t.Helper()
	f := file{name: name, text: text}
	if strings.HasSuffix(name, ".go") {
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		f.tree = tree
	}
	return f
}

// repository is every text file that belongs to the repository. The files are parsed here, since the go command
// answers from a cache that may hide a change.
func repository(t *testing.T) []file {
	t.Helper()
	var files []file
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" && !entry.IsDir(): // a work tree has a file of that name
			return nil
		case entry.IsDir() && (name == ".git" || name == ".cache" || name == "bin"):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil && utf8.Valid(text) && !strings.Contains(string(text), "\x00") {
			files = append(files, parse(t, name, string(text)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func imports(f file) []string {
	var paths []string
	for _, spec := range f.tree.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// below tells whether an import is a package or one of those below it.
func below(imported, parent string) bool {
	return imported == parent || strings.HasPrefix(imported, parent+"/")
}

// wrongImports are the imports that a package must not have.
func wrongImports(f file) []string {
	if !f.code() || f.dir() == "." {
		return nil
	}
	rule, ok := layers[f.dir()]
	if !ok {
		return []string{"there is no rule for what " + f.dir() + " may import"}
	}
	var wrong []string
	for _, imported := range imports(f) {
		own := strings.TrimPrefix(imported, module+"/")
		foreign := slices.ContainsFunc(rule.never, func(p string) bool { return below(imported, p) })
		if foreign || (own != imported && !slices.Contains(rule.ours, own)) {
			wrong = append(wrong, f.dir()+" must not import "+imported)
		}
	}
	return wrong
}

const maxMethods = 4

// wideInterfaces are the interfaces with too many methods; what they embed does not count.
func wideInterfaces(f file) []string {
	if !f.code() {
		return nil
	}
	var wide []string
	ast.Inspect(f.tree, func(n ast.Node) bool {
		i, ok := n.(*ast.InterfaceType)
		if !ok {
			return true
		}
		methods := 0
		for _, field := range i.Methods.List {
			methods += len(field.Names)
		}
		if methods > maxMethods {
			wide = append(wide, "an interface has "+strconv.Itoa(methods)+" methods")
		}
		return true
	})
	return wide
}

// isState tells whether an expression ends in .State.
func isState(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "State"
}

// ofModel is the name that an expression takes from package model, "" when it takes none.
func ofModel(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "model" {
			return s.Sel.Name
		}
	}
	return ""
}

// filters are the parameters of a file that only say which releases to list.
func filters(f file) []string {
	var names []string
	ast.Inspect(f.tree, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		kind := field.Type
		if pointer, ok := kind.(*ast.StarExpr); ok {
			kind = pointer.X
		}
		if ofModel(kind) == "ReleaseFilter" {
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
		}
		return true
	})
	return names
}

// isFilters tells whether an expression is the State of one of the filters.
func isFilters(e ast.Expr, names []string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && slices.Contains(names, x.Name)
}

// setStates are the places that set a deployment's or a release's state past the table. A message's state is no
// state of the table, nor is that of a filter.
func setStates(f file) []string {
	if !f.code() || f.within("model") || !slices.Contains(imports(f), module+"/model") {
		return nil
	}
	var wrong []string
	lists := filters(f)
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				one := len(n.Lhs) == len(n.Rhs)
				if isState(to) && !isFilters(to, lists) && !(one && strings.HasPrefix(ofModel(n.Rhs[i]), "Message")) {
					wrong = append(wrong, "a state is assigned")
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND && isState(n.X) {
				wrong = append(wrong, "a state's address is taken")
			}
		}
		return true
	})
	return wrong
}

// stateNames are the constants that name a state or an event.
var stateNames = regexp.MustCompile(`^(State[A-Z]\w*|Event[A-Z]\w*|Release(Verifying|AwaitingApproval|Active|Succeeded|Failed|Partial|Cancelled|Rejected|Expired))$`)

// decidedStates are the places where the HTTP layer looks at a state instead of passing it on.
func decidedStates(f file) []string {
	if !f.code() || !f.within("api") {
		return nil
	}
	var wrong []string
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if name := ofModel(n); stateNames.MatchString(name) {
				wrong = append(wrong, "api names model."+name)
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && (isState(n.X) || isState(n.Y)) && !isEmpty(n.X) && !isEmpty(n.Y) {
				wrong = append(wrong, "api compares a state")
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && isState(n.Tag) {
				wrong = append(wrong, "api switches on a state")
			}
		}
		return true
	})
	return wrong
}

// isEmpty tells "": asking whether a filter was given decides nothing.
func isEmpty(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Value == `""`
}

// machine are paths that exist on one machine only. Written in two halves, so that this file is none of those.
var machine = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,])(/wo` + `rk/|/ro` + `ot/|/ho` + `me/\w|/Us` + `ers/\w|[A-Z]:\\Us` + `ers\\|(\.\./)+sha` + `red/)`)

// machinePaths are the places that name a path of somebody's machine.
func machinePaths(f file) []string {
	var found []string
	for line := range strings.Lines(f.text) {
		if m := machine.FindString(line); m != "" {
			found = append(found, "a path of one machine: "+strings.TrimSpace(line))
		}
	}
	return found
}
