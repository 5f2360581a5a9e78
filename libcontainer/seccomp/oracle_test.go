package seccomp

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// compare checks that the tree does what the rules say, on every number that
// has a rule, on its neighbours, and on the given arguments; with library, also
// that libseccomp's program for this machine does the same. (For foreign
// architectures version 2.5.4 sometimes forgets to load the number.)
func compare(t *testing.T, p *configs.Seccomp, args [][6]uint64, library bool) {
	t.Helper()
	prof, err := parse(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range prof.archs {
		library := library && i == 0 && !a.library
		table := prof.resolve(a)
		mine := append([]unix.SockFilter{load(offNR)}, tree(table.segments(), a.narrow)...)
		var theirs []unix.SockFilter
		if library {
			body, err := prof.librarySection(table)
			if err != nil {
				t.Fatalf("%s: %v\n%+v", a.name, err, p)
			}
			theirs = append([]unix.SockFilter{load(offNR)}, body...)
		}
		for _, nr := range numbers(table) {
			for _, ar := range args {
				d := data{nr, a.token, ar}
				got := run(t, mine, d)
				if want := table.meaning(d); got != want {
					t.Fatalf("%s %#x %#x: %#x instead of %#x\n%s", a.name, nr, ar, got, want, table.rulesOf(nr))
				}
				if !library {
					continue
				}
				if want := run(t, theirs, d); got != want {
					t.Fatalf("%s %#x %#x: %#x, libseccomp says %#x\n%s", a.name, nr, ar, got, want, table.rulesOf(nr))
				}
			}
		}
	}
}

// find returns the rules for a number, nil for none.
func (t *table) find(nr uint32) *call {
	for i := range t.calls {
		if t.calls[i].nr == nr {
			return &t.calls[i]
		}
	}
	return nil
}

// meaning says what becomes of a call, slowly and plainly.
func (t *table) meaning(d data) uint32 {
	c := t.find(d.nr)
	switch {
	case c == nil && t.arch.lib == lib.ArchAMD64 && d.nr >= x32Bit && d.nr != 1<<32-1:
		return badArch
	case c == nil && t.stub && int64(d.nr) > t.newest && d.nr < t.arch.limit:
		return enosys
	case c == nil:
		return t.action
	}
	for _, alt := range c.alternatives {
		all := true
		for _, cd := range alt.conds {
			v := d.args[cd.arg]
			if t.arch.narrow {
				v = uint64(uint32(v))
			}
			all = all && cd.holds(v)
		}
		if all {
			return alt.action
		}
	}
	return c.action
}

// holds tells whether an argument of value v meets c.
func (c cond) holds(v uint64) bool {
	switch c.op {
	case lib.CompareNotEqual:
		return v != c.a
	case lib.CompareLess:
		return v < c.a
	case lib.CompareLessOrEqual:
		return v <= c.a
	case lib.CompareEqual:
		return v == c.a
	case lib.CompareGreaterEqual:
		return v >= c.a
	case lib.CompareGreater:
		return v > c.a
	}
	return v&c.a == c.b
}

func (t *table) rulesOf(nr uint32) string {
	var b strings.Builder
	if c := t.find(nr); c != nil {
		for _, a := range c.alternatives {
			fmt.Fprintf(&b, "%#x if %+v\n", a.action, a.conds)
		}
		fmt.Fprintf(&b, "else %#x", c.action)
	}
	return b.String()
}

func numbers(t *table) []uint32 {
	list := []uint32{0, 1, 400, 499, 1000, x32Bit - 1, x32Bit, x32Bit + 1, negative - 1, negative, 1<<32 - 1, uint32(t.newest), uint32(t.newest) + 1}
	for _, c := range t.calls {
		list = append(list, c.nr-1, c.nr, c.nr+1)
	}
	if t.arch.lib == lib.ArchX32 {
		// Lower numbers are of x86-64 and never come here.
		for i := range list {
			list[i] |= x32Bit
		}
	}
	return list
}

// randomProfile makes a profile; a tame one names each call once and each
// argument once in a rule. libseccomp 2.5.4 is no help with others: given "a0 <
// 1<<63" and "a0 <= 0x7e020000" it denies 1<<31, and some it never finishes.
func randomProfile(r *rand.Rand, tame bool) *configs.Seccomp {
	names := []string{"read", "write", "openat", "clone3", "socket", "socketcall", "bind", "accept", "semget", "ipc", "shmat", "semtimedop", "personality", "clone",
		"futex_waitv", "statx", "cacheflush", "set_tls", "arm_fadvise64_64", "pwritev2", "exit_group", "kexec_load", "restart_syscall", "recv", "sync_file_range2", "no_such_call"}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	acts := []string{"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG", "SCMP_ACT_TRAP", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRACE", "SCMP_ACT_KILL"}
	p := &configs.Seccomp{
		DefaultAction: acts[r.IntN(len(acts))],
		Architectures: []string{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_RISCV64"},
	}
	few := acts[:1+r.IntN(len(acts))]
	for range 1 + r.IntN(12) {
		rule := configs.SyscallRule{Action: few[r.IntN(len(few))]}
		if r.IntN(3) == 0 {
			errno := uint(r.IntN(200))
			rule.ErrnoRet = &errno
		}
		for range 1 + r.IntN(4) {
			if !tame {
				rule.Names = append(rule.Names, names[r.IntN(len(names))])
			} else if len(names) > 0 {
				rule.Names, names = append(rule.Names, names[0]), names[1:]
			}
		}
		rule.Args = randomConds(r, tame)
		p.Syscalls = append(p.Syscalls, rule)
	}
	return p
}

func randomConds(r *rand.Rand, tame bool) (args []configs.SyscallArg) {
	ops := Operators()
	for i := range max(0, r.IntN(6)-2) {
		index := uint(i)
		if !tame {
			index = uint(r.IntN(3))
		}
		args = append(args, configs.SyscallArg{
			Index: index, Op: ops[r.IntN(len(ops))], Value: randomValue(r), ValueTwo: randomValue(r),
		})
	}
	return args
}

func randomValue(r *rand.Rand) uint64 {
	v := []uint64{0, 1, 2, 5, 16, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 + 1, 5<<32 + 5, 1<<63 - 1, 1 << 63, 1<<64 - 1, 0x7e020000}
	return v[r.IntN(len(v))]
}

func randomArgs(r *rand.Rand, n int) [][6]uint64 {
	list := make([][6]uint64, n)
	for i := range list {
		for j := range list[i] {
			list[i][j] = randomValue(r)
			if r.IntN(4) == 0 {
				list[i][j] += uint64(r.IntN(3)) - 1
			}
		}
	}
	return list
}

func TestTreeMeansTheRules(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		compare(t, randomProfile(r, false), randomArgs(r, 40), false)
	}
}

func TestTreeAgreesWithLibrary(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		compare(t, randomProfile(r, true), randomArgs(r, 40), true)
	}
}

func FuzzTree(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		compare(t, randomProfile(r, false), randomArgs(r, 20), false)
		compare(t, randomProfile(r, true), randomArgs(r, 20), true)
	})
}
