package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"runc/libcontainer/cgroups"
)

// execCgroup returns the cgroup that a further process joins: the container's,
// or what --cgroup names below it. sub maps controllers to paths below the
// container's cgroup; the key "" stands for all.
func (c *Container) execCgroup(sub map[string]string) (*cgroups.Manager, error) {
	if len(sub) == 0 {
		c.cgroup.Follow(c.st.InitPID)
		return c.cgroup, nil
	}
	paths := c.cgroup.Paths()
	if len(paths) == 0 {
		return nil, errors.New("--cgroup: the container has no cgroup")
	}
	for controller, path := range sub {
		names := []string{controller}
		if controller == "" {
			names = names[:0]
			for name := range paths {
				names = append(names, name)
			}
		}
		for _, name := range names {
			dir, err := subCgroup(paths, name, path)
			if err != nil {
				return nil, err
			}
			paths[name] = dir
		}
	}
	return cgroups.Load(c.st.Cgroup, paths)
}

// subCgroup is the directory of path below the cgroup of a controller, and
// never one beside it (a sibling with the same beginning: runc #5457).
func subCgroup(paths map[string]string, controller, path string) (string, error) {
	base, ok := paths[controller]
	if !ok {
		return "", fmt.Errorf("--cgroup: unknown controller %s: the container has no cgroup in its hierarchy", controller)
	}
	dir := filepath.Join(base, path)
	if dir != base && !strings.HasPrefix(dir, base+"/") {
		return "", fmt.Errorf("--cgroup: bad sub cgroup path: %s is not a sub cgroup path: it leads out of the container's cgroup", path)
	}
	// On a hybrid host cgroup v2 only tracks processes: there need not be a
	// sub-cgroup in it.
	if controller == "" && len(paths) > 1 {
		if _, err := os.Stat(dir); err != nil {
			return base, nil
		}
	}
	return dir, nil
}
