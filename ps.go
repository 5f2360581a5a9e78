package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"runc/libcontainer/sys"
)

func psCommand() *cli.Command {
	stopAtID := 1
	return &cli.Command{
		Name:      "ps",
		Usage:     "ps displays the processes running inside a container",
		ArgsUsage: "<container-id> [ps options]",
		Description: `The table is that of ps(1) on the host, with the options given (default: -ef);
they must have it print a column PID. The numbers are those of the host.`,
		StopOnNthArg: &stopAtID,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "table", Usage: "select one of: table or json"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Len() < 1 {
				return argsError(cmd, "a minimum of", 1)
			}
			format := cmd.String("format")
			if format != "table" && format != "json" {
				return usagef("--format %q: invalid format option; choose table or json", format)
			}
			c, err := loadContainer(cmd)
			if err != nil {
				return err
			}
			pids, err := c.Pids()
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(os.Stdout).Encode(append([]int{}, pids...))
			}
			return printProcesses(pids, cmd.Args().Tail())
		},
	}
}

// printProcesses runs ps(1) and prints those of its lines that are about pids.
func printProcesses(pids []int, options []string) error {
	if len(options) == 0 {
		options = []string{"-ef"}
	}
	var output bytes.Buffer
	ps := exec.Command("ps", options...)
	ps.Stdout, ps.Stderr = &output, &output
	err := sys.Run(ps)
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w; install it (procps), or choose --format json", err)
	}
	if err != nil {
		return fmt.Errorf("ps %s: %w: %s", strings.Join(options, " "), err, strings.TrimSpace(output.String()))
	}
	title, rows, _ := strings.Cut(output.String(), "\n")
	column := slices.Index(strings.Fields(title), "PID")
	if column < 0 {
		return errors.New("couldn't find PID field in ps output; add the column pid to the options")
	}
	fmt.Println(title)
	for row := range strings.Lines(rows) {
		fields := strings.Fields(row)
		if len(fields) <= column {
			continue
		}
		pid, err := strconv.Atoi(fields[column])
		if err != nil {
			return fmt.Errorf("unable to parse pid: %w; put the column pid before those with spaces in them", err)
		}
		if slices.Contains(pids, pid) {
			fmt.Print(row)
		}
	}
	return nil
}
