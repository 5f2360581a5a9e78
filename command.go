package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"runc/internal/launch"
	"runc/libcontainer"
	"runc/libcontainer/fault"
)

// usagef is an error in how a command was called.
func usagef(format string, args ...any) error {
	return fault.At("command line", fault.Worded(fault.Usage, fmt.Errorf(format, args...)))
}

// exactArgs wraps an action that takes n arguments.
func exactArgs(n int, action cli.ActionFunc) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		if cmd.Args().Len() != n {
			return argsError(cmd, "exactly", n)
		}
		return action(ctx, cmd)
	}
}

// betweenArgs wraps an action that takes from lo to hi arguments.
func betweenArgs(lo, hi int, action cli.ActionFunc) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		switch n := cmd.Args().Len(); {
		case n < lo:
			return argsError(cmd, "a minimum of", lo)
		case n > hi:
			return argsError(cmd, "a maximum of", hi)
		}
		return action(ctx, cmd)
	}
}

// argsError is in runc's words, after the help.
func argsError(cmd *cli.Command, bound string, n int) error {
	fmt.Fprint(cmd.Root().Writer, "Incorrect Usage.\n\n")
	if err := cli.ShowSubcommandHelp(cmd); err != nil {
		return err
	}
	return usagef("runc: %q requires %s %d argument(s), got %d; see runc %s --help", cmd.Name, bound, n, cmd.Args().Len(), cmd.Name)
}

// factory is that of --root.
func factory(cmd *cli.Command) (*libcontainer.Factory, error) {
	root, err := filepath.Abs(cmd.String("root"))
	if err != nil {
		return nil, fmt.Errorf("--root: %w", err)
	}
	return libcontainer.NewFactory(root), nil
}

// loadContainer loads the container that the first argument names.
func loadContainer(cmd *cli.Command) (*libcontainer.Container, error) {
	f, err := factory(cmd)
	if err != nil {
		return nil, err
	}
	id := cmd.Args().First()
	if id == "" {
		return nil, usagef("container id cannot be empty")
	}
	return f.Load(id)
}

// launchFlags are the flags that create and run share.
func launchFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "bundle", Aliases: []string{"b"}, Usage: "`PATH` to the root of the bundle directory, defaults to the current directory"},
		&cli.StringFlag{Name: "console-socket", Usage: "`PATH` to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal"},
		&cli.StringFlag{Name: "pidfd-socket", Usage: "`PATH` to an AF_UNIX socket which will receive a file descriptor referencing the init process"},
		&cli.StringFlag{Name: "pid-file", Usage: "specify the `FILE` to write the process id to"},
		&cli.BoolFlag{Name: "no-pivot", Usage: "do not use pivot root to jail process inside rootfs. This should be used whenever the rootfs is on top of a ramdisk"},
		&cli.BoolFlag{Name: "no-new-keyring", Usage: "do not create a new session keyring for the container. This will cause the container to inherit the calling processes session key"},
		&cli.IntFlag{Name: "preserve-fds", Usage: "pass `N` additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)"},
	}
}

// cgroupManager reads --cgroup-manager and runc's older word for one of its
// values.
func cgroupManager(cmd *cli.Command) (string, error) {
	manager := cmd.String("cgroup-manager")
	switch manager {
	case "":
		manager = "cgroupfs"
		if cmd.Bool("systemd-cgroup") {
			manager = "systemd"
		}
	case "systemd":
	case "cgroupfs", "disabled":
		if cmd.Bool("systemd-cgroup") {
			return "", usagef("--cgroup-manager %s and --systemd-cgroup exclude each other; drop one", manager)
		}
	default:
		return "", usagef("--cgroup-manager %q is not known; choose cgroupfs, systemd or disabled", manager)
	}
	return manager, nil
}

// launchOptions reads launchFlags.
func launchOptions(cmd *cli.Command) (launch.Options, error) {
	root, err := filepath.Abs(cmd.String("root"))
	if err != nil {
		return launch.Options{}, err
	}
	manager, err := cgroupManager(cmd)
	return launch.Options{
		Root:          root,
		CacheDir:      runDir("runc-cache"),
		ID:            cmd.Args().First(),
		Bundle:        cmd.String("bundle"),
		CgroupManager: manager,
		Rootless:      cmd.String("rootless"),
		NoPivot:       cmd.Bool("no-pivot"),
		NoNewKeyring:  cmd.Bool("no-new-keyring"),
		PreserveFDs:   int(cmd.Int("preserve-fds")),
		PIDFile:       cmd.String("pid-file"),
		ConsoleSocket: cmd.String("console-socket"),
		PidfdSocket:   cmd.String("pidfd-socket"),
	}, err
}
