package seccomp

import (
	"slices"
	"testing"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// engineProfile is like those of Docker and Podman: EPERM unless named, most
// calls without conditions, three architectures.
func engineProfile(t testing.TB) *configs.Seccomp {
	t.Helper()
	denied := []string{
		"acct", "add_key", "bpf", "clone", "clone3", "create_module", "delete_module", "finit_module", "init_module", "ioperm", "iopl", "kcmp",
		"kexec_file_load", "kexec_load", "keyctl", "mount", "move_mount", "nfsservctl", "open_by_handle_at", "perf_event_open", "personality",
		"pivot_root", "quotactl", "reboot", "request_key", "setns", "socket", "swapoff", "swapon", "sysfs", "umount2", "unshare", "uselib", "userfaultfd", "vm86",
	}
	var allowed []string
	for nr := range 440 {
		name, err := lib.ScmpSyscall(nr).GetNameByArch(lib.ArchAMD64)
		if err == nil && !slices.Contains(denied, name) {
			allowed = append(allowed, name)
		}
	}
	if len(allowed) < 300 {
		t.Fatalf("libseccomp knows %d calls only", len(allowed))
	}
	one, nosys := uint(1), uint(unix.ENOSYS)
	personality := func(value uint64) configs.SyscallRule {
		return configs.SyscallRule{Names: []string{"personality"}, Action: "SCMP_ACT_ALLOW", Args: []configs.SyscallArg{{Index: 0, Value: value, Op: "SCMP_CMP_EQ"}}}
	}
	return &configs.Seccomp{
		DefaultAction:   "SCMP_ACT_ERRNO",
		DefaultErrnoRet: &one,
		Architectures:   []string{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"},
		Syscalls: []configs.SyscallRule{
			{Names: append(allowed, "socketcall", "ipc", "waitpid", "mmap2", "stat64", "clock_gettime64", "futex_time64"), Action: "SCMP_ACT_ALLOW"},
			{Names: []string{"socket"}, Action: "SCMP_ACT_ALLOW", Args: []configs.SyscallArg{{Index: 0, Value: unix.AF_VSOCK, Op: "SCMP_CMP_NE"}}},
			personality(0), personality(8), personality(0x20000), personality(0x20008), personality(0xffffffff),
			{Names: []string{"clone"}, Action: "SCMP_ACT_ALLOW", Args: []configs.SyscallArg{{Index: 0, Value: 2114060288, Op: "SCMP_CMP_MASKED_EQ"}}},
			{Names: []string{"clone3"}, Action: "SCMP_ACT_ERRNO", ErrnoRet: &nosys},
		},
	}
}

// libraryProgram has libseccomp write the whole filter, as runc does.
func libraryProgram(t testing.TB, prof *profile) []unix.SockFilter {
	t.Helper()
	filter, err := lib.NewFilter(toLib(prof.action))
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Release()
	for _, a := range prof.archs[1:] {
		if err := filter.AddArch(a.lib); err != nil {
			t.Fatal(err)
		}
	}
	for i := range prof.rules {
		if err := prof.addToLibrary(filter, &prof.rules[i]); err != nil {
			t.Fatal(err)
		}
	}
	program, err := export(filter)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func TestEngineProfileAgreesWithLibrary(t *testing.T) {
	p := engineProfile(t)
	prof, err := parse(p)
	if err != nil {
		t.Fatal(err)
	}
	if native := prof.archs[0].name; native != "SCMP_ARCH_X86_64" {
		t.Skip("the profile is for x86-64, this is ", native)
	}
	f, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := decode(f.Program), libraryProgram(t, prof)
	const newest = 439
	for _, token := range []uint32{unix.AUDIT_ARCH_X86_64, unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_AARCH64} {
		for _, base := range []uint32{0, x32Bit, negative, 1<<32 - 1000} {
			for nr := base; nr-base < 1000; nr++ {
				for _, arg := range []uint64{0, 1, 8, 9, unix.AF_VSOCK, 0x20008, 1<<32 - 1, 1<<64 - 1, unix.CLONE_NEWUSER, unix.CLONE_VM, 1 << 32} {
					d := data{nr, token, [6]uint64{arg}}
					got, want := run(t, mine, d), run(t, theirs, d)
					newer := nr > newest && (token != unix.AUDIT_ARCH_X86_64 || nr-x32Bit > newest)
					if got == want || newer && got == enosys && want == prof.action {
						continue
					}
					t.Fatalf("token %#x call %#x(%#x): %#x, libseccomp says %#x", token, nr, arg, got, want)
				}
			}
		}
	}
	t.Logf("%d instructions, libseccomp makes %d", len(mine), len(theirs))
}

func BenchmarkCompile(b *testing.B) {
	p := engineProfile(b)
	for b.Loop() {
		if _, err := Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLibrary is what runc does.
func BenchmarkLibrary(b *testing.B) {
	prof, err := parse(engineProfile(b))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		libraryProgram(b, prof)
	}
}
