package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"
)

var update = flag.Bool("update", false, "write contrib/completions instead of comparing")

// TestCompletions compares contrib/completions with what the command line makes
// of itself. The files are written here, by make completions, and not by the
// binary, which would only grow by it.
func TestCompletions(t *testing.T) {
	app := newApp(nil)
	for file, text := range map[string]string{
		"runc.bash": bashCompletion(app), "_runc": zshCompletion(app), "runc.fish": fishCompletion(app),
	} {
		file = "contrib/completions/" + file
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil || string(have) != text {
			t.Errorf("%s is not what the command line says (%v): run make completions", file, err)
		}
	}
}

// option is a flag as completions see it.
type option struct {
	names  []string // with dashes
	usage  string
	value  bool
	isFile bool
	words  []string
}

func (o *option) long() string { return o.names[0] }

// options lists the visible flags of a command; --help is one.
func options(cmd *cli.Command) (list []option) {
	for _, f := range cmd.Flags {
		if v, ok := f.(cli.VisibleFlag); ok && !v.IsVisible() {
			continue
		}
		o := option{}
		for _, name := range f.Names() {
			o.names = append(o.names, dashes(name))
		}
		doc := f.(cli.DocGenerationFlag)
		o.usage, o.value = strings.ReplaceAll(doc.GetUsage(), "`", ""), doc.TakesValue()
		o.isFile = slices.ContainsFunc([]string{"`PATH`", "`FILE`", "`DIRECTORY`", "`DIR`"}, func(s string) bool { return strings.Contains(doc.GetUsage(), s) })
		o.words = choices(cmd, strings.TrimLeft(o.names[0], "-"))
		list = append(list, o)
	}
	return append(list, option{names: []string{"--help", "-h"}, usage: "show help"})
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// choices are the values of flags that take one of a few words.
func choices(cmd *cli.Command, name string) []string {
	switch {
	case name == "format" && cmd.Name == "doctor", name == "log-format":
		return []string{"text", "json"}
	case name == "format":
		return []string{"table", "json"}
	case name == "rootless" && cmd.Name == "runc":
		return []string{"auto", "true", "false"}
	case name == "cgroup-manager":
		return []string{"cgroupfs", "systemd", "disabled"}
	case name == "manage-cgroups-mode":
		return []string{"soft", "full", "strict", "ignore"}
	}
	return nil
}

// visible lists the commands that help shows.
func visible(app *cli.Command) []*cli.Command {
	return slices.DeleteFunc(slices.Clone(app.Commands), func(c *cli.Command) bool { return c.Hidden })
}

// takesID tells whether the first argument is an existing container.
func takesID(c *cli.Command) bool {
	return strings.HasPrefix(c.ArgsUsage, "<container-id>") && c.Name != "create" && c.Name != "run" && c.Name != "restore"
}

func generated(comment string) string {
	return comment + " Made from the command line's own definition by make completions.\n"
}

func bashCompletion(app *cli.Command) string {
	var b strings.Builder
	b.WriteString(generated("#") + `# shellcheck shell=bash disable=SC2207

_runc_ids() { runc "${roots[@]}" list --quiet 2>/dev/null; }

_runc() {
	local cur prev command="" flags="" words="" ids="" i
	local -a roots=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
`)
	fmt.Fprintf(&b, "\t\t--root) roots=(--root \"${COMP_WORDS[++i]}\") ;;\n\t\t%s) ((++i)) ;;\n", strings.Join(valued(app, "--root"), " | "))
	b.WriteString("\t\t-*) ;;\n\t\t*)\n\t\t\tcommand=${COMP_WORDS[i]}\n\t\t\tbreak\n\t\t\t;;\n\t\tesac\n\tdone\n\tcase $command in\n")
	bashCase(&b, `""`, app, commandNames(app))
	for _, c := range visible(app) {
		bashCase(&b, c.Name, c, nil)
	}
	b.WriteString(`	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
	*)
		[ -z "$ids" ] || words=$(_runc_ids)
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
		;;
	esac
}

complete -F _runc runc
`)
	return b.String()
}

// valued lists the names of flags that take a value, but for one.
func valued(cmd *cli.Command, but string) (names []string) {
	for _, o := range options(cmd) {
		if o.value && o.long() != but {
			names = append(names, o.names...)
		}
	}
	return names
}

func commandNames(app *cli.Command) (names []string) {
	for _, c := range visible(app) {
		names = append(names, c.Name)
	}
	return append(names, "help")
}

func bashCase(b *strings.Builder, pattern string, cmd *cli.Command, words []string) {
	var names, files []string
	for _, o := range options(cmd) {
		names = append(names, o.names...)
		if o.isFile {
			files = append(files, o.names...)
		}
	}
	fmt.Fprintf(b, "\t%s)\n\t\tflags=%q\n", pattern, strings.Join(names, " "))
	if len(words) > 0 {
		fmt.Fprintf(b, "\t\twords=%q\n", strings.Join(words, " "))
	}
	if takesID(cmd) {
		b.WriteString("\t\tids=yes\n")
	}
	b.WriteString("\t\tcase $prev in\n")
	if len(files) > 0 {
		fmt.Fprintf(b, "\t\t%s)\n\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\t\t\treturn\n\t\t\t;;\n", strings.Join(files, " | "))
	}
	for _, o := range options(cmd) {
		if len(o.words) > 0 {
			fmt.Fprintf(b, "\t\t%s)\n\t\t\tCOMPREPLY=($(compgen -W %q -- \"$cur\"))\n\t\t\treturn\n\t\t\t;;\n", strings.Join(o.names, " | "), strings.Join(o.words, " "))
		}
	}
	b.WriteString("\t\tesac\n\t\t;;\n")
}

func zshCompletion(app *cli.Command) string {
	var b strings.Builder
	b.WriteString("#compdef runc\n" + generated("#") + `
_runc_ids() {
	local -a ids
	ids=(${(f)"$(runc ${opt_args[--root]:+--root ${opt_args[--root]}} list --quiet 2>/dev/null)"})
	compadd -a ids
}

_runc() {
	local context state line
	typeset -A opt_args
	_arguments -C \
`)
	zshOptions(&b, app, "\t\t")
	b.WriteString("\t\t'1: :->command' '*:: :->args'\n\tcase $state in\n\tcommand)\n\t\tlocal -a commands=(\n")
	for _, c := range visible(app) {
		fmt.Fprintf(&b, "\t\t\t'%s:%s'\n", c.Name, zshText(c.Usage))
	}
	b.WriteString("\t\t)\n\t\t_describe command commands\n\t\t;;\n\targs)\n\t\tcase $words[1] in\n")
	for _, c := range visible(app) {
		fmt.Fprintf(&b, "\t\t%s)\n\t\t\t_arguments \\\n", c.Name)
		zshOptions(&b, c, "\t\t\t\t")
		rest := "'*: :_files'"
		if takesID(c) {
			rest = "'1: :_runc_ids' '*: :'"
		}
		fmt.Fprintf(&b, "\t\t\t\t%s\n\t\t\t;;\n", rest)
	}
	b.WriteString("\t\tesac\n\t\t;;\n\tesac\n}\n\n_runc \"$@\"\n")
	return b.String()
}

func zshOptions(b *strings.Builder, cmd *cli.Command, indent string) {
	for _, o := range options(cmd) {
		action := ""
		switch {
		case len(o.words) > 0:
			action = ":value:(" + strings.Join(o.words, " ") + ")"
		case o.isFile:
			action = ":file:_files"
		case o.value:
			action = ":value:"
		}
		for _, name := range o.names {
			fmt.Fprintf(b, "%s'*%s[%s]%s' \\\n", indent, name, zshText(o.usage), action)
		}
	}
}

// zshText keeps a text in quotes and brackets.
func zshText(s string) string {
	return strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(s)
}

func fishCompletion(app *cli.Command) string {
	var b strings.Builder
	b.WriteString(generated("#") + "\ncomplete -c runc -f\n")
	fishOptions(&b, app, "__fish_use_subcommand")
	for _, c := range visible(app) {
		fmt.Fprintf(&b, "complete -c runc -n __fish_use_subcommand -a %s -d %s\n", c.Name, fishText(c.Usage))
	}
	for _, c := range visible(app) {
		seen := fishText("__fish_seen_subcommand_from " + c.Name)
		fishOptions(&b, c, seen)
		if takesID(c) {
			fmt.Fprintf(&b, "complete -c runc -n %s -a '(runc list --quiet 2>/dev/null)'\n", seen)
		}
	}
	return b.String()
}

func fishOptions(b *strings.Builder, cmd *cli.Command, when string) {
	for _, o := range options(cmd) {
		fmt.Fprintf(b, "complete -c runc -n %s", when)
		for _, name := range o.names {
			if long, ok := strings.CutPrefix(name, "--"); ok {
				fmt.Fprintf(b, " -l %s", long)
			} else {
				fmt.Fprintf(b, " -s %s", name[1:])
			}
		}
		switch {
		case len(o.words) > 0:
			fmt.Fprintf(b, " -x -a %s", fishText(strings.Join(o.words, " ")))
		case o.isFile:
			b.WriteString(" -r -F")
		case o.value:
			b.WriteString(" -x")
		}
		fmt.Fprintf(b, " -d %s\n", fishText(o.usage))
	}
}

func fishText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
