package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"
	"golang.org/x/sys/unix"
)

func killCommand() *cli.Command {
	return &cli.Command{
		Name:      "kill",
		Usage:     "kill sends the specified signal (default: SIGTERM) to the container's init process",
		ArgsUsage: "<container-id> [signal]",
		Description: `The signal is a number or a name, with or without SIG, in any case:

    # runc kill mybusybox KILL`,
		Flags: []cli.Flag{
			// Obsolete, but engines still pass it.
			&cli.BoolFlag{Name: "all", Aliases: []string{"a"}, Hidden: true, Usage: "send the signal to every process of the container"},
		},
		Action: betweenArgs(1, 2, func(_ context.Context, cmd *cli.Command) error {
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			sig, err := parseSignal(cmd.Args().Get(1))
			if err != nil {
				return err
			}
			if cmd.Bool("all") {
				return c.SignalAll(sig)
			}
			return c.Signal(sig)
		}),
	}
}

// maxSignal is SIGRTMAX.
const maxSignal = 64

// parseSignal takes a number or a name; empty is SIGTERM.
func parseSignal(s string) (unix.Signal, error) {
	if s == "" {
		return unix.SIGTERM, nil
	}
	if n, err := strconv.Atoi(s); err == nil {
		if n < 0 || n > maxSignal {
			return 0, usagef("unknown signal %q; a number is from 0 to %d", s, maxSignal)
		}
		return unix.Signal(n), nil
	}
	name := strings.ToUpper(s)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	sig := unix.SignalNum(name)
	if sig == 0 {
		return 0, usagef("unknown signal %q; see kill -l", s)
	}
	return sig, nil
}
