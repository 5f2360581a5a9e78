package doctor

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/apparmor"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/sys"
)

// selinuxOn tells whether a policy is loaded (selinux(8)).
func selinuxOn() bool { return text("/sys/fs/selinux/enforce") != "" }

func security(*patient) Finding {
	f := Finding{Topic: "lsm", Status: OK, Found: strings.ReplaceAll(text("/sys/kernel/security/lsm"), ",", " ")}
	if f.Found == "" {
		f.Found = "/sys/kernel/security is not mounted"
	}
	var not []string
	if !apparmor.Enabled() {
		not = append(not, "process.apparmorProfile")
	}
	if !selinuxOn() {
		not = append(not, "process.selinuxLabel")
	}
	if len(not) > 0 {
		f.Status, f.RulesOut = Limited, strings.Join(not, ", ")
	}
	if own := text("/proc/self/attr/current"); own != "" && own != "unconfined" && own != "kernel" {
		f.Found += "; the runtime runs as " + strings.TrimRight(own, "\x00")
	}
	return f
}

func filters(*patient) Finding {
	f := Finding{Topic: "seccomp", Status: OK, Found: strings.Join(seccomp.SupportedFlags(), " ")}
	if _, err := os.Stat("/proc/sys/kernel/seccomp/actions_avail"); err != nil {
		f.Status, f.Found, f.RulesOut = Missing, "not built into this kernel", "linux.seccomp"
	}
	for line := range strings.Lines(text("/proc/self/status")) {
		if strings.HasPrefix(line, "Seccomp:") && strings.HasSuffix(strings.TrimSpace(line), "2") {
			f.Status, f.RulesOut = Limited, "system calls that a filter around the runtime forbids"
		}
	}
	return f
}

// probes are system calls that make a difference. Each is tried such that
// nothing is left of it.
func probes() []probe {
	return []probe{
		{"openat2", "5.6", "paths of the container are resolved by hand", func() error {
			return closing(sys.Openat2(nil, "/", unix.O_PATH|unix.O_DIRECTORY, 0))
		}},
		{"pidfd_open", "5.3", "all containers", func() error {
			p, err := sys.FindProcess(os.Getpid())
			if err == nil {
				p.Release()
			}
			return err
		}},
		{"open_tree", "5.2", "id-mapped mounts", func() error { return closing(sys.OpenTree(nil, "/", false)) }},
		{"fsopen", "5.2", "the kernel's words on mount options", func() error {
			ctx, err := sys.Fsopen("tmpfs")
			if err == nil {
				ctx.Close()
			}
			return err
		}},
		{"memfd_create", "3.17", "a sealed copy of the binary", func() error { return closing(sys.Memfd("doctor")) }},
	}
}

type probe struct {
	name, since, rulesOut string
	try                   func() error
}

func closing(f *os.File, err error) error {
	if err == nil {
		f.Close()
	}
	return err
}

func systemCalls(p *patient) Finding {
	f := Finding{Topic: "syscalls", Status: OK}
	var have, not []string
	for _, c := range probes() {
		err := c.try()
		switch {
		case err == nil, errors.Is(err, unix.EPERM) && !p.has(unix.CAP_SYS_ADMIN): // allowed inside a user namespace
			have = append(have, c.name)
		default:
			not = append(not, fmt.Sprintf("%s (Linux %s; %s): %s", c.name, c.since, cause(err), c.rulesOut))
		}
	}
	f.Found = strings.Join(have, " ")
	if len(not) > 0 {
		f.Status, f.RulesOut, f.Mend = Limited, strings.Join(not, "; "), "a newer kernel, or a wider seccomp profile around the runtime"
	}
	return f
}
