// Package keyring gives a container a session keyring of its own
// (session-keyring(7)), so that it neither sees nor can search the caller's.
package keyring

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// ErrUnavailable is wrapped when the kernel grants no keyring for a reason that
// says nothing against the container: the quota of keys is used up, there is no
// keyctl(2), or an outer seccomp filter refuses it. Callers warn and go on.
var ErrUnavailable = errors.New("no session keyring to be had")

// userSearch is KEY_USR_SEARCH of linux/key.h: processes with the uid of the
// keyring's owner may find it.
const userSearch = 0x00080000

// Join makes the session keyring called name that of the current thread, a new
// one unless the uid has it already. It gives the owner the right to search
// that the kernel leaves out, without which exec could not find the keyring of
// its container and a program that changed its session could not come back.
func Join(name string) error {
	id, err := sys.KeyctlJoin(name)
	if err != nil {
		return explain(name, err)
	}
	perm, err := sys.KeyctlPerm(id)
	if err != nil {
		return explain(name, err)
	}
	if perm&userSearch != 0 {
		return nil
	}
	if err := sys.KeyctlSetperm(id, perm|userSearch); err != nil {
		return explain(name, err)
	}
	return nil
}

func explain(name string, err error) error {
	var hint string
	switch {
	case errors.Is(err, unix.EDQUOT):
		hint = "the quota of keys of this user is used up; raise kernel.keys.maxkeys and kernel.keys.maxbytes (of root: kernel.keys.root_maxkeys, root_maxbytes) or pass --no-new-keyring"
	case errors.Is(err, unix.ENOSYS):
		hint = "this kernel has no keyctl(2); pass --no-new-keyring"
	case errors.Is(err, unix.EPERM):
		hint = "an outer seccomp filter seems to refuse keyctl(2); pass --no-new-keyring (kernel.keys.maxkeys is not the cause)"
	default:
		return fmt.Errorf("session keyring %s: %w", name, err)
	}
	return fmt.Errorf("session keyring %s: %w: %w; %s", name, ErrUnavailable, err, hint)
}
