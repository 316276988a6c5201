package model

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCodeAndMessage(t *testing.T) {
	inner := Errorf(CodeNotFound, "没有 %s", "R-1")
	for name, c := range map[string]struct {
		err     error
		code    Code
		message string
	}{
		"plain":                    {inner, CodeNotFound, "没有 R-1"},
		"wrapped by fmt":           {fmt.Errorf("step: %w", inner), CodeNotFound, "没有 R-1"},
		"joined":                   {errors.Join(io.EOF, inner), CodeNotFound, "没有 R-1"},
		"the outermost counts":     {Wrap(CodeConflict, inner, "冲突"), CodeConflict, "冲突"},
		"through two wraps":        {fmt.Errorf("a: %w", fmt.Errorf("b: %w", Wrap(CodeInternal, io.EOF, "坏"))), CodeInternal, "坏"},
		"an error without a code":  {io.ErrUnexpectedEOF, CodeInternal, "系统内部错误，请稍后重试"},
		"no error has no code":     {nil, "", "系统内部错误，请稍后重试"},
		"a foreign text is hidden": {errors.New("dsn=root:secret@tcp"), CodeInternal, "系统内部错误，请稍后重试"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := CodeOf(c.err); got != c.code {
				t.Errorf("code %q, want %q", got, c.code)
			}
			if got := MessageOf(c.err); got != c.message {
				t.Errorf("message %q, want %q", got, c.message)
			}
		})
	}
}

func TestErrorKeepsItsCauseForTheLogOnly(t *testing.T) {
	err := Wrap(CodeDatabaseUnavailable, io.ErrUnexpectedEOF, "数据库暂时不可用")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "database_unavailable: 数据库暂时不可用: unexpected EOF"; got != want {
		t.Errorf("the log gets %q, want %q", got, want)
	}
	if strings.Contains(MessageOf(err), "EOF") {
		t.Errorf("people get the cause: %q", MessageOf(err))
	}
	if got, want := Errorf(CodeConflict, "冲突").Error(), "conflict: 冲突"; got != want {
		t.Errorf("without a cause the log gets %q, want %q", got, want)
	}
}

// declaredCodes are the values of all constants of type Code, as error.go declares them.
func declaredCodes(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
			return true
		}
		for _, v := range spec.Values {
			literal, ok := v.(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s is no literal", spec.Names[0])
			}
			code, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, Code(code))
		}
		return true
	})
	return codes
}

func TestCodesListsEveryConstantOnce(t *testing.T) {
	declared, listed := declaredCodes(t), Codes()
	if len(declared) < 30 {
		t.Fatalf("only %d constants found", len(declared))
	}
	for _, c := range declared {
		if !slices.Contains(listed, c) {
			t.Errorf("Codes lacks %s", c)
		}
	}
	seen := map[Code]bool{}
	for _, c := range listed {
		if seen[c] || !slices.Contains(declared, c) {
			t.Errorf("Codes has %s twice, or it is no constant", c)
		}
		seen[c] = true
		if strings.Trim(string(c), "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("%q is not snake_case", c)
		}
	}
}
