package main

import (
	"context"

	"github.com/urfave/cli/v3"
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
			return c.Start()
		}),
	}
}
