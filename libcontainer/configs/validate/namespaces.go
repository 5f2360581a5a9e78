package validate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"runc/libcontainer/configs"
)

func namespaces(c *configs.Config) error {
	for i, ns := range c.Namespaces {
		field := fmt.Sprintf("linux.namespaces[%d]", i)
		kind, ok := configs.KindOf(ns.Type)
		if !ok {
			return fmt.Errorf("%s.type: namespace %q does not exist; known: %s", field, ns.Type, kindNames())
		}
		for j, earlier := range c.Namespaces[:i] {
			if earlier.Type == ns.Type {
				return fmt.Errorf("%s: duplicated namespace %q, the first is linux.namespaces[%d]; keep one", field, ns.Type, j)
			}
		}
		if ns.Path != "" {
			if err := namespacePath(ns, kind); err != nil {
				return fmt.Errorf("%s.path: %w", field, err)
			}
		}
	}
	return nil
}

func kindNames() string {
	var list []string
	for _, k := range configs.NamespaceKinds {
		list = append(list, string(k.Type))
	}
	return strings.Join(list, ", ")
}

// namespacePath checks what is to be joined. Who opens it checks again what was
// opened.
func namespacePath(ns configs.Namespace, kind configs.NamespaceKind) error {
	if !filepath.IsAbs(ns.Path) {
		return fmt.Errorf("%q is not an absolute path", ns.Path)
	}
	info, err := os.Stat(ns.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist; give the path of a living %s namespace, or leave it out for a new one", ns.Path, ns.Type)
	}
	if err != nil {
		return err
	}
	own, err := os.Stat("/proc/self/ns/" + kind.File)
	if err != nil {
		return nil // no procfs, or a kernel without this kind: setns(2) will tell
	}
	if device(info) != device(own) {
		return fmt.Errorf("%s is not a namespace", ns.Path)
	}
	if target, err := os.Readlink(ns.Path); err == nil && !strings.HasPrefix(target, kind.File+":") && strings.Contains(target, ":[") {
		return fmt.Errorf("%s is %s, not a %s namespace", ns.Path, target, ns.Type)
	}
	if ns.Type == configs.UserNamespace && os.SameFile(info, own) {
		return fmt.Errorf("%s is the runtime's own user namespace, which setns(2) refuses; drop the entry", ns.Path)
	}
	return nil
}

// device returns the number of the file system: all namespaces are on one.
func device(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Dev)
	}
	return 0
}

// owns tells whether the container has a namespace of type t in which changes
// do not reach the runtime: a new one, or one joined that is not the runtime's.
func owns(c *configs.Config, t configs.NamespaceType) bool {
	ns := c.Namespaces.Get(t)
	if ns == nil || ns.Path == "" {
		return ns != nil
	}
	kind, _ := configs.KindOf(t)
	joined, err := os.Stat(ns.Path)
	if err != nil {
		return false
	}
	own, err := os.Stat("/proc/self/ns/" + kind.File)
	return err == nil && !os.SameFile(joined, own)
}

// rootless checks what an unprivileged runtime needs.
func rootless(c *configs.Config) error {
	if c.RootlessEUID && !c.Namespaces.Has(configs.UserNamespace) {
		return errors.New(`linux.namespaces: rootless container requires user namespaces; add {"type": "user"} and id maps (runc spec --rootless writes them)`)
	}
	return nil
}

// timeOffsets checks the clocks, which can be set in a new time namespace only
// (time_namespaces(7)).
func timeOffsets(c *configs.Config) error {
	if len(c.TimeOffsets) == 0 {
		return nil
	}
	if !c.Namespaces.New(configs.TimeNamespace) {
		return errors.New(`linux.timeOffsets: time namespace offsets specified, but no new time namespace; add {"type": "time"} to linux.namespaces`)
	}
	for clock, offset := range c.TimeOffsets {
		if clock != "monotonic" && clock != "boottime" {
			return fmt.Errorf("linux.timeOffsets: unknown clock %q; known: boottime, monotonic", clock)
		}
		if offset.Nanosecs >= 1e9 {
			return fmt.Errorf("linux.timeOffsets.%s.nanosecs: %d is a second or more", clock, offset.Nanosecs)
		}
	}
	return nil
}

// names checks the host and domain name.
func names(c *configs.Config) error {
	for _, n := range [...]struct{ field, value string }{{"hostname", c.Hostname}, {"domainname", c.Domainname}} {
		if n.value == "" {
			continue
		}
		if !owns(c, configs.UTSNamespace) {
			return fmt.Errorf(`%s: unable to set %s without a private UTS namespace; add {"type": "uts"} to linux.namespaces or drop it`, n.field, n.field)
		}
		if len(n.value) > 64 {
			return fmt.Errorf("%s: %d bytes are more than the kernel's 64", n.field, len(n.value))
		}
	}
	return nil
}
