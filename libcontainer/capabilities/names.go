// Package capabilities turns the names of capabilities(7) into masks, outside,
// and sets the five sets of the calling thread, inside the container.
package capabilities

import (
	"math/bits"

	"github.com/syndtr/gocapability/capability"

	"runc/libcontainer/sys"
)

// names are those of linux/capability.h, the last one of Linux 5.9. A literal, for a
// table made from the library's lower-case names would cost every start.
var names = [...]string{
	capability.CAP_CHOWN:              "CAP_CHOWN",
	capability.CAP_DAC_OVERRIDE:       "CAP_DAC_OVERRIDE",
	capability.CAP_DAC_READ_SEARCH:    "CAP_DAC_READ_SEARCH",
	capability.CAP_FOWNER:             "CAP_FOWNER",
	capability.CAP_FSETID:             "CAP_FSETID",
	capability.CAP_KILL:               "CAP_KILL",
	capability.CAP_SETGID:             "CAP_SETGID",
	capability.CAP_SETUID:             "CAP_SETUID",
	capability.CAP_SETPCAP:            "CAP_SETPCAP",
	capability.CAP_LINUX_IMMUTABLE:    "CAP_LINUX_IMMUTABLE",
	capability.CAP_NET_BIND_SERVICE:   "CAP_NET_BIND_SERVICE",
	capability.CAP_NET_BROADCAST:      "CAP_NET_BROADCAST",
	capability.CAP_NET_ADMIN:          "CAP_NET_ADMIN",
	capability.CAP_NET_RAW:            "CAP_NET_RAW",
	capability.CAP_IPC_LOCK:           "CAP_IPC_LOCK",
	capability.CAP_IPC_OWNER:          "CAP_IPC_OWNER",
	capability.CAP_SYS_MODULE:         "CAP_SYS_MODULE",
	capability.CAP_SYS_RAWIO:          "CAP_SYS_RAWIO",
	capability.CAP_SYS_CHROOT:         "CAP_SYS_CHROOT",
	capability.CAP_SYS_PTRACE:         "CAP_SYS_PTRACE",
	capability.CAP_SYS_PACCT:          "CAP_SYS_PACCT",
	capability.CAP_SYS_ADMIN:          "CAP_SYS_ADMIN",
	capability.CAP_SYS_BOOT:           "CAP_SYS_BOOT",
	capability.CAP_SYS_NICE:           "CAP_SYS_NICE",
	capability.CAP_SYS_RESOURCE:       "CAP_SYS_RESOURCE",
	capability.CAP_SYS_TIME:           "CAP_SYS_TIME",
	capability.CAP_SYS_TTY_CONFIG:     "CAP_SYS_TTY_CONFIG",
	capability.CAP_MKNOD:              "CAP_MKNOD",
	capability.CAP_LEASE:              "CAP_LEASE",
	capability.CAP_AUDIT_WRITE:        "CAP_AUDIT_WRITE",
	capability.CAP_AUDIT_CONTROL:      "CAP_AUDIT_CONTROL",
	capability.CAP_SETFCAP:            "CAP_SETFCAP",
	capability.CAP_MAC_OVERRIDE:       "CAP_MAC_OVERRIDE",
	capability.CAP_MAC_ADMIN:          "CAP_MAC_ADMIN",
	capability.CAP_SYSLOG:             "CAP_SYSLOG",
	capability.CAP_WAKE_ALARM:         "CAP_WAKE_ALARM",
	capability.CAP_BLOCK_SUSPEND:      "CAP_BLOCK_SUSPEND",
	capability.CAP_AUDIT_READ:         "CAP_AUDIT_READ",
	capability.CAP_PERFMON:            "CAP_PERFMON",
	capability.CAP_BPF:                "CAP_BPF",
	capability.CAP_CHECKPOINT_RESTORE: "CAP_CHECKPOINT_RESTORE",
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
// knows. It asks prctl(2), not /proc/sys/kernel/cap_last_cap as the library
// does when it is loaded: at that moment runc exec is already in the mount
// namespace of the container, whose /proc may lie, or be a FIFO that makes it
// wait. The C stage lets no file be opened then (nsexec.c), and the library does
// without.
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
