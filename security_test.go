package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// testRef is a test that docs/security.md names: `file.bats: title` or
	// `libcontainer/package: TestName`.
	testRef  = regexp.MustCompile("`([a-z_/]+\\.bats|libcontainer[a-z/]*): ([^`]+)`")
	batsCase = regexp.MustCompile(`(?m)^@test "(.*)" \{$`)
	cveID    = regexp.MustCompile(`(CVE-\d{4}-\d+|GHSA(-\w{4}){3})`)
)

// TestSecurityTable: each test that docs/security.md names is there, and each
// bats case that names a CVE is in it, under that CVE.
func TestSecurityTable(t *testing.T) {
	doc := readFile(t, "docs/security.md")
	for _, ref := range testRef.FindAllStringSubmatch(doc, -1) {
		if !hasTest(t, ref[1], ref[2]) {
			t.Errorf("docs/security.md: %s has no test %q", ref[1], ref[2])
		}
	}
	files, err := filepath.Glob("tests/security*.bats")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		for _, c := range batsCase.FindAllStringSubmatch(readFile(t, file), -1) {
			ref := "`" + filepath.Base(file) + ": " + c[1] + "`"
			if !strings.Contains(doc, ref) {
				t.Errorf("docs/security.md lacks %s", ref)
			}
			for _, id := range cveID.FindAllString(c[1], -1) {
				if !inRowOf(doc, id, ref) {
					t.Errorf("docs/security.md: the row of %s lacks %s", id, ref)
				}
			}
		}
	}
}

// TestCgroupTable: docs/cgroups.md names a test in every row, and only such that
// are there.
func TestCgroupTable(t *testing.T) {
	for line := range strings.Lines(readFile(t, "docs/cgroups.md")) {
		refs := testRef.FindAllStringSubmatch(line, -1)
		if cell := firstCell(line); cell != "" && cell != "what" && len(refs) == 0 {
			t.Errorf("docs/cgroups.md: no test in %q", line)
		}
		for _, ref := range refs {
			if !hasTest(t, ref[1], ref[2]) {
				t.Errorf("docs/cgroups.md: %s has no test %q", ref[1], ref[2])
			}
		}
	}
}

// TestEveryCVEHasATest: no row is without a test.
func TestEveryCVEHasATest(t *testing.T) {
	for line := range strings.Lines(readFile(t, "docs/security.md")) {
		if cveID.MatchString(firstCell(line)) && !testRef.MatchString(line) {
			t.Errorf("docs/security.md: no test in %q", line)
		}
	}
}

func inRowOf(doc, id, ref string) bool {
	for line := range strings.Lines(doc) {
		if strings.Contains(firstCell(line), id) && strings.Contains(line, ref) {
			return true
		}
	}
	return false
}

// firstCell is that of a row of a table; empty: the line is none.
func firstCell(line string) string {
	if rest, ok := strings.CutPrefix(line, "| "); ok {
		cell, _, _ := strings.Cut(rest, " |")
		return cell
	}
	return ""
}

func hasTest(t *testing.T, where, name string) bool {
	t.Helper()
	if strings.HasSuffix(where, ".bats") {
		return strings.Contains(readFile(t, "tests/"+where), `@test "`+name+`" {`)
	}
	files, err := filepath.Glob(where + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(readFile(t, file), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
