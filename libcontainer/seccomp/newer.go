package seccomp

import lib "github.com/seccomp/libseccomp-golang"

// firstCommon is the first number that means the same on all architectures.
const firstCommon = 424

// newer returns the number of a system call that may be younger than
// libseccomp, counted from a.first. The kernel gives all architectures the same
// numbers from 424 on.
func newer(name string, a arch) (nr uint32, ok bool) {
	for i, n := range common {
		if n == name {
			return uint32(firstCommon + i), true
		}
	}
	if a.lib == lib.ArchAMD64 {
		switch name {
		case "uretprobe":
			return 335, true
		case "uprobe":
			return 336, true
		}
	}
	return 0, false
}

// common lists the system calls by number up to Linux 7.0.
var common = []string{
	"pidfd_send_signal", "io_uring_setup", "io_uring_enter", "io_uring_register", // 424
	"open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "pidfd_open", "clone3", // 428
	"close_range", "openat2", "pidfd_getfd", "faccessat2", "process_madvise", "epoll_pwait2", // 436
	"mount_setattr", "quotactl_fd", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", // 442
	"memfd_secret", "process_mrelease", "futex_waitv", "set_mempolicy_home_node", "cachestat", "fchmodat2", // 447
	"map_shadow_stack", "futex_wake", "futex_wait", "futex_requeue", "statmount", "listmount", // 453
	"lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal", "setxattrat", "getxattrat", // 459
	"listxattrat", "removexattrat", "open_tree_attr", "file_getattr", "file_setattr", "listns", "rseq_slice_yield", // 465
}
