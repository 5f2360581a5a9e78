package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"runc/internal/launch"
	"runc/libcontainer"
	"runc/libcontainer/fault"
)

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name:      "restore",
		Usage:     "restore a container from a previous checkpoint",
		ArgsUsage: "<container-id>",
		Description: `The restore command makes a container of what "runc checkpoint" has saved, with the
bundle that it was made with. Without --detach it waits for the program, as
"runc run" does.`,
		Flags: append(criuFlags(),
			&cli.StringFlag{Name: "bundle", Aliases: []string{"b"}, Usage: "`PATH` to the root of the bundle directory, defaults to the current directory"},
			&cli.StringFlag{Name: "console-socket", Usage: "`PATH` to an AF_UNIX socket which will receive a file descriptor referencing the master end of the console's pseudoterminal"},
			&cli.StringFlag{Name: "pid-file", Usage: "specify the `FILE` to write the process id to"},
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "detach from the container's process"},
			&cli.BoolFlag{Name: "no-subreaper", Usage: "disable the use of the subreaper used to reap reparented processes"},
			&cli.BoolFlag{Name: "no-pivot", Usage: "do not use pivot root to jail process inside rootfs. This should be used whenever the rootfs is on top of a ramdisk"},
			&cli.StringFlag{Name: "lsm-profile", Usage: "specify an LSM `PROFILE` to be used during restore in the form of TYPE:NAME"},
			&cli.StringFlag{Name: "lsm-mount-context", Usage: "specify an LSM mount `CONTEXT` to be used during restore"},
		),
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			status, err := restore(cmd)
			if err == nil && status != 0 {
				return &exitError{status: status}
			}
			return fault.At("criu", err)
		}),
	}
}

// restore returns the exit status of the container's program.
func restore(cmd *cli.Command) (int, error) {
	if err := checkRoot(cmd); err != nil {
		return 0, err
	}
	criuOpts, err := criuOptions(cmd)
	if err != nil {
		return 0, err
	}
	criuOpts.LSMProfile = cmd.String("lsm-profile")
	criuOpts.LSMMountContext = cmd.String("lsm-mount-context")
	return begin(cmd, func(o launch.Options) (*libcontainer.Container, error) {
		return launch.Restore(o, criuOpts)
	})
}
