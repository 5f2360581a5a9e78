package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"
)

// helpFlags are the long flags that --help of a command lists as its own.
func helpFlags(t *testing.T, command ...string) []string {
	t.Helper()
	var out bytes.Buffer
	app := newApp(nil)
	app.Writer = &out
	if err := app.Run(context.Background(), append(append([]string{"runc"}, command...), "--help")); err != nil {
		t.Fatal(err)
	}
	heading := "\nOPTIONS:\n"
	if len(command) == 0 {
		heading = "\nGLOBAL OPTIONS:\n"
	}
	_, list, _ := strings.Cut(out.String(), heading)
	list, _, _ = strings.Cut(list, "\n\n")
	var flags []string
	for _, m := range regexp.MustCompile(`(?m)^   (--[a-z0-9-]+)`).FindAllStringSubmatch(list, -1) {
		flags = append(flags, m[1])
	}
	if len(flags) == 0 {
		t.Fatalf("%v: no options in the help: %s", command, out.String())
	}
	return flags
}

// manFlags are the long flags that a manual page explains: those that begin a
// paragraph.
func manFlags(t *testing.T, page string) []string {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("%v; every command has a page", err)
	}
	text := strings.ReplaceAll(string(data), `\-`, "-")
	var flags []string
	for _, m := range regexp.MustCompile(`(?m)^\.TP\n((?:.*\n\.TQ\n)*.*)$`).FindAllStringSubmatch(text, -1) {
		flags = append(flags, regexp.MustCompile(`--[a-z0-9-]+`).FindAllString(m[1], -1)...)
	}
	return flags
}

// TestManPages: every command has a page, which explains every flag of --help
// and no other; runc(8) those of runc itself, and names all pages.
func TestManPages(t *testing.T) {
	comparePage(t, "man/runc.8", helpFlags(t))
	overview, err := os.ReadFile("man/runc.8")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range visible(newApp(nil)) {
		comparePage(t, "man/runc-"+c.Name+".8", helpFlags(t, c.Name))
		if !strings.Contains(string(overview), "runc-"+c.Name) {
			t.Errorf("man/runc.8 does not name runc-%s(8)", c.Name)
		}
	}
}

func comparePage(t *testing.T, page string, want []string) {
	t.Helper()
	have := manFlags(t, page)
	for _, name := range want {
		if name != "--help" && !slices.Contains(have, name) {
			t.Errorf("%s does not explain %s", page, name)
		}
	}
	for _, name := range have {
		if !slices.Contains(want, name) {
			t.Errorf("%s explains %s, which --help does not have", page, name)
		}
	}
}

// TestHelpInCompletions: what completions offer is what --help lists.
func TestHelpInCompletions(t *testing.T) {
	compare := func(cmd *cli.Command, want []string) {
		var have []string
		for _, o := range options(cmd) {
			have = append(have, o.long())
		}
		slices.Sort(have)
		slices.Sort(want)
		if got := slices.Compact(have); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("%s: completions offer %v, --help has %v", cmd.Name, got, want)
		}
	}
	app := newApp(nil)
	compare(app, append(helpFlags(t), "--help"))
	for _, c := range visible(app) {
		compare(c, helpFlags(t, c.Name))
	}
}
