package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"runc/libcontainer"
)

func pauseCommand() *cli.Command {
	return &cli.Command{
		Name:      "pause",
		Usage:     "pause suspends all processes inside the container",
		ArgsUsage: "<container-id>",
		Description: `The pause command suspends all processes of a running container; resume lets
them run again. It returns when all stand still.`,
		Action: onContainer((*libcontainer.Container).Pause),
	}
}

func resumeCommand() *cli.Command {
	return &cli.Command{
		Name:        "resume",
		Usage:       "resumes all processes that have been previously paused",
		ArgsUsage:   "<container-id>",
		Description: `The resume command lets all processes of a paused container run again.`,
		Action:      onContainer((*libcontainer.Container).Resume),
	}
}

// onContainer is an action on the container that the only argument names.
func onContainer(do func(*libcontainer.Container) error) cli.ActionFunc {
	return exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
		c, err := loadContainer(cmd)
		if err != nil {
			return err
		}
		return do(c)
	})
}
