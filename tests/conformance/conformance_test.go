package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) *results {
	t.Helper()
	r, err := parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParse(t *testing.T) {
	const good = "\n" + endMark + "ended well\n"
	for name, c := range map[string]struct {
		text string
		want map[string]bool
	}{
		"points": {"TAP version 13\nok 1 - a\n  ---\n    \"error\": \"\"\n  ...\nnot ok 2 - b\nok 3 - b\n1..3\n" + good,
			map[string]bool{"a": true, "b": false, "b (2)": true, theEnd: true}},
		"directives":       {"ok 1 # SKIP x\nnot ok 2 - y # TODO later\n1..2\n" + good, map[string]bool{"# SKIP x": true, "y # TODO later": true, theEnd: true}},
		"ids":              {"ok 1 - of 3a6d6be6-2e54-41b0-a0f5-198a2917a79c in /tmp/x/ocitest12/y\n1..1\n" + good, map[string]bool{"of ID in BUNDLE/y": true, theEnd: true}},
		"no plan":          {"ok 1 - a\n" + good, map[string]bool{"a": true, theEnd: false}},
		"exit status":      {"ok 1 - a\n1..1\n\n" + endMark + "exit status 1\n", map[string]bool{"a": true, theEnd: false}},
		"error alone":      {"TAP version 13\n  ---\n    \"error\": \"x\"\n  ...\n1..0\n" + good, map[string]bool{theEnd: false}},
		"nothing":          {"TAP version 13\n1..0\n" + good, map[string]bool{theEnd: true}},
		"all failed":       {"not ok 1 - a\n1..1\n" + good, map[string]bool{"a": false, theEnd: false}},
		"never ended":      {"ok 1 - a\n1..1\n", map[string]bool{"a": true, theEnd: false}},
		"silent by design": {good, map[string]bool{theEnd: true}},
	} {
		if got := parsed(t, c.text).passed; !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	doc := filepath.Join(t.TempDir(), "doc")
	if err := os.WriteFile(doc, []byte("| program | view | why |\n|---|---|---|\n| `p` `known` | v1 | because |\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	why, err := readExplanations(doc)
	if err != nil || len(why) != 1 {
		t.Fatal(why, err)
	}
	mine := &results{passed: map[string]bool{"both": true, "mine": true, "known": false, "new": false}, order: []string{"both", "mine", "known", "new"}}
	theirs := &results{passed: map[string]bool{"both": true, "theirs": true, "known": false}, order: []string{"both", "theirs", "known"}}
	want := map[string]verdict{"both": passed, "mine": better, "theirs": worse, "known": explained, "new": silent}
	got := map[string]verdict{}
	for _, f := range judge("v1", "p", mine, theirs, why) {
		got[f.point] = f.verdict
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	mine.passed[theEnd], theirs.passed["trouble"] = true, false
	theirs.order = append(theirs.order, "trouble")
	for _, f := range judge("v1", "p", mine, theirs, nil) {
		if f.point == "trouble" {
			t.Error("the other's trouble counts as ours")
		}
	}
	for _, f := range judge("v2", "p", mine, theirs, why) {
		if f.point == "known" && f.verdict != silent {
			t.Error("explained in a view that the row does not name")
		}
	}
}

// TestDocument: every row that says why is read, so that a slip of the pen is
// not taken for prose.
func TestDocument(t *testing.T) {
	const doc = "../../docs/conformance.md"
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	list, err := readExplanations(doc)
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(string(data), "\n| `"); rows != len(list) || rows == 0 {
		t.Errorf("%d rows, %d read", rows, len(list))
	}
}
