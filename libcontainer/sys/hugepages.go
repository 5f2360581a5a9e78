package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// AllowHugePages ends PR_SET_THP_DISABLE(2const), which would go on to whatever is
// executed.
func AllowHugePages() error {
	return os.NewSyscallError("allow huge pages", unix.Prctl(unix.PR_SET_THP_DISABLE, 0, 0, 0, 0))
}
