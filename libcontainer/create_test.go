package libcontainer

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestHowDied(t *testing.T) {
	for _, c := range []struct {
		status unix.WaitStatus
		how    string
		hint   bool
	}{
		{unix.WaitStatus(1 << 8), "exit status 1", false},
		{unix.WaitStatus(2 << 8), "exit status 2", true},
		{unix.WaitStatus(unix.SIGHUP), "killed by signal 1 (hangup)", true},
		{unix.WaitStatus(unix.SIGKILL), "killed by signal 9 (killed)", false},
	} {
		how, hint, found := strings.Cut(howDied(c.status), "; ")
		if how != c.how || found != c.hint || found && !strings.Contains(hint, "--console-socket") {
			t.Errorf("%#x: %q, %q", uint32(c.status), how, hint)
		}
	}
}
