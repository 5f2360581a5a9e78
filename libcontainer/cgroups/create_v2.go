package cgroups

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opencontainers/cgroups/fs2"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
)

// readyV2 sees to it that the directory has all controllers of the host, is no
// threaded cgroup if the limits need a domain, and belongs to its owner.
func (m *Manager) readyV2(dir string) error {
	if m.v2 {
		if err := m.enableControllers(dir); err != nil {
			return err
		}
	}
	if m.cfg.OwnerUID != nil {
		return delegate(dir, *m.cfg.OwnerUID)
	}
	return nil
}

// enableControllers writes to the ancestors' subtree_control only if dir lacks
// a controller: that is a slow thing under a lock of all cgroups.
func (m *Manager) enableControllers(dir string) error {
	all, err := read(root, "cgroup.controllers")
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	have, err := read(dir, "cgroup.controllers")
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	kind, err := read(dir, "cgroup.type")
	if err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	if lacks(have, all) == "" && kind == "domain\n" {
		return nil
	}
	if err := fs2.CreateCgroupPath(dir, m.cfg); err != nil {
		// A limit that can't be had says more than the state that the cgroup is
		// in since its ancestor could give on only some controllers.
		if lacking := m.checkControllers(m.cfg.Resources); lacking != nil {
			return lacking
		}
		if strings.Contains(kind, "threaded") || strings.Contains(kind, "invalid") {
			return fault.New(fault.CgroupThreaded, err, "see "+dir+"/cgroup.type")
		}
		return fmt.Errorf("%w (see %s/cgroup.type)", err, dir)
	}
	return nil
}

// lacks returns the first of the wanted words that is not among have.
func lacks(have, wanted string) string {
	words := strings.Fields(have)
	for w := range strings.FieldsSeq(wanted) {
		if !slices.Contains(words, w) {
			return w
		}
	}
	return ""
}

// delegate gives the cgroup to the user that is root inside the container:
// the directory, and the files that the kernel means to be given away
// (cgroups(7), "Cgroups delegation").
func delegate(dir string, uid int) error {
	list, err := os.ReadFile("/sys/kernel/cgroup/delegate")
	if err != nil { // Linux < 4.15
		list = []byte("cgroup.procs cgroup.subtree_control cgroup.threads")
	}
	if err := os.Lchown(dir, uid, -1); err != nil {
		return fmt.Errorf("delegate cgroup: %w", err)
	}
	for file := range strings.FieldsSeq(string(list)) {
		// The list has all that this kernel knows, the directory less.
		if err := os.Lchown(dir+"/"+file, uid, -1); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("delegate cgroup: %w", err)
		}
	}
	return nil
}
