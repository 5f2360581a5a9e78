package libcontainer

import (
	"errors"
	"fmt"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/configs"
	"runc/libcontainer/criu"
	"runc/libcontainer/sys"
)

// Checkpoint saves the container's processes into o.ImageDir. They are gone
// afterwards, unless o says otherwise.
func (c *Container) Checkpoint(o *criu.Options) error {
	status, err := c.Status()
	if err != nil {
		return err
	}
	if status != Running && status != Paused {
		return fmt.Errorf("Container cannot be checkpointed in %s state", status)
	}
	prog, err := criu.Find()
	if err != nil {
		return err
	}
	d := &criu.Dump{
		Options:      o,
		PID:          c.st.InitPID,
		Root:         c.st.Config.Root.Path,
		Annotations:  c.st.Config.Annotations,
		FreezeCgroup: c.freezerFor(prog),
		Descriptors:  c.st.ExternalDescriptors,
	}
	if d.External, err = externalNamespaces(c.st.Config); err != nil {
		return err
	}
	if !o.PreDump {
		keys, err := c.dumpMounts(d)
		if err != nil {
			return err
		}
		d.External = append(d.External, keys...)
	}
	return keepingOptions(func() error { return prog.Dump(d) })
}

// keepingOptions calls CRIU such that the host's cgroup file system is the same
// afterwards.
func keepingOptions(call func() error) error {
	again, err := cgroups.KeepOptions()
	if err != nil {
		return err
	}
	return errors.Join(call(), again())
}

// freezerFor is the directory of the freezer that CRIU may use; empty: none.
func (c *Container) freezerFor(prog *criu.Program) string {
	dir, v2 := c.cgroup.FreezerDir()
	if v2 && !prog.FreezesV2() {
		return ""
	}
	return dir
}

// externalNamespaces are keys of the namespaces that the container has joined
// and that CRIU can leave to others: network and PID. They must be there at
// restore as well.
func externalNamespaces(cfg *configs.Config) (keys []string, err error) {
	for _, t := range [...]configs.NamespaceType{configs.NetworkNamespace, configs.PIDNamespace} {
		ns := cfg.Namespaces.Get(t)
		if ns == nil || ns.Path == "" {
			continue
		}
		st, err := sys.Stat(ns.Path)
		if err != nil {
			return nil, fmt.Errorf("linux.namespaces (%s): %w", t, err)
		}
		kind, _ := configs.KindOf(t)
		keys = append(keys, criu.NamespaceKey(kind.File, st.Ino))
	}
	return keys, nil
}
