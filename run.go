package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"runc/internal/attach"
	"runc/internal/launch"
	"runc/libcontainer"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "create and run a container",
		ArgsUsage: "<container-id>",
		Description: `The run command creates an instance of a container for a bundle and runs the
program of the bundle in it. Without --detach it waits for the program, exits
with its status (128 and the signal's number if it was killed) and deletes the
container.`,
		Flags: append(launchFlags(),
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "detach from the container's process"},
			&cli.BoolFlag{Name: "keep", Usage: "do not delete the container after it exits"},
			&cli.BoolFlag{Name: "no-subreaper", Usage: "disable the use of the subreaper used to reap reparented processes"},
		),
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			status, err := run(cmd)
			if err != nil {
				return runFailed(cmd, fmt.Errorf("runc run failed: %w", err))
			}
			if status != 0 {
				return &exitError{status: status}
			}
			return nil
		}),
	}
}

// runFailed words a failure. That the kernel refused the program is said on the
// program's own stderr, as where create and start are two.
func runFailed(cmd *cli.Command, err error) error {
	if text, ok := launch.Refused(err); ok && !cmd.Bool("detach") {
		return &exitError{status: execFailed, err: err, plain: text}
	}
	return err
}

// run returns the exit status of the container's program.
func run(cmd *cli.Command) (int, error) { return begin(cmd, launch.Run) }

// begin lets start make a container whose program runs, and waits for its end
// unless --detach is given.
func begin(cmd *cli.Command, start func(launch.Options) (*libcontainer.Container, error)) (int, error) {
	o, err := launchOptions(cmd)
	if err != nil {
		return 0, err
	}
	notify := attach.NotifyFromEnv()
	if notify != nil {
		o.Notify = notify.Bind
	}
	if o.Detach = cmd.Bool("detach"); o.Detach {
		c, err := start(o)
		if err == nil && notify != nil {
			warn(notify.Pass(c.Process(), c.Process().PID, false))
		}
		return 0, err
	}
	signals, err := attach.Catch(!cmd.Bool("no-subreaper"))
	if err != nil {
		return 0, err
	}
	var terminal attach.Terminal
	var streams attach.Streams
	o.Terminal, o.Streams = terminal.Take, streams.Take
	c, err := start(o)
	if err != nil {
		terminal.Close(signals)
		streams.Close(signals)
		return 0, err
	}
	told := passNotify(notify, c.Process())
	status, err := signals.Forward(c.Process(), &terminal, &streams)
	<-told
	if err != nil || cmd.Bool("keep") {
		return status, err
	}
	return status, c.Destroy()
}
