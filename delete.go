package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"runc/libcontainer"
)

func deleteCommand() *cli.Command {
	return &cli.Command{
		Name:      "delete",
		Usage:     "delete any resources held by the container, often used with detached containers",
		ArgsUsage: "<container-id>",
		Description: `The delete command removes a container that has stopped, or was created and
never started. With --force a running one is killed first, and a container that
does not exist is no error.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Usage: "forcibly deletes the container if it is still running (uses SIGKILL)"},
		},
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			force := cmd.Bool("force")
			c, err := loadContainer(cmd)
			if errors.Is(err, libcontainer.ErrNotExist) {
				return deleteRest(cmd, force, err)
			}
			if err != nil {
				return err
			}
			return c.Delete(force)
		}),
	}
}

// deleteRest removes what a killed create left before it had a state. It was no
// container: that is an error, as in runc, unless with --force.
func deleteRest(cmd *cli.Command, force bool, notExist error) error {
	f, err := factory(cmd)
	if err != nil {
		return err
	}
	id := cmd.Args().First()
	switch err = f.Remove(id); {
	case errors.Is(err, libcontainer.ErrNotExist):
		err = notExist
	case err == nil:
		err = fmt.Errorf("%w; %s, a directory without state.json, is removed", notExist, filepath.Join(cmd.String("root"), id))
	default:
		return err
	}
	if force {
		return nil
	}
	return err
}
