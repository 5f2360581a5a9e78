package state

import (
	"fmt"
	"os"
	"path/filepath"
)

// notifyName is the directory of the notify socket, mounted into the container.
// The name is runc's.
const notifyName = "notify"

// NotifyDir is where MakeNotifyDir of the container id makes it.
func (r Root) NotifyDir(id string) string { return filepath.Join(r.path, id, notifyName) }

// MakeNotifyDir makes the directory of the notify socket, which everybody in
// the container may look into.
func (d *Dir) MakeNotifyDir() (string, error) {
	path := d.file(notifyName)
	err := os.Mkdir(path, 0o755)
	if err == nil {
		err = os.Chmod(path, 0o755) // whatever the umask is
	}
	if err != nil {
		return "", fmt.Errorf("make notify directory: %w", err)
	}
	return path, nil
}

// NotifyDir is the directory of the notify socket; empty when there is none.
func (d *Dir) NotifyDir() string {
	if !d.has(notifyName) {
		return ""
	}
	return d.file(notifyName)
}
