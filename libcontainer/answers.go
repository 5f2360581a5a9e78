package libcontainer

import (
	"fmt"
	"os"
	"strconv"

	"runc/libcontainer/configs"
	"runc/libcontainer/handshake"
	"runc/libcontainer/hooks"
	"runc/libcontainer/mountsource"
	"runc/libcontainer/userns"
)

// answers fulfil init's wishes during create.
func (c *Container) answers(io IO, joined func() error) handshake.Answers {
	return handshake.Answers{
		Console:      io.Console,
		Listener:     c.sendListener(c.init.PID(), Creating),
		Source:       c.openSource,
		Cgroup:       joined,
		RuntimeHooks: func() error { return c.runtimeHooks(joined) },
	}
}

// openSource opens the source of mounts[i] in init's mount namespace with our
// rights on the host.
func (c *Container) openSource(i int) (*os.File, error) {
	if i < 0 || i >= len(c.st.Config.Mounts) {
		return nil, os.ErrInvalid
	}
	mnt, err := os.Open(c.nsPath("mnt"))
	if err != nil {
		return nil, err
	}
	defer mnt.Close()
	usr, err := os.Open(c.nsPath("user"))
	if err != nil {
		return nil, err
	}
	defer usr.Close()
	return mountsource.Open(&c.st.Config.Mounts[i], mnt, usr)
}

func (c *Container) nsPath(name string) string {
	return "/proc/" + strconv.Itoa(c.init.PID()) + "/ns/" + name
}

// runtimeHooks runs the hooks that see the container from outside, in its
// cgroup with its limits set: they may add to these.
func (c *Container) runtimeHooks(joined func() error) error {
	if err := joined(); err != nil {
		return err
	}
	if err := c.cgroup.Set(nil); err != nil {
		return err
	}
	h, st := &c.st.Config.Hooks, c.hookState(Creating)
	if err := hooks.Run("prestart", h.Prestart, st, c.st.Config.Bundle, os.Environ()); err != nil {
		return err
	}
	return hooks.Run("createRuntime", h.CreateRuntime, st, c.st.Config.Bundle, os.Environ())
}

// namespacePaths are the places where the namespaces of pid can be joined.
func namespacePaths(pid int) map[configs.NamespaceType]string {
	paths := make(map[configs.NamespaceType]string, len(configs.NamespaceKinds))
	for _, kind := range configs.NamespaceKinds {
		paths[kind.Type] = "/proc/" + strconv.Itoa(pid) + "/ns/" + kind.File
	}
	return paths
}

// rootIDs are the host ids of the container's root.
func (c *Container) rootIDs() (uid, gid int) {
	u, _ := userns.HostID(c.st.Config.UIDMappings, 0)
	g, _ := userns.HostID(c.st.Config.GIDMappings, 0)
	return int(u), int(g)
}

// checkMaps makes sure that maps given beside the path of a user namespace, as
// engines do, are those that it has: owners are computed with them.
func (c *Container) checkMaps() error {
	cfg := c.st.Config
	if cfg.Namespaces.New(configs.UserNamespace) || len(cfg.UIDMappings)+len(cfg.GIDMappings) == 0 {
		return nil
	}
	if err := userns.CheckMaps(c.init.PID(), cfg.UIDMappings, cfg.GIDMappings); err != nil {
		return fmt.Errorf("%w; drop uidMappings and gidMappings, or correct them", err)
	}
	return nil
}
