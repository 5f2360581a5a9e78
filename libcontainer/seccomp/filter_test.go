package seccomp

import (
	"slices"
	"strings"
	"testing"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func errno(n uint) *uint { return &n }

// native returns the token of this machine and the numbers of calls on it.
func native(t testing.TB) (token uint32, nr func(name string) uint32) {
	t.Helper()
	archs, err := findArchs(nil)
	if err != nil || len(archs) != 1 {
		t.Fatalf("%v, %v", archs, err)
	}
	return archs[0].token, func(name string) uint32 {
		n, ok := archs[0].number(name)
		if !ok || n < 0 {
			t.Fatalf("%s has number %d here", name, n)
		}
		return uint32(n)
	}
}

func TestEveryActionAndData(t *testing.T) {
	token, nr := native(t)
	for name, c := range map[string]struct {
		ret  *uint
		want uint32
	}{
		"SCMP_ACT_ALLOW":        {nil, unix.SECCOMP_RET_ALLOW},
		"SCMP_ACT_ERRNO":        {nil, unix.SECCOMP_RET_ERRNO | 1},
		"SCMP_ACT_KILL":         {errno(7), unix.SECCOMP_RET_KILL_THREAD},
		"SCMP_ACT_KILL_THREAD":  {nil, unix.SECCOMP_RET_KILL_THREAD},
		"SCMP_ACT_KILL_PROCESS": {nil, unix.SECCOMP_RET_KILL_PROCESS},
		"SCMP_ACT_LOG":          {nil, unix.SECCOMP_RET_LOG},
		"SCMP_ACT_NOTIFY":       {nil, unix.SECCOMP_RET_USER_NOTIF},
		"SCMP_ACT_TRACE":        {errno(99), unix.SECCOMP_RET_TRACE | 99},
		"SCMP_ACT_TRAP":         {nil, unix.SECCOMP_RET_TRAP},
	} {
		f, err := Compile(&configs.Seccomp{
			DefaultAction: "SCMP_ACT_ERRNO", DefaultErrnoRet: errno(13),
			Syscalls: []configs.SyscallRule{{Names: []string{"getcwd"}, Action: name, ErrnoRet: c.ret}},
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := runFilter(t, f, data{nr: nr("getcwd"), arch: token}); got != c.want {
			t.Errorf("%s: %#x, want %#x", name, got, c.want)
		}
		if got := runFilter(t, f, data{nr: nr("chdir"), arch: token}); got != unix.SECCOMP_RET_ERRNO|13 && got != enosys {
			t.Errorf("%s: the default action is %#x", name, got)
		}
		if notify := name == "SCMP_ACT_NOTIFY"; f.Notify != notify || (f.Flags&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER != 0) != notify {
			t.Errorf("%s: notify %t, flags %#x", name, f.Notify, f.Flags)
		}
	}
	if got := Actions(); len(got) != 9 || !slices.IsSorted(got) {
		t.Errorf("actions %v", got)
	}
}

// TestNewerThanTheProfile is users.md B31.
func TestNewerThanTheProfile(t *testing.T) {
	token, nr := native(t)
	profile := func(action string, ret *uint, names ...string) *configs.Seccomp {
		return &configs.Seccomp{
			DefaultAction: action, DefaultErrnoRet: ret,
			Syscalls: []configs.SyscallRule{{Names: append(names, "read"), Action: "SCMP_ACT_ALLOW"}, {Names: []string{"chdir"}, Action: action, ErrnoRet: ret}},
		}
	}
	eperm := uint32(unix.SECCOMP_RET_ERRNO | 1)
	for _, c := range []struct {
		p    *configs.Seccomp
		call string
		want uint32
	}{
		{profile("SCMP_ACT_ERRNO", nil, "openat2"), "openat2", unix.SECCOMP_RET_ALLOW},
		{profile("SCMP_ACT_ERRNO", nil, "openat2"), "pidfd_getfd", enosys}, // the next one
		{profile("SCMP_ACT_ERRNO", nil, "openat2"), "statx", eperm},        // an older one
		{profile("SCMP_ACT_ERRNO", errno(1), "openat2"), "faccessat2", enosys},
		{profile("SCMP_ACT_KILL_PROCESS", nil, "openat2"), "faccessat2", enosys},
		{profile("SCMP_ACT_KILL", nil, "openat2"), "faccessat2", enosys},
		{profile("SCMP_ACT_TRAP", nil, "openat2"), "faccessat2", enosys},
		{profile("SCMP_ACT_LOG", nil, "openat2"), "faccessat2", unix.SECCOMP_RET_LOG},
		{profile("SCMP_ACT_TRACE", nil, "openat2"), "faccessat2", unix.SECCOMP_RET_TRACE | 1},
		{profile("SCMP_ACT_ALLOW", nil, "openat2"), "faccessat2", unix.SECCOMP_RET_ALLOW},
		// Younger than the libseccomp of Debian 12.
		{profile("SCMP_ACT_ERRNO", nil, "mseal"), "mseal", unix.SECCOMP_RET_ALLOW},
		{profile("SCMP_ACT_ERRNO", nil, "mseal"), "statmount", eperm},
		{profile("SCMP_ACT_ERRNO", nil, "mseal"), "listns", enosys},
	} {
		f, err := Compile(c.p)
		if err != nil {
			t.Fatal(err)
		}
		if got := runFilter(t, f, data{nr: nr(c.call), arch: token}); got != c.want {
			t.Errorf("default %s, newest %s: %s gets %#x, want %#x", c.p.DefaultAction, c.p.Syscalls[0].Names[0], c.call, got, c.want)
		}
	}
}

// TestCommonNumbers keeps the table of new calls honest by the numbers that
// libseccomp knows.
func TestCommonNumbers(t *testing.T) {
	for i, name := range common {
		nr, err := lib.GetSyscallFromNameByArch(name, lib.ArchARM64)
		if err == nil && int(nr) != firstCommon+i {
			t.Errorf("%s is %d, not %d", name, nr, firstCommon+i)
		}
	}
	if got := firstCommon + slices.Index(common, "rseq_slice_yield"); got != unix.SYS_RSEQ_SLICE_YIELD {
		t.Errorf("the last one is %d, not %d", got, unix.SYS_RSEQ_SLICE_YIELD)
	}
}

func TestMistakes(t *testing.T) {
	rule := func(r configs.SyscallRule) *configs.Seccomp {
		return &configs.Seccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []configs.SyscallRule{{Names: []string{"read"}, Action: "SCMP_ACT_TRAP"}, r}}
	}
	arg := func(a configs.SyscallArg) *configs.Seccomp {
		return rule(configs.SyscallRule{Names: []string{"read"}, Action: "SCMP_ACT_TRAP", Args: []configs.SyscallArg{a}})
	}
	for want, p := range map[string]*configs.Seccomp{
		`linux.seccomp.defaultAction: unknown action ""`:                                                  {},
		`linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action`:                   {DefaultAction: "SCMP_ACT_NOTIFY"},
		`linux.seccomp.defaultAction: errnoRet 65536: above 65535`:                                        {DefaultAction: "SCMP_ACT_ERRNO", DefaultErrnoRet: errno(65536)},
		`linux.seccomp.architectures[1]: unknown architecture "x86"`:                                      {DefaultAction: "SCMP_ACT_ALLOW", Architectures: []string{"SCMP_ARCH_X86", "x86"}},
		`linux.seccomp.flags[0]: unknown flag "LOG"`:                                                      {DefaultAction: "SCMP_ACT_ALLOW", Flags: []string{"LOG"}},
		`linux.seccomp.syscalls[1]: unknown action "ALLOW"`:                                               rule(configs.SyscallRule{Names: []string{"read"}, Action: "ALLOW"}),
		`linux.seccomp.syscalls[1]: names: empty string is not a valid syscall`:                           rule(configs.SyscallRule{Names: []string{""}, Action: "SCMP_ACT_ALLOW"}),
		`linux.seccomp.syscalls[1]: SCMP_ACT_NOTIFY cannot be used for the write syscall`:                 rule(configs.SyscallRule{Names: []string{"write"}, Action: "SCMP_ACT_NOTIFY"}),
		`linux.seccomp.syscalls[1]: args[0].op: unknown operator "=="`:                                    arg(configs.SyscallArg{Op: "=="}),
		`linux.seccomp.syscalls[1]: args[0].index: 6: a system call has arguments 0 to 5`:                 arg(configs.SyscallArg{Op: "SCMP_CMP_EQ", Index: 6}),
		`linux.seccomp: the filter has 7014 instructions, the kernel takes 4096; use fewer rules or arch`: huge(),
	} {
		f, err := Compile(p)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %+v, error\n%v\nwant\n%s", p, f, err, want)
		}
	}
}

// huge is too much for the kernel.
func huge() *configs.Seccomp {
	p := &configs.Seccomp{DefaultAction: "SCMP_ACT_ALLOW"}
	for i := range uint64(700) {
		p.Syscalls = append(p.Syscalls, configs.SyscallRule{Names: []string{"read"}, Action: "SCMP_ACT_TRAP", Args: []configs.SyscallArg{
			{Index: 0, Value: i, Op: "SCMP_CMP_EQ"}, {Index: 1, Value: i, Op: "SCMP_CMP_LT"},
		}})
	}
	return p
}

func TestFlags(t *testing.T) {
	base := configs.Seccomp{DefaultAction: "SCMP_ACT_ALLOW"}
	listener := configs.Seccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []configs.SyscallRule{{Names: []string{"chdir"}, Action: "SCMP_ACT_NOTIFY"}}}
	const wait = unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	for _, c := range []struct {
		p    configs.Seccomp
		list []string
		want uint32
	}{
		{base, nil, 0},
		{base, []string{"SECCOMP_FILTER_FLAG_SPEC_ALLOW"}, unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW},
		{base, []string{"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"}, unix.SECCOMP_FILTER_FLAG_LOG},
		{base, []string{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}, 0},
		{listener, []string{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}, wait | unix.SECCOMP_FILTER_FLAG_NEW_LISTENER},
	} {
		if !flagKnown(c.want&^unix.SECCOMP_FILTER_FLAG_NEW_LISTENER) && c.want != 0 {
			continue // an old kernel
		}
		c.p.Flags = c.list
		f, err := Compile(&c.p)
		if err != nil || f.Flags != c.want {
			t.Errorf("%q: flags %#x, %v; want %#x", c.list, f.Flags, err, c.want)
		}
	}
	if flagKnown(1 << 30) {
		t.Error("the kernel is said to know a flag that it cannot know")
	}
}

