package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"runc/libcontainer/specconv"
)

func specCommand() *cli.Command {
	return &cli.Command{
		Name:  "spec",
		Usage: "create a new specification file",
		Description: `The spec command creates a specification file named "config.json" for the
bundle: a starter to edit. It runs "sh" in the root filesystem "rootfs". With
Docker at hand, a first container takes:

    mkdir hello
    cd hello
    docker pull hello-world
    mkdir rootfs
    docker export $(docker create hello-world) | tar -C rootfs -xf -
    runc spec
    sed -i 's;"sh";"/hello";' config.json
    runc run container1

With --rootless the file is for the calling user, who then needs no privilege.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "bundle", Aliases: []string{"b"}, Usage: "`PATH` to the root of the bundle directory, defaults to the current directory"},
			&cli.BoolFlag{Name: "rootless", Usage: "generate a configuration for a rootless container"},
		},
		Action: exactArgs(0, func(_ context.Context, cmd *cli.Command) error {
			return writeSpec(cmd.String("bundle"), cmd.Bool("rootless"))
		}),
	}
}

// writeSpec makes config.json in bundle and never touches one that is there.
func writeSpec(bundle string, rootless bool) error {
	spec := specconv.Example()
	if rootless {
		specconv.MakeRootless(spec)
	}
	data, err := json.MarshalIndent(spec, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(bundle, "config.json"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		//lint:ignore ST1005 runc's words
		return errors.New("File config.json exists. Remove it first")
	}
	if err != nil {
		return fmt.Errorf("specification file: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("specification file: %w", err)
	}
	return nil
}
