package process

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/handshake"
	"runc/libcontainer/sys"
)

// PidfdRefused tells whether namespaces could not be entered because the kernel
// does not take them from a pidfd (before Linux 5.8): see OneByOne.
func PidfdRefused(err error) bool {
	var failed *handshake.InitError
	return errors.As(err, &failed) && errors.Is(err, unix.EINVAL)
}

// OneByOne makes an entry of EntryBeside do without the pidfd: each namespace of
// the process is opened and entered by itself.
func (e *Entry) OneByOne(other *sys.Process) error {
	var wanted uintptr
	for _, j := range e.Join {
		wanted |= j.Type
	}
	e.Join = nil
	for _, kind := range configs.NamespaceKinds {
		if wanted&kind.Flag == 0 {
			continue
		}
		file, err := sys.OpenNamespace("/proc/"+strconv.Itoa(other.PID)+"/ns/"+kind.File, kind.Flag)
		if err != nil {
			return fmt.Errorf("%s namespace: %w", kind.Type, orEnding(err))
		}
		e.opened = append(e.opened, file)
		e.Join = append(e.Join, Join{kind.Flag, file})
	}
	return stillThere(other)
}
