package main

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sys/unix"

	"github.com/moby/sys/user"

	"runc/libcontainer"
)

func stateCommand() *cli.Command {
	return &cli.Command{
		Name:        "state",
		Usage:       "output the state of a container",
		ArgsUsage:   "<container-id>",
		Description: `The state command prints the state of a container as JSON.`,
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			s, err := stateOf(c)
			if err != nil {
				return err
			}
			data, err := json.MarshalIndent(s, "", "  ")
			if err != nil {
				return err
			}
			_, err = os.Stdout.Write(data)
			return err
		}),
	}
}

// containerState is what state and list print.
type containerState struct {
	// Version is that of the spec, of the runtime that made the container.
	Version string `json:"ociVersion"`
	ID      string `json:"id"`
	// InitProcessPid is 0 when the container has stopped.
	InitProcessPid int       `json:"pid"`
	Status         string    `json:"status"`
	Bundle         string    `json:"bundle"`
	Rootfs         string    `json:"rootfs"`
	Created        time.Time `json:"created"`
	// Annotations are those of the bundle.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Owner is the name of the state directory's owner; state leaves it empty.
	Owner string `json:"owner"`
}

func stateOf(c *libcontainer.Container) (containerState, error) {
	status, err := c.Status()
	if err != nil {
		return containerState{}, err
	}
	pid := c.PID()
	if status == libcontainer.Stopped {
		pid = 0
	}
	cfg := c.Config()
	return containerState{
		Version:        cfg.OCIVersion,
		ID:             c.ID(),
		InitProcessPid: pid,
		Status:         string(status),
		Bundle:         cfg.Bundle,
		Rootfs:         cfg.Root.Path,
		Created:        c.Created(),
		Annotations:    cfg.Annotations,
	}, nil
}

// ownerName is the name of a uid, "#1234" when it has none.
func ownerName(uid uint32) string {
	f, err := os.OpenFile("/etc/passwd", os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err == nil {
		defer f.Close()
		users, err := user.ParsePasswdFilter(f, func(u user.User) bool { return u.Uid == int(uid) })
		if err == nil && len(users) > 0 {
			return users[0].Name
		}
	}
	return "#" + strconv.FormatUint(uint64(uid), 10)
}
