package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"runc/internal/attach"
	"runc/libcontainer"
)

func startCommand() *cli.Command {
	return &cli.Command{
		Name:        "start",
		Usage:       "executes the user defined process in a created container",
		ArgsUsage:   "<container-id>",
		Description: `The start command lets the process of a created container run the program of its bundle.`,
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			return startAndNotify(c)
		}),
	}
}

// startAndNotify returns, if a supervisor waits to be told, when the container
// is ready or has ended.
func startAndNotify(c *libcontainer.Container) error {
	notify := attach.NotifyFromEnv()
	if notify == nil || c.NotifyDir() == "" {
		return c.Start()
	}
	init, err := c.Hold()
	if err != nil {
		return c.Start() // it has the words for this
	}
	defer init.Release()
	if err := notify.Bind(c.NotifyDir()); err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	warn(notify.Pass(init, init.PID, false))
	return nil
}