func TestAsync(t *testing.T) {
	if f, err := (Cache{}).CompileAsync(nil).Wait(); f != nil || err != nil {
		t.Errorf("nil gives %v, %v", f, err)
	}
	if _, err := (Cache{}).CompileAsync(&configs.Seccomp{DefaultAction: "x"}).Wait(); err == nil {
		t.Error("no error for an unknown action")
	}
	p := &configs.Seccomp{DefaultAction: "SCMP_ACT_ALLOW"}
	want, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := (Cache{}).CompileAsync(p).Wait(); err != nil || !slices.Equal(got.Program, want.Program) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

func TestEveryArchitectureCompiles(t *testing.T) {
	p := &configs.Seccomp{DefaultAction: "SCMP_ACT_ERRNO", Architectures: Archs(), Syscalls: []configs.SyscallRule{{Names: []string{"read", "socket"}, Action: "SCMP_ACT_ALLOW"}}}
	if len(p.Architectures) < 15 {
		t.Fatalf("libseccomp knows %v only", p.Architectures)
	}
	f, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Architectures {
		a, _ := findArch(name)
		nr, _ := a.number("read")
		if a.library {
			continue // of the other byte order, or another machine's
		}
		if got := runFilter(t, f, data{nr: uint32(nr), arch: a.token}); got != unix.SECCOMP_RET_ALLOW {
			t.Errorf("%s: read gets %#x", name, got)
		}
		if got := runFilter(t, f, data{nr: a.first + 900, arch: a.token}); got != enosys {
			t.Errorf("%s: an unknown call gets %#x", name, got)
		}
	}
}
