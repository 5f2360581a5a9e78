// Package rootfs makes the root file system of a container from inside, as its
// init: mounts, device nodes, the change of root, what is read-only or masked.
//
// Plan lists the operations, without looking at the machine; a Builder carries
// them out, a stage at a time, with one function for each kind of operation.
// The rootfs is somebody else's: all that is done below it goes through
// descriptors of package safepath, and a mount is complete, flags and all,
// before it is attached to the very file or directory that was opened for it.
package rootfs

import (
	"errors"
	"os"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// Host is what the surroundings offer to a Builder.
type Host struct {
	// View says where the host has the container's cgroups.
	View configs.CgroupView
	// Source asks the parent for the source of mounts[i], as a detached mount
	// tree; nil when there is nobody to ask.
	Source func(i int) (*os.File, error)
	// Proc is the trusted procfs; nil: made when needed.
	Proc *safepath.Proc
	// InUserNS says that we are in a user namespace of the container's.
	InUserNS bool
}

// Builder makes one root file system. Mounts, Devices, Enter and Seal are to
// be called in this order.
type Builder struct {
	cfg  *configs.Config
	host Host
	plan []Op
	door door

	// root is the rootfs; on is the host path that it is, or is mounted on.
	root *os.File
	on   string
	// null is the checked /dev/null for masks, empty the empty directory.
	null, empty mask
	// dir is the directory in the container that the last operation worked in.
	dir heldDir
	// kept holds mounts that are to be made read-only, by Op.Index.
	kept map[int]*os.File
	// kernelFS holds what is mounted on /proc and /sys, by that path.
	kernelFS map[string]*os.File
	// ownProc says that host.Proc is ours to close.
	ownProc bool
}

// New plans the root file system of cfg. Nothing is changed yet.
func New(cfg *configs.Config, h Host) (*Builder, error) {
	plan, err := Plan(cfg, h.View)
	if err != nil {
		return nil, err
	}
	b := &Builder{cfg: cfg, host: h, plan: plan, on: cfg.Root.Path}
	b.door = newDoor{oldDoor{b}}
	return b, nil
}

// Mounts makes all mounts, at the place of the rootfs on the host.
func (b *Builder) Mounts() error { return b.make(StageMounts) }

// Devices makes the nodes and links of /dev.
func (b *Builder) Devices() error { return b.make(StageDevices) }

// Enter makes the rootfs the root of the mount namespace, or of the process if
// that is not the container's own. The working directory is "/" then.
func (b *Builder) Enter() error { return b.run(StageEnter) }

// MakeDir makes the directory p of the container if it is missing, and those on
// the way. No path leads out of the rootfs, that of a magic link of /proc
// included. What exists need not be a directory.
func (b *Builder) MakeDir(p string) error {
	dir, err := safepath.MakeDir(b.root, p, 0o755)
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		e.Path = p // not where the rootfs was on the host
	}
	if err != nil {
		return err
	}
	return dir.Close()
}

// Seal takes away what the container must not write or see, and lets go of the
// rootfs. It is the last step.
func (b *Builder) Seal() error {
	defer b.Close()
	return b.run(StageSeal)
}

// Close lets go of everything that is held, whether the work is done or not.
func (b *Builder) Close() {
	for _, f := range b.kept {
		f.Close()
	}
	for _, f := range []*os.File{b.root, b.null.tree, b.empty.tree} {
		if f != nil {
			f.Close()
		}
	}
	b.forgetKernelFS()
	if b.ownProc {
		b.host.Proc.Close()
		b.host.Proc, b.ownProc = nil, false
	}
	b.dir.close()
	b.kept, b.root, b.null, b.empty = nil, nil, mask{}, mask{}
}

// make is run without a umask: the modes in a plan are meant as they are.
func (b *Builder) make(stage Stage) error {
	before := sys.SwapUmask(0)
	defer sys.SwapUmask(before)
	return b.run(stage)
}

func (b *Builder) run(stage Stage) error {
	defer b.dir.close()
	for i := range b.plan {
		op := &b.plan[i]
		if op.Stage != stage {
			continue
		}
		if err := b.do(op); err != nil {
			return b.explain(op, err)
		}
	}
	return nil
}

// do is the door to the kernel for each kind of operation.
func (b *Builder) do(op *Op) error {
	switch op.Kind {
	case Propagate:
		return sys.Mount("", "/", "", uintptr(op.Flags), "")
	case ParentPrivate:
		return b.parentPrivate()
	case BindRoot:
		return b.bindRoot()
	case UseRoot:
		return b.useRoot()
	case DetachRoot:
		return b.detachRoot()
	case HoldNull:
		return b.holdNull()
	case MountFS:
		return b.mountFS(op)
	case Remount:
		return b.remount(op)
	case Bind:
		return b.bind(op)
	case MountCgroup:
		return b.mountCgroup(op)
	case BindCgroup:
		return b.bindCgroup(op)
	case MakeReadonly:
		return b.makeReadonly(op)
	case MakeLink:
		return b.makeLink(op)
	case MakeNode:
		return b.makeNode(op)
	case Pivot:
		return b.pivot()
	case MoveRoot:
		return b.moveRoot()
	case Chroot:
		return b.chroot()
	case RootReadonly:
		return b.door.change(b.root, readonly)
	case ReadonlyPath:
		return b.readonlyPath(op)
	case MaskPath:
		return b.maskPath(op)
	case RootPropagate:
		return b.rootPropagate(op)
	}
	panic("unknown operation")
}
