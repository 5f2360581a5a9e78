package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
	"runc/nsenter"
)

// Entry is what namespaces a process enters, and how.
type Entry struct {
	// Unshare holds the CLONE_NEW* bits of the new ones.
	Unshare uintptr
	// Join lists those to enter.
	Join []Join
	// UIDMappings, GIDMappings and TimeOffsets belong to new namespaces.
	UIDMappings, GIDMappings []configs.IDMap
	TimeOffsets              map[string]configs.TimeOffset
	// Unprivileged says that the runtime is not root on the host.
	Unprivileged bool
	// KeepGroups says that setgroups(2) is denied in the user namespace.
	KeepGroups bool
	// Root is the root directory to enter where the mount namespace does not
	// tell it; nil: none.
	Root *os.File

	opened []*os.File
}

// Join is an existing namespace (Type one CLONE_NEW* bit), or a process to take
// several namespaces from (File a pidfd).
type Join struct {
	Type uintptr
	File *os.File
}

// EntryOf opens what a new container joins. The caller closes it.
func EntryOf(c *configs.Config) (e Entry, err error) {
	e = Entry{
		UIDMappings:  c.UIDMappings,
		GIDMappings:  c.GIDMappings,
		TimeOffsets:  c.TimeOffsets,
		Unprivileged: c.RootlessEUID,
		KeepGroups:   c.RootlessEUID && len(c.GIDMappings) == 1 && c.GIDMappings[0].Size == 1,
	}
	if !c.RootlessEUID && !userns.InInitial() {
		e.KeepGroups = groupsDenied("/proc/self") // which a new namespace inherits
	}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	for i, ns := range c.Namespaces {
		kind, ok := configs.KindOf(ns.Type)
		if !ok {
			return e, fmt.Errorf("linux.namespaces[%d].type: %q is not known", i, ns.Type)
		}
		if ns.Path == "" {
			e.Unshare |= kind.Flag
			continue
		}
		file, err := sys.OpenNamespace(ns.Path, kind.Flag)
		if err != nil {
			return e, fault.New(fault.NamespacePath, fmt.Errorf("linux.namespaces[%d].path: %w", i, err),
				fmt.Sprintf("give the path of a live %s namespace", ns.Type))
		}
		// A process is refused its own user namespace (setns(2), EINVAL).
		if same, err := sys.SameFile(sys.FDPath(file), "/proc/self/ns/"+kind.File); err == nil && same {
			file.Close()
			continue
		}
		e.opened = append(e.opened, file)
		e.Join = append(e.Join, Join{kind.Flag, file})
	}
	return e, nil
}

// EntryBeside takes all namespaces of a live process that are not ours, in one
// step by its pidfd (Linux 5.8), and its root directory. The caller closes it.
func EntryBeside(other *sys.Process) (e Entry, err error) {
	proc := "/proc/" + strconv.Itoa(other.PID)
	var kinds uintptr
	for _, kind := range configs.NamespaceKinds {
		same, err := sys.SameFile(proc+"/ns/"+kind.File, "/proc/self/ns/"+kind.File)
		if errors.Is(err, fs.ErrNotExist) && !sys.HasNamespace(kind.File) {
			continue // a kind that this kernel lacks
		}
		if err != nil {
			return e, orEnding(err)
		}
		if !same {
			kinds |= kind.Flag
		}
	}
	e.KeepGroups = groupsDenied(proc)
	if kinds&unix.CLONE_NEWNS == 0 {
		if e.Root, err = os.Open(proc + "/root"); err != nil {
			return e, orEnding(err)
		}
		e.opened = append(e.opened, e.Root)
	}
	if kinds != 0 {
		e.Join = []Join{{kinds, other.File()}}
	}
	if err := stillThere(other); err != nil {
		e.Close()
		return Entry{}, err
	}
	return e, nil
}

// stillThere makes sure that what was read in /proc by the number of a process
// was that process's: the number may go to another one, of the host's, whose
// namespaces and root are not the container's, but not before this one has ended.
func stillThere(p *sys.Process) error {
	ended, err := p.Ended(0)
	if err == nil && ended {
		err = ErrEnding
	}
	return err
}

// ErrEnding says that a process which lends its namespaces is about to end: it
// gives up its root and namespaces some time before it is seen to have ended.
var ErrEnding = errors.New("the process is ending")

// orEnding words the error of a file in /proc of a process that is held.
func orEnding(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("%w (%w)", ErrEnding, err)
	}
	return err
}

