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
	if c.Root.Readonly && joinsHostMounts(c) {
		return errors.New("root.readonly: " + hostMounts)
	}
	if c.NoPivot && c.Root.Propagation&unix.MS_PRIVATE != 0 {
		return errors.New("linux.rootfsPropagation: [r]private is not safe with --no-pivot; choose [r]slave or leave one of them out")
	}
	return nil
}

// hostMounts ends messages about what would change the host's mounts. Without
// any namespace of this type in the config, package rootfs mounts on a detached
// copy of the rootfs, which nobody else sees.
const hostMounts = `the container joins the runtime's own mount namespace, and this would change the host's mounts; drop the path or the entry in linux.namespaces`

func joinsHostMounts(c *configs.Config) bool {
	return c.Namespaces.Has(configs.MountNamespace) && !owns(c, configs.MountNamespace)
}

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
