package rootfs

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// planner collects the operations of a plan.
type planner struct {
	cfg   *configs.Config
	view  configs.CgroupView
	stage Stage
	ops   []Op
	// late are the operations of StageSeal that the mounts ask for.
	late []Op
}

// Plan lists what is to be done to make the root file system of cfg, in order.
// It looks at nothing but its arguments. The error is about a config that
// cannot be carried out.
func Plan(cfg *configs.Config, view configs.CgroupView) ([]Op, error) {
	p := &planner{cfg: cfg, view: view}
	own := cfg.Namespaces.Has(configs.MountNamespace)
	if !own {
		if err := needsMountNamespace(cfg); err != nil {
			return nil, err
		}
	}
	p.root(own)
	for i := range cfg.Mounts {
		p.mount(i)
	}
	if !own {
		if err := p.needsAttached(); err != nil {
			return nil, err
		}
	}
	p.stage = StageDevices
	p.devices()
	p.stage = StageEnter
	p.one(p.enterKind(own), "/", 0)
	p.stage = StageSeal
	p.seal()
	return p.ops, nil
}

func (p *planner) add(op Op) {
	op.Stage = p.stage
	p.ops = append(p.ops, op)
}

// one adds an operation that no list of the config asks for.
func (p *planner) one(kind Kind, path string, flags uint64) {
	p.add(Op{Kind: kind, Index: -1, Path: path, Flags: flags})
}

// needsMountNamespace refuses what cannot be done to a detached root.
func needsMountNamespace(cfg *configs.Config) error {
	var field string
	switch {
	case len(cfg.MaskPaths) > 0:
		field = "linux.maskedPaths"
	case len(cfg.ReadonlyPaths) > 0:
		field = "linux.readonlyPaths"
	case cfg.Root.Propagation != 0:
		field = "linux.rootfsPropagation"
	default:
		return nil
	}
	return errors.New(field + needsOwn)
}

const needsOwn = `: needs a mount namespace of the container's own; add {"type": "mount"} to linux.namespaces`

// needsAttached refuses changes of mounts that are on a detached root by then:
// the kernel allows them in the own namespace only (mount_setattr(2), EINVAL). A
// tmpfs is nobody else's, so that all of it can be read-only instead.
func (p *planner) needsAttached() error {
	for _, op := range slices.Concat(p.ops, p.late) {
		if op.Kind == Remount || op.Kind == MakeReadonly && !isTmpfs(&p.cfg.Mounts[op.Index]) {
			return fmt.Errorf("mounts[%d] (%s): option ro or remount%s", op.Index, op.Path, needsOwn)
		}
	}
	return nil
}

// isTmpfs tells whether a mount is a tmpfs, as that around the cgroups of v1 is.
func isTmpfs(m *configs.Mount) bool {
	return m.Type == "tmpfs" || m.Type == "cgroup" || m.Type == "cgroup2"
}

// root plans what makes the rootfs a mount that pivot_root takes and that no
// mount leaves for the host.
func (p *planner) root(own bool) {
	switch {
	case own:
	case len(p.cfg.Mounts) > 0 || p.cfg.Root.Readonly:
		p.one(DetachRoot, "/", 0)
		return
	default:
		p.one(UseRoot, "/", 0)
		return
	}
	flags := p.cfg.Root.Propagation
	if flags == 0 {
		flags = unix.MS_SLAVE | unix.MS_REC
	}
	if len(p.cfg.MaskPaths) > 0 {
		p.one(HoldNull, "/dev/null", 0) // before the mounts may become unbindable
	}
	p.one(Propagate, "/", flags)
	if !leavesPeers(flags) {
		p.one(ParentPrivate, "/", 0)
	}
	p.one(BindRoot, "/", 0)
}

// leavesPeers tells whether after setting flags on "/" no mount is shared.
func leavesPeers(flags uint64) bool {
	return flags&unix.MS_REC != 0 && flags&(unix.MS_SLAVE|unix.MS_PRIVATE) != 0
}

func (p *planner) enterKind(own bool) Kind {
	switch {
	case !own:
		return Chroot
	case p.cfg.NoPivot:
		return MoveRoot
	}
	return Pivot
}

// seal plans what takes writing away, when nobody needs to write any more.
func (p *planner) seal() {
	for _, op := range p.late {
		p.add(op)
	}
	if p.cfg.Root.Readonly {
		p.one(RootReadonly, "/", 0)
	}
	for i, path := range p.cfg.ReadonlyPaths {
		p.add(Op{Kind: ReadonlyPath, Index: i, Path: path})
	}
	for i, path := range p.cfg.MaskPaths {
		p.add(Op{Kind: MaskPath, Index: i, Path: path})
	}
	// Last, for what is unbindable cannot be made read-only path by path.
	if flags := p.cfg.Root.Propagation; flags&^(unix.MS_PRIVATE|unix.MS_REC) != 0 {
		p.one(RootPropagate, "/", flags)
	}
}

// clean is the path of a destination below "/".
func clean(destination string) string { return path.Clean("/" + destination) }
