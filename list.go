package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v3"

	"runc/libcontainer"
)

func listCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "lists containers started by runc with the given root",
		Description: `A container whose state cannot be read is listed with the status "unknown", and
the reason is logged.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Value: "table", Usage: "select one of: table or json"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "display only container IDs"},
		},
		Action: exactArgs(0, func(_ context.Context, cmd *cli.Command) error {
			f, err := factory(cmd)
			if err != nil {
				return err
			}
			ids, err := f.List()
			if err != nil {
				return err
			}
			if cmd.Bool("quiet") {
				for _, id := range ids {
					fmt.Println(id)
				}
				return nil
			}
			return printList(cmd.String("format"), statesOf(f, ids))
		}),
	}
}

func printList(format string, states []containerState) error {
	switch format {
	case "table":
		out := bufio.NewWriter(os.Stdout) // tabwriter writes cell by cell
		w := tabwriter.NewWriter(out, 12, 1, 3, ' ', 0)
		fmt.Fprint(w, "ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER\n")
		for _, s := range states {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", s.ID, s.InitProcessPid, s.Status, s.Bundle, s.Created.Format(time.RFC3339Nano), s.Owner)
		}
		return errors.Join(w.Flush(), out.Flush())
	case "json":
		return json.NewEncoder(os.Stdout).Encode(states)
	}
	return usagef("--format %q: invalid format option; choose table or json", format)
}

// statesOf reads every container, some at a time; one that cannot be read is a
// row of its own, and one that is gone meanwhile is left out.
func statesOf(f *libcontainer.Factory, ids []string) []containerState {
	states := make([]*containerState, len(ids))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)); i = next.Add(1) - 1 {
				states[i] = listed(f, ids[i])
			}
		})
	}
	readers.Wait()
	var found []containerState
	owners := make(map[uint32]string)
	for _, s := range states {
		if s == nil {
			continue
		}
		if uid, err := f.Owner(s.ID); err == nil {
			if owners[uid] == "" {
				owners[uid] = ownerName(uid)
			}
			s.Owner = owners[uid]
		}
		found = append(found, *s)
	}
	return found
}

// listed is the row of a container but for its owner; nil if it is gone.
func listed(f *libcontainer.Factory, id string) *containerState {
	s, err := readState(f, id)
	if errors.Is(err, libcontainer.ErrNotExist) {
		return nil
	}
	if err != nil {
		logrus.Warnf("container %s: %v", id, err)
		s = containerState{ID: id, Status: "unknown"}
	}
	return &s
}

func readState(f *libcontainer.Factory, id string) (containerState, error) {
	c, err := f.Load(id)
	if err != nil {
		return containerState{}, err
	}
	return stateOf(c)
}
