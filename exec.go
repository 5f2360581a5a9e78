package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"runc/internal/attach"
	"runc/internal/launch"
)

// execFailed is the exit status of an exec whose program did not start, and of
// a run whose program the kernel refused.
const execFailed = 255

func execCommand() *cli.Command {
	stopAtCommand := 1
	return &cli.Command{
		Name:      "exec",
		Usage:     "execute new process inside the container",
		ArgsUsage: "<container-id> <command> [command options]  || -p process.json <container-id>",
		Description: `The exec command adds a process to a running container. For example, with the
ps command installed in the container:

    # runc exec <container-id> ps

What is not given is as in the bundle of the container.`,
		StopOnNthArg: &stopAtCommand,
		// A comma in --env NAME=a,b is part of the value.
		DisableSliceFlagSeparator: true,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "console-socket", Usage: "`PATH` to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal"},
			&cli.StringFlag{Name: "cwd", Usage: "current working `DIRECTORY` in the container"},
			&cli.StringSliceFlag{Name: "env", Aliases: []string{"e"}, Usage: "set environment variables (`NAME=VALUE`)"},
			&cli.BoolFlag{Name: "tty", Aliases: []string{"t"}, Usage: "allocate a pseudo-TTY"},
			&cli.StringFlag{Name: "user", Aliases: []string{"u"}, Usage: "`UID[:GID]`"},
			&cli.StringSliceFlag{Name: "additional-gids", Aliases: []string{"g"}, Usage: "additional `GIDS`", Validator: areNumbers},
			&cli.StringFlag{Name: "process", Aliases: []string{"p"}, Usage: "path to the process.json `FILE`"},
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "detach from the container's process"},
			&cli.StringFlag{Name: "pid-file", Usage: "specify the `FILE` to write the process id to"},
			&cli.StringFlag{Name: "process-label", Usage: "set the asm process `LABEL` for the process commonly used with selinux"},
			&cli.StringFlag{Name: "apparmor", Usage: "set the apparmor `PROFILE` for the process"},
			&cli.BoolFlag{Name: "no-new-privs", Usage: "set the no new privileges value for the process"},
			&cli.StringSliceFlag{Name: "cap", Aliases: []string{"c"}, Usage: "add a `CAPABILITY` to the bounding, effective and permitted sets for the process"},
			&cli.IntFlag{Name: "preserve-fds", Usage: "pass `N` additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)"},
			&cli.StringFlag{Name: "pidfd-socket", Usage: "`PATH` to an AF_UNIX socket which will receive a file descriptor referencing the exec process"},
			&cli.StringSliceFlag{Name: "cgroup", Usage: "run the process in an (existing) sub-cgroup(s). Format is `[<controller>:]<cgroup>`"},
			&cli.BoolFlag{Name: "ignore-paused", Usage: "allow exec in a paused container"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Len() == 0 {
				return argsError(cmd, "a minimum of", 1)
			}
			status, err := execProcess(cmd)
			if err != nil {
				return &exitError{status: execFailed, err: fmt.Errorf("exec failed: %w", err)}
			}
			if status != 0 {
				return &exitError{status: status}
			}
			return nil
		},
	}
}

// execProcess returns the exit status of the program.
func execProcess(cmd *cli.Command) (int, error) {
	o, err := execOptions(cmd)
	if err != nil {
		return 0, err
	}
	if o.Detach {
		_, err := launch.Exec(o)
		return 0, err
	}
	signals, err := attach.Catch(false)
	if err != nil {
		return 0, err
	}
	var terminal attach.Terminal
	var streams attach.Streams
	o.Terminal, o.Streams = terminal.Take, streams.Take
	p, err := launch.Exec(o)
	if err != nil {
		terminal.Close(signals)
		streams.Close(signals)
		return 0, err
	}
	return signals.Forward(p, &terminal, &streams)
}

func execOptions(cmd *cli.Command) (o launch.ExecOptions, err error) {
	if o.Options, err = launchOptions(cmd); err != nil {
		return o, err
	}
	o.Detach = cmd.Bool("detach")
	o.ProcessFile = cmd.String("process")
	o.Args = cmd.Args().Tail()
	o.Cwd, o.User = cmd.String("cwd"), cmd.String("user")
	o.ProcessLabel, o.AppArmor = cmd.String("process-label"), cmd.String("apparmor")
	o.Env, o.Caps = cmd.StringSlice("env"), cmd.StringSlice("cap")
	o.AdditionalGIDs = cmd.StringSlice("additional-gids")
	o.SubCgroups = cmd.StringSlice("cgroup")
	o.TTY = cmd.Bool("tty")
	o.IgnorePaused = cmd.Bool("ignore-paused")
	if cmd.IsSet("no-new-privs") {
		nnp := cmd.Bool("no-new-privs")
		o.NoNewPrivs = &nnp
	}
	if o.ID == "" {
		return o, usagef("container id cannot be empty; see runc exec --help")
	}
	return o, nil
}

// areNumbers finds a mistake in how the command was called, of which runc tells
// with status 1. That a number is no id makes an exec fail.
func areNumbers(values []string) error {
	for _, v := range values {
		if _, err := parseInt(v); err != nil {
			return err
		}
	}
	return nil
}
