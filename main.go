// Command runc creates and runs containers as the Open Container Initiative
// specifies them. This package is the command line: main.go the global flags,
// then one command a file. Flags become options of package launch here; nothing
// below knows the CLI library.
//
// The runtime need not know the limits of its cgroup, for which Go would read
// the mount table of the host at each start.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v3"

	"runc/libcontainer/sys"
	"runc/nsenter"
)

func init() {
	if isInit() {
		runtime.LockOSThread() // init's identity is that of the main thread
	}
}

func main() {
	sys.RestoreTimerSlack(nsenter.TimerSlack())
	if isInit() {
		initMain()
	}
	if err := newApp(os.Args[1:]).Run(context.Background(), os.Args); err != nil {
		fatal(err)
	}
}

// newApp returns the command line for args. To make the commands that are not called
// would take longer than many a command.
func newApp(args []string) *cli.Command {
	app := &cli.Command{
		Name:           "runc",
		Usage:          "Open Container Initiative runtime",
		Description:    description,
		HideVersion:    true,
		Flags:          globalFlags(),
		Commands:       named(args),
		Before:         prepare,
		Action:         noCommand,
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
		OnUsageError:   usageError,
	}
	for _, c := range app.Commands {
		c.OnUsageError = usageError
		c.HideHelpCommand = true // "help" and "h" are ids
	}
	if len(app.Commands) < len(commands) {
		// The same error, with the help of all. Below ctx it would be a sub-command.
		app.OnUsageError = func(context.Context, *cli.Command, error, bool) error {
			return newApp(nil).Run(context.Background(), os.Args)
		}
	}
	return app
}

// named returns the commands whose names are among args, wherever; all of them, if
// that is none or help is asked for.
func named(args []string) (list []*cli.Command) {
	called := func(c command) bool { return slices.Contains(args, c.name) }
	help := func(arg string) bool { return slices.Contains([]string{"help", "h"}, strings.TrimLeft(arg, "-")) }
	all := slices.ContainsFunc(args, help) || !slices.ContainsFunc(commands[:], called)
	for _, c := range commands {
		if all || called(c) {
			list = append(list, c.make())
		}
	}
	return list
}

type command struct {
	name string
	make func() *cli.Command
}

var commands = [...]command{
	{"checkpoint", checkpointCommand},
	{"create", createCommand},
	{"delete", deleteCommand},
	{"doctor", doctorCommand},
	{"events", eventsCommand},
	{"exec", execCommand},
	{"features", featuresCommand},
	{"kill", killCommand},
	{"list", listCommand},
	{"pause", pauseCommand},
	{"ps", psCommand},
	{"restore", restoreCommand},
	{"resume", resumeCommand},
	{"run", runCommand},
	{"spec", specCommand},
	{"start", startCommand},
	{"state", stateCommand},
	{"update", updateCommand},
}

const description = `runc is a command line client for running applications packaged according to
the Open Container Initiative (OCI) format.

A container is configured by a bundle: a directory with a specification file
named "config.json" and a root filesystem.

To start a new instance of a container:

    # runc run [ -b bundle ] <container-id>

where "<container-id>" is a name that is unique on the host. The default bundle
is the current directory.`

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "debug", Usage: "enable debug logging"},
		&cli.StringFlag{Name: "log", Usage: "set the log `FILE` to write runc logs to (default is '/dev/stderr')"},
		&cli.StringFlag{Name: "log-format", Value: "text", Usage: "set the log format ('text' (default), or 'json')"},
		&cli.StringFlag{Name: "root", Value: defaultRoot(), Usage: "root `DIRECTORY` for storage of container state (this should be located in tmpfs)"},
		&cli.BoolFlag{Name: "systemd-cgroup", Usage: "enable systemd cgroup support, expects cgroupsPath to be of form \"slice:prefix:name\" for e.g. \"system.slice:runc:434234\""},
		&cli.StringFlag{Name: "cgroup-manager", Usage: "`MANAGER` of cgroups: cgroupfs (default), systemd (as --systemd-cgroup), or disabled for no cgroup at all"},
		// Obsolete, but old engines still pass it.
		&cli.StringFlag{Name: "criu", Hidden: true, Usage: "obsolete, has no effect"},
		&cli.StringFlag{Name: "rootless", Value: "auto", Usage: "ignore cgroup permission errors ('true', 'false', or 'auto')"},
		&cli.BoolFlag{Name: "version", Aliases: []string{"v"}, Usage: "print the version"},
	}
}

// noCommand is what runc without a command does.
func noCommand(_ context.Context, cmd *cli.Command) error {
	if cmd.Bool("version") {
		fmt.Print(versionText())
		return nil
	}
	if name := cmd.Args().First(); name != "" {
		return &exitError{status: noTopic, err: usagef("No help topic for '%s': no such command; see runc --help", name)}
	}
	return cli.ShowAppHelp(cmd)
}

// noTopic is the exit status, of runc and of the CLI library, for a command
// that is not known.
const noTopic = 3

// usageError words a mistake in flags, after the help that it asks for. The
// flags of a command are read before the global ones take effect, so that is
// made up for: the error goes to --log.
func usageError(ctx context.Context, cmd *cli.Command, err error, isCommand bool) error {
	fmt.Fprintf(cmd.Root().Writer, "Incorrect Usage: %v\n\n", err)
	help := cli.ShowRootCommandHelp
	if isCommand {
		help = cli.ShowSubcommandHelp
		if _, err := prepare(ctx, cmd.Root()); err != nil {
			return err
		}
	}
	if err := help(cmd); err != nil {
		return err
	}
	return usagef("%w; see %s --help", err, cmd.FullName())
}

// exitError carries an exit status other than 1. A nil err has been told
// already.
type exitError struct {
	status int
	err    error
	// plain is what stderr is told in place of err; empty: err. A log file holds
	// err all the same.
	plain string
}

func (e *exitError) Error() string { return fmt.Sprint(e.err) }
func (e *exitError) Unwrap() error { return e.err }

// fatal ends the program: the last line of the log is the cause.
func fatal(err error) {
	exit := &exitError{status: 1, err: err}
	if library, ok := err.(cli.ExitCoder); ok { // no such command
		exit.status = library.ExitCode()
		exit.err = usagef("%w", err)
	}
	errors.As(err, &exit)
	if exit.err == nil {
		os.Exit(exit.status)
	}
	tell(exit)
	os.Exit(exit.status)
}

// tell logs an error as one line, and shows it to the user if the log does not.
func tell(e *exitError) {
	text := oneLine(e.err.Error())
	if e.plain == "" || !logsToStderr() {
		logrus.WithFields(faultFields(e.err)).Error(text)
	}
	switch {
	case e.plain != "":
		fmt.Fprintln(os.Stderr, e.plain)
	case !logsToStderr():
		fmt.Fprintln(os.Stderr, text)
	}
}
