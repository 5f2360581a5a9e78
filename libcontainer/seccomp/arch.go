package seccomp

import (
	"fmt"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

// arch is an architecture as a filter sees it.
type arch struct {
	// name is that of the OCI runtime spec, lib the number in libseccomp's Go
	// binding.
	name string
	lib  lib.ScmpArch
	// token is AUDIT_ARCH_*, which the kernel puts into struct seccomp_data.
	token uint32
	// first is the number of the first system call.
	first uint32
	// limit is where the numbers that ENOSYS may be said of end; above are
	// private calls of the architecture, x32, and -1.
	limit uint32
	// narrow says that only the low half of an argument is compared, as
	// libseccomp does where registers have 32 bits.
	narrow bool
	// library says that libseccomp writes the section: the architecture is big
	// endian, or hides several calls behind socketcall(2) and ipc(2) in a way
	// of its own.
	library bool
}

const (
	// x32Bit marks the calls of x32 (__X32_SYSCALL_BIT).
	x32Bit = 0x40000000
	// armPrivate is where the private calls of ARM begin (__ARM_NR_BASE).
	armPrivate = 0x0f0000
	// negative is where numbers below zero begin.
	negative = 0x80000000
)

var allArchs = []arch{
	{"SCMP_ARCH_X86_64", lib.ArchAMD64, unix.AUDIT_ARCH_X86_64, 0, x32Bit, false, false},
	{"SCMP_ARCH_X32", lib.ArchX32, unix.AUDIT_ARCH_X86_64, x32Bit, negative, true, false},
	{"SCMP_ARCH_X86", lib.ArchX86, unix.AUDIT_ARCH_I386, 0, negative, true, false},
	{"SCMP_ARCH_AARCH64", lib.ArchARM64, unix.AUDIT_ARCH_AARCH64, 0, negative, false, false},
	{"SCMP_ARCH_ARM", lib.ArchARM, unix.AUDIT_ARCH_ARM, 0, armPrivate, true, false},
	{"SCMP_ARCH_RISCV64", lib.ArchRISCV64, unix.AUDIT_ARCH_RISCV64, 0, negative, false, false},
	{"SCMP_ARCH_LOONGARCH64", lib.ArchLOONGARCH64, unix.AUDIT_ARCH_LOONGARCH64, 0, negative, false, false},
	{"SCMP_ARCH_MIPS", lib.ArchMIPS, unix.AUDIT_ARCH_MIPS, 4000, negative, true, true},
	{"SCMP_ARCH_MIPS64", lib.ArchMIPS64, unix.AUDIT_ARCH_MIPS64, 5000, negative, false, true},
	{"SCMP_ARCH_MIPS64N32", lib.ArchMIPS64N32, unix.AUDIT_ARCH_MIPS64N32, 6000, negative, true, true},
	{"SCMP_ARCH_MIPSEL", lib.ArchMIPSEL, unix.AUDIT_ARCH_MIPSEL, 4000, negative, true, true},
	{"SCMP_ARCH_MIPSEL64", lib.ArchMIPSEL64, unix.AUDIT_ARCH_MIPSEL64, 5000, negative, false, true},
	{"SCMP_ARCH_MIPSEL64N32", lib.ArchMIPSEL64N32, unix.AUDIT_ARCH_MIPSEL64N32, 6000, negative, true, true},
	{"SCMP_ARCH_PPC", lib.ArchPPC, unix.AUDIT_ARCH_PPC, 0, negative, true, true},
	{"SCMP_ARCH_PPC64", lib.ArchPPC64, unix.AUDIT_ARCH_PPC64, 0, negative, false, true},
	{"SCMP_ARCH_PPC64LE", lib.ArchPPC64LE, unix.AUDIT_ARCH_PPC64LE, 0, negative, false, true},
	{"SCMP_ARCH_S390", lib.ArchS390, unix.AUDIT_ARCH_S390, 0, negative, true, true},
	{"SCMP_ARCH_S390X", lib.ArchS390X, unix.AUDIT_ARCH_S390X, 0, negative, false, true},
	{"SCMP_ARCH_PARISC", lib.ArchPARISC, unix.AUDIT_ARCH_PARISC, 0, negative, true, true},
	{"SCMP_ARCH_PARISC64", lib.ArchPARISC64, unix.AUDIT_ARCH_PARISC64, 0, negative, false, true},
	{"SCMP_ARCH_M68K", lib.ArchM68K, unix.AUDIT_ARCH_M68K, 0, negative, true, true},
	{"SCMP_ARCH_SH", lib.ArchSH, unix.AUDIT_ARCH_SHEL, 0, negative, true, true},
	{"SCMP_ARCH_SHEB", lib.ArchSHEB, unix.AUDIT_ARCH_SH, 0, negative, true, true},
}

// known tells whether the libseccomp at hand has numbers for a.
func (a arch) known() bool {
	_, err := lib.GetSyscallFromNameByArch("read", a.lib)
	return err == nil
}

// number returns the number of a system call on a. It is below zero for a call
// that libseccomp knows from other architectures only; ok is false for one that
// nobody knows.
func (a arch) number(name string) (nr int32, ok bool) {
	if n, err := lib.GetSyscallFromNameByArch(name, a.lib); err == nil {
		return int32(n), true
	}
	n, ok := newer(name, a)
	return int32(a.first + n), ok
}

// findArchs returns this machine's architecture and those named, each once.
// libseccomp, and so every profile, takes the first for granted.
func findArchs(names []string) ([]arch, error) {
	native, err := lib.GetNativeArch()
	if err != nil {
		return nil, fmt.Errorf("linux.seccomp: %w", err)
	}
	var archs []arch
	for _, a := range allArchs {
		if a.lib == native {
			archs = append(archs, a)
		}
	}
	for i, name := range names {
		a, err := findArch(name)
		if err != nil {
			return nil, fmt.Errorf("linux.seccomp.architectures[%d]: %w", i, err)
		}
		archs = appendOnce(archs, a)
	}
	return archs, nil
}

func findArch(name string) (arch, error) {
	for _, a := range allArchs {
		switch {
		case a.name != name:
		case !a.known():
			return arch{}, fmt.Errorf("%s is not known to libseccomp %s", name, LibraryVersion())
		default:
			return a, nil
		}
	}
	return arch{}, fmt.Errorf("unknown architecture %q", name)
}

func appendOnce(archs []arch, a arch) []arch {
	for _, have := range archs {
		if have.lib == a.lib {
			return archs
		}
	}
	return append(archs, a)
}

// byToken groups architectures by what the kernel tells them apart with; x86-64
// comes before x32 and is there whenever x32 is.
func byToken(archs []arch) [][]arch {
	var groups [][]arch
	for _, a := range archs {
		if i := indexToken(groups, a.token); i >= 0 {
			groups[i] = append(groups[i], a)
		} else {
			groups = append(groups, []arch{a})
		}
	}
	return groups
}

func indexToken(groups [][]arch, token uint32) int {
	for i, g := range groups {
		if g[0].token == token {
			return i
		}
	}
	return -1
}
