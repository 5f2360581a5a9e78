package libcontainer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/criu"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/safepath"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

// CRIU restores what the checkpoint holds, whoever has made that. So before
// anything of it runs the kernel is asked whether it is what the bundle
// describes.

// checkNamespaces makes sure that the first process has the namespaces of the
// bundle, and its user namespace the maps.
func (r *restoring) checkNamespaces() error {
	cfg := r.st.Config
	for _, ns := range cfg.Namespaces {
		kind, _ := configs.KindOf(ns.Type)
		other, want := ns.Path, true
		if other == "" {
			other, want = "/proc/self/ns/"+kind.File, false
		}
		same, err := sys.SameFile(r.nsPath(kind.File), other)
		if err != nil {
			return err
		}
		if same != want && ns.Type == configs.CgroupNamespace && r.options.CgroupsMode == "ignore" {
			logrus.Warn("--manage-cgroups-mode ignore: CRIU restores no cgroup namespace, the container is in the host's")
			continue
		}
		if same != want {
			return fmt.Errorf("linux.namespaces (%s): the checkpoint is of a container without it; restore it with the bundle that it was made with", ns.Type)
		}
	}
	if !cfg.Namespaces.New(configs.UserNamespace) {
		return nil
	}
	if err := userns.CheckMaps(r.init.PID(), cfg.UIDMappings, cfg.GIDMappings); err != nil {
		return fmt.Errorf("%w; restore it with the bundle that it was made with", err)
	}
	return nil
}

// checkMounts makes sure that in the container's mount table everything of the
// host's is where the bundle wants it, and sets what CRIU has not restored of
// the rights that mounts lack.
func (r *restoring) checkMounts() error {
	if !r.st.Config.Namespaces.Has(configs.MountNamespace) {
		return nil
	}
	mnt, err := os.Open(r.nsPath("mnt"))
	if err != nil {
		return err
	}
	defer mnt.Close()
	return sys.Apart(func() error {
		opened, err := r.openSources() // before the names mean something else
		defer sys.CloseAll(opened)
		if err != nil {
			return err
		}
		if err := sys.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
		if err := sys.Setns(mnt, unix.CLONE_NEWNS); err != nil {
			return err
		}
		root, err := sys.Openat(nil, "/", unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		defer root.Close()
		return r.checkTable(root, opened)
	})
}

func (r *restoring) openSources() (files []*os.File, err error) {
	for i := range r.list {
		f, err := sys.Openat(nil, r.list[i].source, unix.O_PATH, 0)
		if err != nil {
			return files, fmt.Errorf("%s: %w", r.list[i].name(), err)
		}
		files = append(files, f)
	}
	return files, nil
}

func (r *restoring) checkTable(root *os.File, sources []*os.File) error {
	cfg := r.st.Config
	for i := range r.list {
		if err := checkExternal(root, &r.list[i], sources[i]); err != nil {
			return fmt.Errorf("%s: %w", r.list[i].name(), err)
		}
	}
	for i := range cfg.Mounts {
		if err := restrict(root, cfg.Mounts[i].Destination, &cfg.Mounts[i]); err != nil {
			return fmt.Errorf("mounts[%d] (%s): %w", i, cfg.Mounts[i].Destination, err)
		}
	}
	masks := &configs.Mount{Flags: unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NOEXEC}
	for i, p := range cfg.MaskPaths {
		if err := restrict(root, p, masks); err != nil {
			return fmt.Errorf("linux.maskedPaths[%d] (%s): %w", i, p, err)
		}
	}
	readonly := &configs.Mount{Flags: unix.MS_RDONLY}
	for i, p := range cfg.ReadonlyPaths {
		if err := restrict(root, p, readonly); err != nil {
			return fmt.Errorf("linux.readonlyPaths[%d] (%s): %w", i, p, err)
		}
	}
	if cfg.Root.Readonly {
		if err := restrict(root, "/", readonly); err != nil {
			return fmt.Errorf("root.readonly: %w", err)
		}
	}
	return nil
}

var errOtherMount = errors.New("the checkpoint has something else there; restore it with the bundle that it was made with")

// checkExternal makes sure that the source is mounted on the destination.
func checkExternal(root *os.File, e *external, source *os.File) error {
	at, err := safepath.Find(root, e.Path)
	if errors.Is(err, unix.ENOENT) && e.Kind != rootfs.Bind {
		return nil // nothing to mask
	}
	if err != nil {
		return err
	}
	defer at.Close()
	facts, err := sys.StatMount(at.File)
	if err != nil {
		return err
	}
	dir, err := safepath.IsDir(at.File)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == rootfs.MakeNode && !facts.Root:
		return nil // a node of its own
	case e.Kind == rootfs.MaskPath && facts.Root && dir:
		return nil // an empty file system
	}
	got, gotErr := sys.Fstat(at.File)
	want, err := sys.Fstat(source)
	if err := errors.Join(gotErr, err); err != nil {
		return err
	}
	if !facts.Root || got.Dev != want.Dev || got.Ino != want.Ino {
		return errOtherMount
	}
	return nil
}

// restrict sets on the mount at a path what m takes away and the mount has.
func restrict(root *os.File, p string, m *configs.Mount) error {
	at, err := safepath.Find(root, p)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return nil
	}
	if err != nil {
		return err
	}
	defer at.Close()
	return rootfs.Restrict(at.File, m)
}

// checkRights compares the rights of all processes with those that the bundle
// gives. None of them runs on if one has more.
func (r *restoring) checkRights() error {
	r.checked = true
	pids, err := r.tree()
	if err == nil {
		err = r.compareRights(pids)
	}
	if err == nil {
		err = r.checkLabel()
	}
	if err != nil {
		// CRIU holds them still, and goes on whatever we say. It must let go
		// of them before they can be reaped.
		kill(append(pids, r.init.PID()))
	}
	return err
}

// kill kills processes that cannot have ended yet.
func kill(pids []int) {
	for _, pid := range pids {
		if p, err := sys.FindProcess(pid); err == nil {
			warn(p.Signal(unix.SIGKILL))
			p.Release()
		}
	}
}

func (r *restoring) compareRights(pids []int) error {
	bounds := criu.Bounds{Process: r.st.Process, Config: r.st.Config}
	for _, pid := range pids {
		threads, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/status")
		if err != nil {
			return err
		}
		for _, file := range threads {
			status, err := sys.ReadKernelFile(file)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
				continue
			}
			if err == nil {
				err = bounds.Check(status)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tree lists the restored processes. They need not all be in the cgroup: the
// checkpoint may know of another one.
func (r *restoring) tree() ([]int, error) {
	if r.st.Config.Namespaces.New(configs.PIDNamespace) {
		return sameNamespace(r.init.PID())
	}
	return descendants(r.init.PID())
}

// checkLabel compares the AppArmor profile or SELinux label of the first
// process, unless the caller wants another one.
func (r *restoring) checkLabel() error {
	p := r.st.Process
	want, field := p.AppArmorProfile, "process.apparmorProfile"
	if p.SELinuxLabel != "" {
		want, field = p.SELinuxLabel, "process.selinuxLabel"
	}
	if want == "" || r.options.LSMProfile != "" {
		return nil
	}
	text, err := sys.ReadKernelFile("/proc/" + strconv.Itoa(r.init.PID()) + "/attr/current")
	if err != nil {
		return err
	}
	got, _, _ := strings.Cut(strings.TrimRight(string(text), "\x00\n"), " (")
	if got != want {
		return fmt.Errorf("%s: the checkpoint has %q; give --lsm-profile to change it", field, got)
	}
	return nil
}
