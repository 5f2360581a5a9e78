package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"runc/internal/attach"
	"runc/internal/launch"
)

func createCommand() *cli.Command {
	return &cli.Command{
		Name:      "create",
		Usage:     "create a container",
		ArgsUsage: "<container-id>",
		Description: `The create command creates an instance of a container for a bundle. The bundle
is a directory with a specification file named "config.json" and a root
filesystem. The container's process is set up and waits: "runc start" lets it
run the program of the bundle.`,
		Flags: launchFlags(),
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			o, err := launchOptions(cmd)
			if err != nil {
				return err
			}
			o.Detach = true
			if attach.NotifyFromEnv() != nil {
				o.Notify = func(string) error { return nil } // start binds the socket
			}
			if err := launch.Create(o); err != nil {
				return fmt.Errorf("runc create failed: %w", err)
			}
			return nil
		}),
	}
}
