package initproc

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

func noNewPrivs(i *initProcess) error {
	if !i.Process.NoNewPrivileges {
		return nil
	}
	return sys.SetNoNewPrivs()
}

// giveStdio lets the user reopen his streams through /dev/stdin, /dev/stdout
// and /dev/stderr. Only pipes, sockets and our own terminal change their
// owner, never a file or device that happens to be there (CVE-2026-88265). The
// group stays: that of a terminal lets write(1) in.
func giveStdio(i *initProcess) error {
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		st, err := f.Stat()
		if err != nil {
			continue // closed
		}
		if !i.Process.Terminal && !isStream(st.Mode()) {
			continue
		}
		err = sys.Chown(f, int(i.Process.User.UID), -1)
		if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EROFS) {
			return fmt.Errorf("give a stream to process.user: %w", err)
		}
	}
	return nil
}

func isStream(m os.FileMode) bool {
	return m&(os.ModeNamedPipe|os.ModeSocket) != 0
}

// defaultUmask is that of runc, whatever its caller's is.
const defaultUmask = 0o022

func setIdentity(i *initProcess) error {
	p := i.Process
	if i.KeepGroups && len(p.User.AdditionalGIDs) > 0 {
		return fault.Worded(fault.Identity, errors.New("process.user.additionalGids: setgroups(2) is denied in this user namespace; drop them, or map a range of groups by newgidmap"))
	}
	caps := capabilities.New(p.Capabilities)
	if err := caps.DropBounding(); err != nil {
		return err
	}
	if err := sys.SetKeepCaps(); err != nil {
		return err
	}
	umask := uint32(defaultUmask)
	if p.User.Umask != nil {
		umask = *p.User.Umask
	}
	sys.Umask(umask)
	if err := sys.SetIdentity(p.User.UID, p.User.GID, i.groups()); err != nil {
		return fault.Worded(fault.Identity, fmt.Errorf("process.user (%d:%d): %w; are these ids mapped in the user namespace?", p.User.UID, p.User.GID, err))
	}
	return caps.Apply()
}

// groups is the group list to set, nil to keep it: an empty list is set too,
// for what the runtime's caller belongs to is none of the container's business.
func (i *initProcess) groups() []uint32 {
	if i.KeepGroups {
		return nil
	}
	return append([]uint32{}, i.Process.User.AdditionalGIDs...)
}
