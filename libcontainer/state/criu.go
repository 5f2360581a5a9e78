package state

import (
	"fmt"
	"os"
)

// criuRootName is where the root file system is mounted for CRIU. The name is
// runc's.
const criuRootName = "criu-root"

// MakeCriuRoot makes the directory on which the root file system is mounted,
// in a mount namespace of CRIU's own, for a restore.
func (d *Dir) MakeCriuRoot() (string, error) {
	path := d.file(criuRootName)
	if err := os.Mkdir(path, 0o755); err != nil {
		return "", fmt.Errorf("make the root for CRIU: %w", err)
	}
	return path, nil
}

// RemoveCriuRoot removes it again.
func (d *Dir) RemoveCriuRoot() error { return os.Remove(d.file(criuRootName)) }
