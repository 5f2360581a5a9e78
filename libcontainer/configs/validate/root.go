package validate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func root(c *configs.Config) error {
	info, err := os.Stat(c.Root.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("root.path: invalid rootfs: %s does not exist; unpack an image there or correct the path", c.Root.Path)
	case err != nil:
		return fmt.Errorf("root.path: invalid rootfs: %w", err)
	case !info.IsDir():
		return fmt.Errorf("root.path: invalid rootfs: %s is not a directory", c.Root.Path)
	}
	if c.Root.Readonly && !owns(c, configs.MountNamespace) {
		return errors.New("root.readonly: " + noMountNamespace)
	}
	if c.NoPivot && c.Root.Propagation&unix.MS_PRIVATE != 0 {
		return errors.New("linux.rootfsPropagation: [r]private is not safe with --no-pivot; choose [r]slave or leave one of them out")
	}
	return nil
}

// noMountNamespace ends messages about what would change the host's mounts.
const noMountNamespace = `the container has no mount namespace of its own, and this would change the host's mounts; add {"type": "mount"} to linux.namespaces`

// paths checks maskedPaths and readonlyPaths, which are mounts.
func paths(c *configs.Config) error {
	for _, p := range [...]struct {
		field string
		list  []string
	}{{"linux.maskedPaths", c.MaskPaths}, {"linux.readonlyPaths", c.ReadonlyPaths}} {
		if len(p.list) > 0 && !owns(c, configs.MountNamespace) {
			return fmt.Errorf(`%s: unable to restrict sys entries without a private MNT namespace; add {"type": "mount"} to linux.namespaces or drop them`, p.field)
		}
		for i, path := range p.list {
			if len(path) == 0 || path[0] != '/' {
				return fmt.Errorf("%s[%d]: %q is not an absolute path", p.field, i, path)
			}
		}
	}
	return nil
}
