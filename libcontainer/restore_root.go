package libcontainer

import (
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// makeMountPoints makes the mount points of the config that are missing in the
// root file system, and in sources of bind mounts on which others are mounted:
// CRIU makes none. What lies on a file system that CRIU restores comes with
// that.
func makeMountPoints(cfg *configs.Config) error {
	for i := range cfg.Mounts {
		if cfg.Mounts[i].Type == "cgroup" {
			continue // on a sysfs or a tmpfs
		}
		if err := makeMountPoint(cfg, i); err != nil {
			return fmt.Errorf("mounts[%d] (%s): %w", i, cfg.Mounts[i].Destination, err)
		}
	}
	return nil
}

func makeMountPoint(cfg *configs.Config, i int) error {
	m := &cfg.Mounts[i]
	below, rest := carrier(cfg, i)
	if below == "" || m.Flags&unix.MS_REMOUNT != 0 {
		return nil
	}
	root, err := sys.Openat(nil, below, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer root.Close()
	find := safepath.MakeDir
	if m.IsBind() {
		st, err := os.Stat(m.Source)
		if err != nil {
			return fmt.Errorf("bind source: %w", err)
		}
		if !st.IsDir() {
			find = safepath.MakeFile
		}
	}
	at, err := find(root, rest, 0o755)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	return at.Close()
}

// carrier is the host path of what mounts[i] is mounted on, the root file
// system or the source of an earlier bind mount, and the path in there. It is
// empty when that is a file system of the container's own.
func carrier(cfg *configs.Config, i int) (host, rest string) {
	at := path.Clean("/" + cfg.Mounts[i].Destination)
	host, rest = cfg.Root.Path, at
	depth := -1
	for j := range cfg.Mounts[:i] {
		m := &cfg.Mounts[j]
		on := path.Clean("/" + m.Destination)
		if !strings.HasPrefix(at, strings.TrimSuffix(on, "/")+"/") || len(on) < depth {
			continue
		}
		host, rest, depth = "", "", len(on)
		if m.IsBind() {
			host, rest = m.Source, strings.TrimPrefix(at, strings.TrimSuffix(on, "/"))
		}
	}
	return host, rest
}
