// Package apparmor confines a process to a profile of the security module
// AppArmor from its next exec on (aa_change_onexec(2)).
package apparmor

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrNotSupported says that a profile was asked for on a kernel without
// AppArmor. Engines know the text, which is runc's.
var ErrNotSupported = errors.New("apparmor: config provided but apparmor not supported")

// Enabled tells whether the running kernel has AppArmor switched on. It is for
// outside: a container has a /sys of its own, or none.
func Enabled() bool {
	text, err := os.ReadFile("/sys/module/apparmor/parameters/enabled")
	return err == nil && strings.HasPrefix(string(text), "Y")
}

// Opener opens a file below /proc ("thread-self/attr/exec") with O_* flags. It
// answers for the file being procfs's own (CVE-2019-16884, CVE-2025-52881).
type Opener func(name string, flags int) (*os.File, error)

// Apply has the current thread change to profile when it executes a program;
// empty: nothing is changed. What was written is read back: a start without the
// profile asked for must not go unnoticed (CVE-2023-28642).
func Apply(profile string, open Opener) error {
	if profile == "" {
		return nil
	}
	name, err := write(open, "exec "+profile)
	if err != nil {
		return explain(profile, err)
	}
	label, err := read(open, name)
	if err != nil {
		return fmt.Errorf("apparmor: read back profile %s: %w", profile, err)
	}
	if !names(label, profile) {
		return fmt.Errorf("apparmor: profile %s was set, but %s now says %q", profile, name, label)
	}
	return nil
}

// write writes to the attribute of the current thread and returns its name. The
// first one is AppArmor's alone, the second (before Linux 5.8) that of whatever
// module owns it.
func write(open Opener, text string) (name string, err error) {
	for _, name = range []string{"thread-self/attr/apparmor/exec", "thread-self/attr/exec"} {
		var f *os.File
		f, err = open(name, unix.O_WRONLY)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return name, err
		}
		defer f.Close()
		_, err = f.WriteString(text)
		return name, err
	}
	return name, ErrNotSupported
}

func read(open Opener, name string) (string, error) {
	f, err := open(name, unix.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	// One read gives all; a label is shorter than a page.
	buf := make([]byte, os.Getpagesize())
	n, err := f.Read(buf)
	if n == 0 && err != nil {
		return "", err
	}
	return strings.TrimRight(string(buf[:n]), "\n\x00"), nil
}

// names tells whether label, "NAME (MODE)" or several joined by "//&", holds
// profile. Names may have the namespace of the profile before them, ":NS:" or
// ":NS://".
func names(label, profile string) bool {
	label, _, _ = strings.Cut(label, " (")
	return slices.ContainsFunc(strings.Split(label, "//&"), func(part string) bool {
		return bare(part) == bare(profile)
	})
}

// bare cuts the namespace off.
func bare(name string) string {
	if rest, ok := strings.CutPrefix(name, ":"); ok {
		if _, profile, ok := strings.Cut(rest, ":"); ok {
			return strings.TrimPrefix(profile, "//")
		}
	}
	return name
}

func explain(profile string, err error) error {
	switch {
	case errors.Is(err, ErrNotSupported):
		return err
	case errors.Is(err, unix.EINVAL):
		// There is such a file, but another module behind it.
		return fmt.Errorf("%w: %w", ErrNotSupported, err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("apparmor failed to apply profile: %s is not loaded: %w; load it with apparmor_parser -r", profile, err)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("apparmor failed to apply profile: the confinement of the runtime itself does not allow %s: %w", profile, err)
	}
	return fmt.Errorf("apparmor failed to apply profile: %s: %w", profile, err)
}
