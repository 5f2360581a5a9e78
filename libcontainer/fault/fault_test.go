package fault

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestOf(t *testing.T) {
	denied := &os.PathError{Op: "open", Path: "/x", Err: syscall.EPERM}
	for name, c := range map[string]struct {
		err  error
		want Details
		text string
	}{
		"nothing known": {errors.New("x"), Details{Code: Other}, "x"},
		"errno":         {denied, Details{Code: Other, Errno: syscall.EPERM}, "open /x: operation not permitted"},
		"step alone":    {At("mounts", denied), Details{Code: Mount, Step: "mounts", Errno: syscall.EPERM}, "open /x: operation not permitted"},
		"hint": {fmt.Errorf("outer: %w", New(Pivot, denied, "use --no-pivot")),
			Details{Code: Pivot, Hint: "use --no-pivot", Errno: syscall.EPERM}, "outer: open /x: operation not permitted; use --no-pivot"},
		"hint told already": {New(Paused, errors.New("paused (use -x)"), "use -x"), Details{Code: Paused, Hint: "use -x"}, "paused (use -x)"},
		"inner counts":      {At("outer", New(Config, At("inner", New(Pivot, denied, "")), "outer")), Details{Pivot, "inner", "outer", syscall.EPERM}, "open /x: operation not permitted; outer"},
		"first of joined":   {errors.Join(New(OOM, errors.New("a"), "b"), New(Hook, errors.New("c"), "d")), Details{Code: OOM, Hint: "b"}, "a; b\nc; d"},
		"worded":            {Worded(Config, errors.New("field: wrong; too big; drop it")), Details{Code: Config, Hint: "drop it"}, "field: wrong; too big; drop it"},
		"worded, no mend":   {Worded(Config, errors.New("field: wrong")), Details{Code: Config}, "field: wrong"},
	} {
		if got := Of(c.err); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if c.err.Error() != c.text {
			t.Errorf("%s: text %q, want %q", name, c.err, c.text)
		}
	}
	if At("x", nil) != nil || Worded(Config, nil) != nil {
		t.Error("no error became one")
	}
}

func TestValid(t *testing.T) {
	for code, want := range map[Code]bool{"mount-option": true, "": false, "Mount": false, "a b": false, Code(strings.Repeat("a", 33)): false} {
		if code.Valid() != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

// codes reads the constants of codes.go, by name.
func codes(t *testing.T) map[string]Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(lit.Value)
			list[spec.Names[0].Name] = Code(text)
		}
		return true
	})
	return list
}

// TestDocumented: docs/troubleshooting.md explains every code once, and no
// other; and every code is in use.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Codes\n")
	documented := map[Code]int{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented[Code(m[1])]++
	}
	used := source(t)
	seen := map[Code]bool{}
	for name, code := range codes(t) {
		if seen[code] || !code.Valid() {
			t.Errorf("%s: the code %q is taken or malformed", name, code)
		}
		seen[code] = true
		if documented[code] != 1 {
			t.Errorf("docs/troubleshooting.md has %d rows for %q", documented[code], code)
		}
		if !strings.Contains(used, "fault."+name) && !strings.Contains(used, "return "+name) {
			t.Errorf("nobody uses %s (%q)", name, code)
		}
	}
	for code := range documented {
		if !seen[code] {
			t.Errorf("docs/troubleshooting.md has %q, which is no code", code)
		}
	}
}

// source is all Go code of the module but tests.
func source(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
