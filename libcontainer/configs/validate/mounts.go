package validate

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func mounts(c *configs.Config) error {
	if len(c.Mounts) > 0 && joinsHostMounts(c) {
		return errors.New("mounts: " + hostMounts)
	}
	for i := range c.Mounts {
		if err := mount(c, i); err != nil {
			return fmt.Errorf("mounts[%d] (%s): %w", i, c.Mounts[i].Destination, err)
		}
	}
	return nil
}

func mount(c *configs.Config, i int) error {
	m := &c.Mounts[i]
	if err := mountStrings(m); err != nil {
		return err
	}
	if err := procMount(m); err != nil {
		return err
	}
	if err := idMapped(c, m); err != nil {
		return err
	}
	if m.IsBind() {
		return bind(c, i)
	}
	return options(c, m)
}

func mountStrings(m *configs.Mount) error {
	for _, s := range [...]struct{ field, value string }{
		{"destination", m.Destination}, {"source", m.Source}, {"type", m.Type}, {"options", m.Data},
	} {
		if err := noNUL(s.field, s.value); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(m.Destination, "/") {
		return errors.New("destination: not an absolute path")
	}
	if m.Type == "" && m.Flags&unix.MS_REMOUNT == 0 {
		return errors.New("type: empty; name the file system, or add the option bind or rbind")
	}
	return nil
}

// procMount refuses to cover parts of /proc: the runtime and the container's
// programs trust what they read there, and masked paths would be uncovered
// (CVE-2019-16884, CVE-2025-52881). Symlinks are for package rootfs to find.
func procMount(m *configs.Mount) error {
	if m.Destination == "/proc" {
		if m.Type != "proc" && !m.IsBind() {
			return fmt.Errorf("%q cannot be mounted because it is not of type proc", m.Destination)
		}
		return nil // what a bind mount shows there is looked at when it is opened
	}
	if !strings.HasPrefix(m.Destination, "/proc/") {
		return nil
	}
	switch m.Destination {
	case "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/net/dev", "/proc/slabinfo",
		"/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/sys/crypto/fips_enabled", "/proc/sys/kernel/ns_last_pid":
		return nil // what lxcfs and the like emulate
	}
	return fmt.Errorf("%q cannot be mounted because it is inside /proc; mount it elsewhere", m.Destination)
}

func idMapped(c *configs.Config, m *configs.Mount) error {
	if m.IDMapping == nil {
		return nil
	}
	switch {
	case !m.IsBind():
		return errors.New("id-mapped mounts are only supported for bind-mounts; drop idmap, uidMappings and gidMappings")
	case c.RootlessEUID:
		return errors.New("id-mapped mounts are not supported for rootless containers; drop idmap, uidMappings and gidMappings")
	case len(m.IDMapping.UIDMappings) == 0 && !c.Namespaces.Has(configs.UserNamespace):
		return errors.New("option idmap: neither the mount nor the container has mappings; add uidMappings and gidMappings")
	}
	if err := ranges("uidMappings", m.IDMapping.UIDMappings); err != nil {
		return err
	}
	return ranges("gidMappings", m.IDMapping.GIDMappings)
}
