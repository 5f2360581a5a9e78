package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"runc/libcontainer"
	"runc/libcontainer/cgroups"
)

// event is a line of the output, with runc's keys.
type event struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Data any    `json:"data,omitempty"`
}

func eventsCommand() *cli.Command {
	return &cli.Command{
		Name:      "events",
		Usage:     "display container events such as OOM notifications, cpu, memory, and IO usage statistics",
		ArgsUsage: "<container-id>",
		Description: `The events command prints what happens to a container, each event as a JSON
object on a line of its own: "oom" when it ran out of memory, and every
interval "stats", what it has used. It ends with the container.`,
		Flags: []cli.Flag{
			&cli.DurationFlag{Name: "interval", Value: 5 * time.Second, Usage: "set the stats collection interval"},
			&cli.BoolFlag{Name: "stats", Usage: "display the container's stats then exit"},
			&cli.StringFlag{Name: "pressure", Usage: "display events when memory gets scarce, at `LEVEL` low, medium or critical"},
		},
		Action: exactArgs(1, func(_ context.Context, cmd *cli.Command) error {
			interval := cmd.Duration("interval")
			if interval <= 0 {
				return usagef("duration interval must be greater than 0")
			}
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			status, err := c.Status()
			if err != nil {
				return err
			}
			if status == libcontainer.Stopped {
				return fmt.Errorf("container with id %s is not running", c.ID())
			}
			p := &eventPrinter{json.NewEncoder(os.Stdout), c}
			if cmd.Bool("stats") {
				return p.stats()
			}
			return p.follow(cgroups.PressureLevel(cmd.String("pressure")), interval)
		}),
	}
}

type eventPrinter struct {
	*json.Encoder
	c *libcontainer.Container
}

func (p *eventPrinter) print(kind string, data any) error {
	return p.Encode(event{kind, p.c.ID(), data})
}

func (p *eventPrinter) stats() error {
	s, err := p.c.Stats()
	if err != nil {
		return err
	}
	return p.print("stats", s)
}

// pressure is the data of an event of that type.
type pressure struct {
	Resource string                `json:"resource"`
	Level    cgroups.PressureLevel `json:"level"`
}

// follow prints events until the container has ended.
func (p *eventPrinter) follow(level cgroups.PressureLevel, interval time.Duration) error {
	w, err := p.c.Watch(level)
	if err != nil {
		return err
	}
	happenings, failed := make(chan cgroups.Happening), make(chan error)
	go func() {
		for {
			h, err := w.Next()
			if err != nil {
				failed <- err
				return
			}
			happenings <- h
		}
	}()
	tick := time.NewTicker(interval)
	for {
		select {
		case err := <-failed:
			return err
		case h := <-happenings:
			if h == cgroups.Ended {
				return nil
			}
			var data any
			if h == cgroups.Pressure {
				data = pressure{"memory", level}
			}
			err = p.print(string(h), data)
		case <-tick.C:
			if err = p.stats(); errors.Is(err, libcontainer.ErrNotRunning) {
				err = nil // the watcher tells
			}
		}
		if err != nil {
			return err
		}
	}
}
