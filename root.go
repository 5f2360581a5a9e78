package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"runc/libcontainer/userns"
)

// defaultRoot is /run/runc, or below $XDG_RUNTIME_DIR for a user who is not the
// host's root.
func defaultRoot() string { return runDir("runc") }

// runDir is the directory of that name for files that last until the next boot.
func runDir(name string) string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && !isHostRoot() {
		return filepath.Join(dir, name)
	}
	return filepath.Join("/run", name)
}

func isHostRoot() bool { return os.Geteuid() == 0 && userns.InInitial() }

// prepareRoot makes the default root below $XDG_RUNTIME_DIR, with the sticky
// bit: the XDG base directory specification lets files without it be removed
// when they are old.
func prepareRoot(cmd *cli.Command) error {
	if cmd.IsSet("root") || isHostRoot() || os.Getenv("XDG_RUNTIME_DIR") == "" {
		return nil
	}
	root := cmd.String("root")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return fmt.Errorf("the path in $XDG_RUNTIME_DIR must be writable by the user: %w", err)
	}
	if err := os.Chmod(root, os.FileMode(0o700)|os.ModeSticky); err != nil {
		return fmt.Errorf("you should check permission of the path in $XDG_RUNTIME_DIR: %w", err)
	}
	return nil
}
