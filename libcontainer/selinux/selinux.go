// Package selinux gives the calling process, and the keys that it makes, an
// SELinux label (process.selinuxLabel; setexeccon(3), setkeycreatecon(3)). Labels
// of mounts are options of theirs (package rootfs). That the host has SELinux at
// all is checked outside, by configs/validate.
//
// github.com/opencontainers/selinux does the same by a /proc of its own choice,
// and more that init must not carry along.
package selinux

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Opener opens a file below /proc ("thread-self/attr/exec") with O_* flags. It
// answers for the file being procfs's own: a label written to one that only poses
// as it confines nobody (CVE-2019-16884, CVE-2023-28642, CVE-2025-52881).
type Opener func(name string, flags int) (*os.File, error)

// Apply gives the current thread the label from its next exec on.
func Apply(label string, open Opener) error { return set("exec", label, open) }

// ApplyToKeys gives it to the keys that the thread makes until its next exec.
func ApplyToKeys(label string, open Opener) error { return set("keycreate", label, open) }

// set writes a label, and reads back that the kernel took it.
func set(attr, label string, open Opener) error {
	f, err := open("thread-self/attr/"+attr, unix.O_RDWR)
	if err != nil {
		return fmt.Errorf("selinux failed to set the label: %w", err)
	}
	defer f.Close()
	if _, err := f.WriteString(label); err != nil {
		return fmt.Errorf("selinux failed to set the label %q: %w%s", label, err, hint(err))
	}
	got := make([]byte, 4096)
	n, err := f.ReadAt(got, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("selinux failed to set the label %q: read back: %w", label, err)
	}
	if text := strings.TrimRight(string(got[:n]), "\x00\n"); !means(text, label) {
		return fmt.Errorf("selinux failed to set the label %q: the kernel took it as %q", label, text)
	}
	return nil
}

// means tells whether got is the label that was asked for. The kernel puts the
// categories of a level into its own order ("s0:c1,c2"), and one may be left
// out where the policy has none.
func means(got, label string) bool {
	user := func(s string) []string {
		parts := strings.SplitN(s, ":", 4)
		return parts[:min(3, len(parts))]
	}
	return got == label || len(user(got)) == 3 && slices.Equal(user(got), user(label))
}

// hint says what the errno of the write means.
func hint(err error) string {
	switch {
	case errors.Is(err, unix.EINVAL):
		return "; the loaded policy does not know such a label"
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return "; the policy does not allow the runtime's own domain to choose labels (setexec, setkeycreate)"
	}
	return ""
}
