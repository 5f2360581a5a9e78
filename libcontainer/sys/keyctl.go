package sys

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// KeyctlJoin makes the session keyring called name that of the current thread,
// a new one when there is none that it may search, and returns its id.
func KeyctlJoin(name string) (id int, err error) {
	id, err = unix.KeyctlJoinSessionKeyring(name)
	return id, os.NewSyscallError("keyctl(JOIN_SESSION_KEYRING)", err)
}

// KeyctlPerm returns the permission mask of a key (keyctl_setperm(3)).
func KeyctlPerm(id int) (uint32, error) {
	// "type;uid;gid;perm;description", perm in hexadecimal.
	text, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
	if err != nil {
		return 0, os.NewSyscallError("keyctl(DESCRIBE)", err)
	}
	fields := strings.SplitN(text, ";", 5)
	if len(fields) != 5 {
		return 0, fmt.Errorf("keyctl(DESCRIBE): cannot read %q", text)
	}
	perm, err := strconv.ParseUint(fields[3], 16, 32)
	if err != nil {
		return 0, fmt.Errorf("keyctl(DESCRIBE): cannot read %q: %w", text, err)
	}
	return uint32(perm), nil
}

// KeyctlSetperm sets the permission mask of a key.
func KeyctlSetperm(id int, perm uint32) error {
	return os.NewSyscallError("keyctl(SETPERM)", unix.KeyctlSetperm(id, perm))
}
