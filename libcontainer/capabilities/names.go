// Package capabilities turns the names of capabilities(7) into masks, outside,
// and sets the five sets of the calling thread, inside the container.
package capabilities

import (
	"math/bits"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// names are those of linux/capability.h, the last one of Linux 5.9. A literal, for a
// table made from the library's lower-case names would cost every start.
var names = [...]string{
	unix.CAP_CHOWN:              "CAP_CHOWN",
	unix.CAP_DAC_OVERRIDE:       "CAP_DAC_OVERRIDE",
	unix.CAP_DAC_READ_SEARCH:    "CAP_DAC_READ_SEARCH",
	unix.CAP_FOWNER:             "CAP_FOWNER",
	unix.CAP_FSETID:             "CAP_FSETID",
	unix.CAP_KILL:               "CAP_KILL",
	unix.CAP_SETGID:             "CAP_SETGID",
	unix.CAP_SETUID:             "CAP_SETUID",
	unix.CAP_SETPCAP:            "CAP_SETPCAP",
	unix.CAP_LINUX_IMMUTABLE:    "CAP_LINUX_IMMUTABLE",
	unix.CAP_NET_BIND_SERVICE:   "CAP_NET_BIND_SERVICE",
	unix.CAP_NET_BROADCAST:      "CAP_NET_BROADCAST",
	unix.CAP_NET_ADMIN:          "CAP_NET_ADMIN",
	unix.CAP_NET_RAW:            "CAP_NET_RAW",
	unix.CAP_IPC_LOCK:           "CAP_IPC_LOCK",
	unix.CAP_IPC_OWNER:          "CAP_IPC_OWNER",
	unix.CAP_SYS_MODULE:         "CAP_SYS_MODULE",
	unix.CAP_SYS_RAWIO:          "CAP_SYS_RAWIO",
	unix.CAP_SYS_CHROOT:         "CAP_SYS_CHROOT",
	unix.CAP_SYS_PTRACE:         "CAP_SYS_PTRACE",
	unix.CAP_SYS_PACCT:          "CAP_SYS_PACCT",
	unix.CAP_SYS_ADMIN:          "CAP_SYS_ADMIN",
	unix.CAP_SYS_BOOT:           "CAP_SYS_BOOT",
	unix.CAP_SYS_NICE:           "CAP_SYS_NICE",
	unix.CAP_SYS_RESOURCE:       "CAP_SYS_RESOURCE",
	unix.CAP_SYS_TIME:           "CAP_SYS_TIME",
	unix.CAP_SYS_TTY_CONFIG:     "CAP_SYS_TTY_CONFIG",
	unix.CAP_MKNOD:              "CAP_MKNOD",
	unix.CAP_LEASE:              "CAP_LEASE",
	unix.CAP_AUDIT_WRITE:        "CAP_AUDIT_WRITE",
	unix.CAP_AUDIT_CONTROL:      "CAP_AUDIT_CONTROL",
	unix.CAP_SETFCAP:            "CAP_SETFCAP",
	unix.CAP_MAC_OVERRIDE:       "CAP_MAC_OVERRIDE",
	unix.CAP_MAC_ADMIN:          "CAP_MAC_ADMIN",
	unix.CAP_SYSLOG:             "CAP_SYSLOG",
	unix.CAP_WAKE_ALARM:         "CAP_WAKE_ALARM",
	unix.CAP_BLOCK_SUSPEND:      "CAP_BLOCK_SUSPEND",
	unix.CAP_AUDIT_READ:         "CAP_AUDIT_READ",
	unix.CAP_PERFMON:            "CAP_PERFMON",
	unix.CAP_BPF:                "CAP_BPF",
	unix.CAP_CHECKPOINT_RESTORE: "CAP_CHECKPOINT_RESTORE",
}

// Parse returns the mask of names, written as in config.json ("CAP_CHOWN"), and
// those that it does not know, in the order given. What the running kernel
// lacks is in the mask all the same: New drops it.
func Parse(list []string) (mask uint64, unknown []string) {
	for _, name := range list {
		if c := find(name); c >= 0 {
			mask |= 1 << c
		} else {
			unknown = append(unknown, name)
		}
	}
	return mask, unknown
}

func find(name string) int {
	for c, known := range names {
		if known == name {
			return c
		}
	}
	return -1
}

// Names returns the names of the capabilities in mask by ascending number. Bits
// without a name are left out.
func Names(mask uint64) []string {
	list := make([]string, 0, bits.OnesCount64(mask))
	for c, name := range names {
		if mask&(1<<c) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// Last returns the number of the highest capability that the running kernel
// knows. It asks prctl(2), not /proc/sys/kernel/cap_last_cap: runc exec is in
// the mount namespace of the container, whose /proc may lie, or be a FIFO that
// makes it wait for ever. The library gocapability reads that file as it is
// loaded, when package syscall has lifted the C stage's ban on opening files
// already; so it serves the tests alone (security_probe.bats would hang).
func Last() int {
	last := len(names) - 1
	for kernelHas(last + 1) {
		last++
	}
	for last > 0 && !kernelHas(last) {
		last--
	}
	return last
}

func kernelHas(c int) bool {
	_, known := sys.CapBounding(c)
	return c < 64 && known
}
