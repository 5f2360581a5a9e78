package cgroups

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestSplitOptions(t *testing.T) {
	const all = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_RELATIME
	if flags, data := splitOptions("ro,nosuid,nodev,noexec,relatime"); flags != all || data != "" {
		t.Errorf("%#x %q", flags, data)
	}
	if flags, data := splitOptions("rw,nsdelegate,memory_recursiveprot"); flags != 0 || data != "nsdelegate,memory_recursiveprot" {
		t.Errorf("%#x %q", flags, data)
	}
}
