package libcontainer

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/criu"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
)

// external is a mount whose source lies outside the container: CRIU can not
// save it, and binds it anew at restore.
type external struct {
	// Op is what has made it, field the entry of config.json behind that.
	*rootfs.Op
	field string
	// source is the host path that is bound.
	source string
}

// name is the mount in messages.
func (e *external) name() string { return fmt.Sprintf("%s (%s)", e.field, e.Path) }

// externals lists what may be an external mount, in the order of mounting.
// Device nodes are bound where they cannot be made, and masks where there is a
// file.
func externals(cfg *configs.Config, view configs.CgroupView) (list []external, err error) {
	plan, err := rootfs.Plan(cfg, view)
	if err != nil {
		return nil, err
	}
	for i := range plan {
		op := &plan[i]
		field := "mounts[" + strconv.Itoa(op.Index) + "]"
		switch op.Kind {
		case rootfs.Bind:
			list = append(list, external{op, field, op.Source})
		case rootfs.BindCgroup:
			list = append(list, external{op, field, op.Source})
		case rootfs.MountCgroup:
			// A new mount of version 2 would change the options of the host's.
			if view.Unified && op.Own != "" {
				list = append(list, external{op, field, op.Own})
			}
		case rootfs.MakeNode:
			list = append(list, external{op, "linux.devices", op.Path})
		case rootfs.MaskPath:
			list = append(list, external{op, "linux.maskedPaths[" + strconv.Itoa(op.Index) + "]", os.DevNull})
		}
	}
	return list, nil
}

func (c *Container) externals() ([]external, error) {
	view, err := c.cgroup.View()
	if err != nil {
		return nil, err
	}
	return externals(c.st.Config, view)
}

// dumpMounts returns the keys of the external mounts, and notes their
// destinations in d.
func (c *Container) dumpMounts(d *criu.Dump) (keys []string, err error) {
	list, err := c.externals()
	if err != nil {
		return nil, err
	}
	t, err := openTable(c.st.InitPID)
	if err != nil {
		return nil, err
	}
	defer t.root.Close()
	d.Mounts = make([]string, len(list))
	// What came last lies on top of what is on the same place.
	for n, e := range slices.Backward(list) {
		point, err := t.find(&e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name(), err)
		}
		if point == "" {
			continue
		}
		key, err := criu.DumpKey(point, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name(), err)
		}
		keys, d.Mounts[n] = append(keys, key), e.Path
	}
	return keys, nil
}

// table is the mount table of a container, which is in the container's hands.
type table struct {
	root   *os.File
	mounts map[uint64]*mountinfo.Info
}

func openTable(pid int) (*table, error) {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := mountinfo.GetMountsFromReader(f, nil)
	if err != nil {
		return nil, err
	}
	t := &table{mounts: make(map[uint64]*mountinfo.Info, len(list))}
	for _, m := range list {
		t.mounts[uint64(m.ID)] = m
	}
	t.root, err = sys.Openat(nil, "/proc/"+strconv.Itoa(pid)+"/root", unix.O_PATH|unix.O_DIRECTORY, 0)
	return t, err
}

// find returns the mount point of an external mount; "" if it is not there, or
// under another one. A destination may lead elsewhere by now than at the start
// of the container: what is mounted there must be what the config wants there.
func (t *table) find(e *external) (string, error) {
	at, err := safepath.Find(t.root, e.Path)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer at.Close()
	facts, err := sys.StatMount(at.File)
	m := t.mounts[facts.ID]
	if err != nil || !facts.Root || m == nil || m.Mountpoint == "/" {
		return "", err
	}
	if e.Kind == rootfs.MaskPath {
		if dir, err := safepath.IsDir(at.File); dir || err != nil {
			return "", err // an empty file system, which CRIU saves
		}
	}
	if e.Mount != nil && e.Mount.IDMapping != nil {
		return "", errors.New("CRIU does not restore id-mapped mounts; drop idmap, uidMappings and gidMappings of the mount")
	}
	delete(t.mounts, facts.ID)
	if same, err := e.isSource(at.File); same || err != nil {
		return m.Mountpoint, err
	}
	if strings.HasSuffix(m.Root, "//deleted") { // replaced since on the host
		return m.Mountpoint, nil
	}
	return "", fmt.Errorf("what is mounted on %s is not %s", m.Mountpoint, e.source)
}

// isSource tells whether f is the source of the mount.
func (e *external) isSource(f *os.File) (bool, error) {
	got, err := sys.Fstat(f)
	if err != nil {
		return false, err
	}
	want, err := sys.Stat(e.source)
	if errors.Is(err, unix.ENOENT) {
		return false, nil
	}
	return got.Dev == want.Dev && got.Ino == want.Ino, err
}

// restoreKeys returns the keys for the external mounts of a checkpoint: by
// number, the destinations that it had.
func restoreKeys(list []external, destinations []string) (keys []string, err error) {
	for n, destination := range destinations {
		if destination == "" {
			continue
		}
		i := slices.IndexFunc(list, func(e external) bool { return e.Path == destination })
		if i < 0 {
			return nil, fmt.Errorf("the checkpoint has something of the host's mounted on %s; the bundle has not: add it to mounts", destination)
		}
		keys = append(keys, criu.RestoreKey(n, list[i].source))
		list = slices.Delete(slices.Clone(list), i, i+1)
	}
	return keys, nil
}
