package main_test

import (
	"go/ast"
	"testing"
)

// exported are the exported names of a file: those with a comment and those without.
func exported(f file) (documented, bare []string) {
	if !f.code() {
		return nil, nil
	}
	note := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		for _, c := range comments {
			if c != nil {
				documented = append(documented, name.Name)
				return
			}
		}
		bare = append(bare, name.Name)
	}
	for _, declaration := range f.tree.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if receiver := receiverOf(d); receiver == nil || receiver.IsExported() {
				note(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					note(s.Name, s.Doc, s.Comment, d.Doc)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						note(name, s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
	return documented, bare
}

// receiverOf is the name of a method's type, nil for a function.
func receiverOf(d *ast.FuncDecl) *ast.Ident {
	if d.Recv == nil {
		return nil
	}
	var name *ast.Ident
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == nil {
			name = id
		}
		return name == nil
	})
	return name
}

func undocumented(f file) []string {
	_, bare := exported(f)
	return bare
}

func TestExportedNamesHaveComments(t *testing.T) {
	total := 0
	var missing []string
	for _, f := range repository(t) {
		documented, bare := exported(f)
		total += len(documented) + len(bare)
		for _, name := range bare {
			missing = append(missing, f.name+": "+name)
		}
	}
	t.Logf("%d exported names, without a comment: %q", total, missing)
	if total == 0 || len(missing)*100 > total*5 {
		t.Errorf("%d of %d exported names have no comment", len(missing), total)
	}
}
