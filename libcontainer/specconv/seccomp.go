package specconv

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

// The names of config-linux.md, Seccomp. Which of them the kernel and
// libseccomp know is for package seccomp.
var (
	seccompActions = []string{
		"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
		"SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
	}
	seccompOperators = []string{
		"SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE",
	}
	seccompArchs = []string{
		"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64",
		"SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC",
		"SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390",
		"SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64",
	}
	seccompFlags = []string{
		"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	}
)

// convertSeccomp copies the filter. One without a default action and without
// rules is none, as callers write it who mean to switch it off.
func convertSeccomp(spec *specs.Spec, c *configs.Config) error {
	s := linux(spec).Seccomp
	if s == nil || s.DefaultAction == "" && len(s.Syscalls) == 0 {
		return nil
	}
	if err := checkSeccomp(s); err != nil {
		return fmt.Errorf("linux.seccomp.%w", err)
	}
	c.Seccomp = &configs.Seccomp{
		DefaultAction:    string(s.DefaultAction),
		DefaultErrnoRet:  s.DefaultErrnoRet,
		Architectures:    stringsOf(s.Architectures),
		Flags:            flagsOf(s.Flags),
		ListenerPath:     s.ListenerPath,
		ListenerMetadata: s.ListenerMetadata,
		Syscalls:         make([]configs.SyscallRule, len(s.Syscalls)),
	}
	for i := range s.Syscalls {
		rule := &s.Syscalls[i]
		c.Seccomp.Syscalls[i] = configs.SyscallRule{Names: rule.Names, Action: string(rule.Action), ErrnoRet: rule.ErrnoRet, Args: seccompArgs(rule.Args)}
	}
	return nil
}

func seccompArgs(from []specs.LinuxSeccompArg) []configs.SyscallArg {
	var list []configs.SyscallArg
	for _, a := range from {
		list = append(list, configs.SyscallArg{Index: a.Index, Value: a.Value, ValueTwo: a.ValueTwo, Op: string(a.Op)})
	}
	return list
}

func stringsOf[T ~string](list []T) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// flagsOf returns the flags of a filter. Where the bundle says nothing, which is
// not the same as an empty list, it is SPEC_ALLOW, as runc does: the slow
// mitigation of speculative store bypass is of little use here.
func flagsOf(list []specs.LinuxSeccompFlag) []string {
	if list == nil {
		return []string{string(specs.LinuxSeccompFlagSpecAllow)}
	}
	return stringsOf(list)
}

func checkSeccomp(s *specs.LinuxSeccomp) error {
	if err := checkName("defaultAction", "action", string(s.DefaultAction), seccompActions); err != nil {
		return err
	}
	for i, arch := range s.Architectures {
		if err := checkName(fmt.Sprintf("architectures[%d]", i), "architecture", string(arch), seccompArchs); err != nil {
			return err
		}
	}
	for i, flag := range s.Flags {
		if err := checkName(fmt.Sprintf("flags[%d]", i), "flag", string(flag), seccompFlags); err != nil {
			return err
		}
	}
	for i := range s.Syscalls {
		if err := checkSyscall(&s.Syscalls[i]); err != nil {
			return fmt.Errorf("syscalls[%d].%w", i, err)
		}
		if s.Syscalls[i].Action == specs.ActNotify && s.ListenerPath == "" {
			return fmt.Errorf("syscalls[%d].action: SCMP_ACT_NOTIFY: seccomp listenerPath is not set; set linux.seccomp.listenerPath to the socket of an agent", i)
		}
	}
	return nil
}

// checkSyscall makes no string but for an error: profiles have hundreds of
// rules.
func checkSyscall(rule *specs.LinuxSyscall) error {
	if err := checkName("action", "action", string(rule.Action), seccompActions); err != nil {
		return err
	}
	if len(rule.Names) == 0 {
		return fmt.Errorf("names: empty; a rule needs at least one system call")
	}
	for i, arg := range rule.Args {
		if err := checkName("op", "operator", string(arg.Op), seccompOperators); err != nil {
			return fmt.Errorf("args[%d].%w", i, err)
		}
		if arg.Index > 5 {
			return fmt.Errorf("args[%d].index: %d is not from 0 to 5", i, arg.Index)
		}
	}
	return nil
}
