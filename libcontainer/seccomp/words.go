package seccomp

import (
	"fmt"
	"slices"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// word pairs a name of the OCI runtime spec with its number in the kernel.
type word[N any] struct {
	name  string
	value N
}

// find returns the number of name.
func find[N any](words []word[N], name string) (value N, ok bool) {
	for _, w := range words {
		if w.name == name {
			return w.value, true
		}
	}
	return value, false
}

func namesOf[N any](words []word[N]) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.name
	}
	slices.Sort(list)
	return list
}

// actions, operators and flags are data of the binary; nothing is made at load.
var actions = []word[uint32]{
	{"SCMP_ACT_ALLOW", unix.SECCOMP_RET_ALLOW},
	{"SCMP_ACT_ERRNO", unix.SECCOMP_RET_ERRNO},
	{"SCMP_ACT_KILL", unix.SECCOMP_RET_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", unix.SECCOMP_RET_KILL_PROCESS},
	{"SCMP_ACT_KILL_THREAD", unix.SECCOMP_RET_KILL_THREAD},
	{"SCMP_ACT_LOG", unix.SECCOMP_RET_LOG},
	{"SCMP_ACT_NOTIFY", unix.SECCOMP_RET_USER_NOTIF},
	{"SCMP_ACT_TRACE", unix.SECCOMP_RET_TRACE},
	{"SCMP_ACT_TRAP", unix.SECCOMP_RET_TRAP},
}

var operators = []word[lib.ScmpCompareOp]{
	{"SCMP_CMP_EQ", lib.CompareEqual},
	{"SCMP_CMP_GE", lib.CompareGreaterEqual},
	{"SCMP_CMP_GT", lib.CompareGreater},
	{"SCMP_CMP_LE", lib.CompareLessOrEqual},
	{"SCMP_CMP_LT", lib.CompareLess},
	{"SCMP_CMP_MASKED_EQ", lib.CompareMaskedEqual},
	{"SCMP_CMP_NE", lib.CompareNotEqual},
}

var flags = []word[uint32]{
	{"SECCOMP_FILTER_FLAG_LOG", unix.SECCOMP_FILTER_FLAG_LOG},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW},
	{"SECCOMP_FILTER_FLAG_TSYNC", unix.SECCOMP_FILTER_FLAG_TSYNC},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
}

// flagKnown tells whether the kernel knows a flag. The last one is refused
// without a listener.
func flagKnown(flag uint32) bool {
	if flag == unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV {
		flag |= unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
	}
	return sys.SeccompFlagsKnown(flag)
}

// Actions, Operators, Archs and Flags list what Compile understands, sorted, in
// the words of the OCI runtime spec.
func Actions() []string { return namesOf(actions) }

// Operators lists the comparisons of arguments.
func Operators() []string { return namesOf(operators) }

// Flags lists the flags, whether this kernel knows them or not.
func Flags() []string { return namesOf(flags) }

// SupportedFlags lists the flags that this kernel knows.
func SupportedFlags() []string {
	known := slices.DeleteFunc(slices.Clone(flags), func(f word[uint32]) bool { return !flagKnown(f.value) })
	return namesOf(known)
}

// Archs lists the architectures that libseccomp knows.
func Archs() []string {
	var list []string
	for _, a := range allArchs {
		if a.known() {
			list = append(list, a.name)
		}
	}
	slices.Sort(list)
	return list
}

// LibraryVersion returns the version of libseccomp, "2.5.4".
func LibraryVersion() string {
	major, minor, micro := lib.GetLibraryVersion()
	return fmt.Sprintf("%d.%d.%d", major, minor, micro)
}
