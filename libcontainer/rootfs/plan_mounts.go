package rootfs

import (
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// mount plans mounts[i].
func (p *planner) mount(i int) {
	m := &p.cfg.Mounts[i]
	op := Op{Index: i, Path: clean(m.Destination), Source: m.Source, Mount: m}
	switch {
	case m.Flags&unix.MS_REMOUNT != 0:
		op.Kind = Remount
	case m.IsBind():
		op.Kind = Bind
	case m.Type == "cgroup" || m.Type == "cgroup2":
		p.cgroup(op)
		return
	default:
		op.Kind = MountFS
		p.postpone(&op)
	}
	p.add(op)
}

// postpone leaves a tmpfs, and whatever is mounted on /dev, writable for now:
// mount points and nodes have yet to be made in it.
func (p *planner) postpone(op *Op) {
	if op.Mount.Flags&unix.MS_RDONLY == 0 || op.Mount.Type != "tmpfs" && op.Path != "/dev" {
		return
	}
	writable := *op.Mount
	writable.Flags &^= unix.MS_RDONLY
	op.Mount, op.Keep = &writable, true
	p.late = append(p.late, Op{Kind: MakeReadonly, Index: op.Index, Path: op.Path})
}

// cgroupRoot is where the host has its cgroups.
const cgroupRoot = "/sys/fs/cgroup"

// cgroup plans a mount of type cgroup: what the host has at /sys/fs/cgroup, as
// the container may see it.
func (p *planner) cgroup(op Op) {
	op.Source = cgroupRoot
	if p.view.Unified {
		h := configs.CgroupHierarchy{}
		if len(p.view.Hierarchies) > 0 {
			h = p.view.Hierarchies[0]
		}
		h.Version2 = true
		p.hierarchy(op, h)
		return
	}
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	top := op
	top.Kind, top.Source = MountFS, "tmpfs"
	top.Mount = &configs.Mount{
		Type: "tmpfs", Source: "tmpfs", Destination: op.Mount.Destination, Data: "mode=755",
		Flags: flags, Propagation: op.Mount.Propagation,
	}
	top.Keep = op.Mount.Flags&unix.MS_RDONLY != 0
	p.add(top)
	for _, h := range p.view.Hierarchies {
		below := op
		below.Path += "/" + h.Name
		below.Source += "/" + h.Name
		p.hierarchy(below, h)
		for _, link := range h.Links {
			p.add(Op{Kind: MakeLink, Index: -1, Path: op.Path + "/" + link, Source: h.Name})
		}
	}
	if top.Keep {
		p.add(Op{Kind: MakeReadonly, Index: op.Index, Path: op.Path})
	}
}

// hierarchy plans one hierarchy. In a cgroup namespace a new mount shows the
// own cgroup as the root. Without, the whole hierarchy would appear: v1 binds
// the own cgroup; v2 binds the host's mount, for a new mount in the initial
// cgroup namespace would set the options of the host's (nsdelegate) anew.
func (p *planner) hierarchy(op Op, h configs.CgroupHierarchy) {
	m := *op.Mount
	m.Data, m.Type, m.Source, op.Own = h.Options, "cgroup", "cgroup", h.Path
	if h.Version2 {
		m.Type, m.Data = "cgroup2", ""
	}
	if !p.view.Unified {
		m.Flags |= unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
		m.Propagation = nil
	}
	op.Mount = &m
	switch {
	case p.cfg.Namespaces.Has(configs.CgroupNamespace):
		op.Kind, op.Source = MountCgroup, ""
	case p.view.Unified:
		op.Kind = BindCgroup
	case h.Path == "":
		return
	default:
		op.Kind, op.Source = BindCgroup, h.Path
	}
	p.add(op)
}