// groupsDenied tells whether setgroups(2) is denied in the user namespace of a
// process (user_namespaces(7)), whose directory in /proc is given.
func groupsDenied(proc string) bool {
	groups, err := os.ReadFile(proc + "/setgroups")
	return err == nil && string(groups) == "deny\n"
}

// hole opens the directory that stage 2 has for its root until Go runs
// (nsexec.c): our /proc/self/ns has nothing of the names that are looked for in
// the meantime. Whoever may look at a process can follow its root: where somebody
// is who might, the directory is a mount by itself, whose ".." leads nowhere.
// Where such a mount is not to be had, for want of rights or of the system call,
// the directory itself must do. letGo closes it.
func (e *Entry) hole() (dir *os.File, letGo func(), err error) {
	const empty = "/proc/self/ns"
	joins := func(j Join) bool { return j.Type&unix.CLONE_NEWNS != 0 }
	if slices.ContainsFunc(e.Join, joins) {
		dir, err = sys.OpenTree(nil, empty, false)
		if err == nil || !sys.Unavailable(err) && !errors.Is(err, unix.EACCES) {
			// To take a mount apart waits for a grace period of the kernel's.
			return dir, func() { go dir.Close() }, err
		}
	}
	dir, err = os.OpenFile(empty, unix.O_PATH|unix.O_DIRECTORY, 0)
	return dir, func() { dir.Close() }, err
}

// Close closes what was opened for the entry.
func (e *Entry) Close() {
	for _, j := range e.opened {
		j.Close()
	}
	e.opened = nil
}

// bootstrap leaves the cgroup namespace to a later step: it shows the cgroup
// that the process is in when it is made, and that may still be the runtime's.
func (e *Entry) bootstrap(debug bool, hole int, join []nsenter.Join) *nsenter.Bootstrap {
	return &nsenter.Bootstrap{
		Debug:        debug,
		DumpableMaps: e.Unprivileged,
		KeepGroups:   e.KeepGroups,
		Unshare:      e.Unshare &^ unix.CLONE_NEWCGROUP,
		Hole:         hole,
		Join:         join,
	}
}

// asksForMaps tells whether something is to be written from outside before the
// process can go on.
func (e *Entry) asksForMaps() bool {
	return e.Unshare&(unix.CLONE_NEWUSER|unix.CLONE_NEWTIME) != 0
}

// limits are the sysctls that bound the number of namespaces of each kind
// (namespaces(7), "The /proc/sys/user directory").
var limits = [...]string{
	"max_user_namespaces", "max_pid_namespaces", "max_net_namespaces", "max_mnt_namespaces",
	"max_ipc_namespaces", "max_uts_namespaces", "max_cgroup_namespaces", "max_time_namespaces",
}

// explain adds the probable cause to an error of the C stage.
func explain(err error) error {
	if !errors.As(err, new(*handshake.InitError)) {
		return err
	}
	return explainErrno(err)
}

// TryNamespaces tells whether the kernel would make new namespaces (CLONE_NEW*
// bits) now, in the words of a start.
func TryNamespaces(flags uintptr) error {
	err := sys.TryNamespaces(flags)
	if err == nil {
		return nil
	}
	step := "make namespaces"
	if flags&unix.CLONE_NEWUSER != 0 {
		step = "make user namespace"
	}
	return fault.At(step, explainErrno(fmt.Errorf("%s: %w", step, err)))
}

func explainErrno(err error) error {
	var errno unix.Errno
	errors.As(err, &errno)
	switch errno {
	case unix.ENOSPC, unix.EUSERS:
		return fault.New(fault.NamespaceLimit, err, fmt.Sprintf("a limit in /proc/sys/user is reached (%s): raise it or end other containers", zeroLimits()))
	case unix.EPERM:
		return fault.New(fault.NamespaceDenied, err, "unprivileged user namespaces may be forbidden here: see kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and user.max_user_namespaces")
	case unix.EINVAL:
		return fault.New(fault.NamespaceUnsupported, err, "the kernel lacks this type of namespace, or the id maps do not map id 0")
	}
	return err
}

// zeroLimits names the limits that are 0, the usual cause, or else their
// pattern.
func zeroLimits() string {
	for _, name := range limits {
		if data, err := os.ReadFile("/proc/sys/user/" + name); err == nil && string(data) == "0\n" {
			return name + " is 0"
		}
	}
	return "max_*_namespaces"
}
