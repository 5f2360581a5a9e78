package state

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"runc/libcontainer/configs"
)

// diskSeccomp is the system call filter: actions and operators are numbers of
// runc's own, architectures are libseccomp's names, and every system call has
// an entry of its own.
type diskSeccomp struct {
	DefaultAction    int           `json:"default_action"`
	Architectures    []string      `json:"architectures,omitempty"`
	Flags            []string      `json:"flags,omitempty"`
	Syscalls         []diskSyscall `json:"syscalls,omitempty"`
	DefaultErrnoRet  *uint         `json:"default_errno_ret,omitempty"`
	ListenerPath     string        `json:"listener_path,omitempty"`
	ListenerMetadata string        `json:"listener_metadata,omitempty"`
}

type diskSyscall struct {
	Name     string    `json:"name"`
	Action   int       `json:"action"`
	ErrnoRet *uint     `json:"errnoRet,omitempty"`
	Args     []diskArg `json:"args,omitempty"`
}

type diskArg struct {
	Index    uint   `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"value_two"`
	Op       int    `json:"op"`
}

// The place in the list is the number.
var (
	seccompActions = [...]string{
		"", "KILL", "ERRNO", "TRAP", "ALLOW", "TRACE", "LOG", "NOTIFY", "KILL_THREAD", "KILL_PROCESS",
	}
	seccompOperators = [...]string{"", "EQ", "NE", "GT", "GE", "LT", "LE", "MASKED_EQ"}
)

const (
	actionPrefix   = "SCMP_ACT_"
	operatorPrefix = "SCMP_CMP_"
	archPrefix     = "SCMP_ARCH_"
)

// archNames lists the architectures whose name in config.json is not just the
// one on disk in capitals.
var archNames = [...]struct{ spec, disk string }{
	{"X86_64", "amd64"},
	{"AARCH64", "arm64"},
	{"LOONGARCH64", "loong64"},
}

func seccompToDisk(s *configs.Seccomp) (*diskSeccomp, error) {
	if s == nil {
		return nil, nil
	}
	d := &diskSeccomp{
		Architectures: mapSlice(s.Architectures, archToDisk), Flags: s.Flags,
		DefaultErrnoRet: s.DefaultErrnoRet, ListenerPath: s.ListenerPath, ListenerMetadata: s.ListenerMetadata,
	}
	var err error
	if d.DefaultAction, err = number(seccompActions[:], actionPrefix, s.DefaultAction); err != nil {
		return nil, keyError("config.seccomp.default_action", err)
	}
	for i, r := range s.Syscalls {
		if err := d.add(r); err != nil {
			return nil, keyError(fmt.Sprintf("config.seccomp.syscalls (linux.seccomp.syscalls[%d])", i), err)
		}
	}
	return d, nil
}

func (d *diskSeccomp) add(r configs.SyscallRule) error {
	action, err := number(seccompActions[:], actionPrefix, r.Action)
	if err != nil {
		return err
	}
	args := make([]diskArg, len(r.Args))
	for i, a := range r.Args {
		op, err := number(seccompOperators[:], operatorPrefix, a.Op)
		if err != nil {
			return err
		}
		args[i] = diskArg{a.Index, a.Value, a.ValueTwo, op}
	}
	d.Syscalls = slices.Grow(d.Syscalls, len(r.Names))
	for _, name := range r.Names {
		d.Syscalls = append(d.Syscalls, diskSyscall{name, action, r.ErrnoRet, args})
	}
	return nil
}

func (d *diskSeccomp) seccomp() *configs.Seccomp {
	if d == nil {
		return nil
	}
	s := &configs.Seccomp{
		DefaultAction: nameOf(seccompActions[:], actionPrefix, d.DefaultAction),
		Architectures: mapSlice(d.Architectures, archFromDisk), Flags: d.Flags,
		DefaultErrnoRet: d.DefaultErrnoRet, ListenerPath: d.ListenerPath, ListenerMetadata: d.ListenerMetadata,
	}
	for i, call := range d.Syscalls {
		if i > 0 && sameRule(call, d.Syscalls[i-1]) {
			last := &s.Syscalls[len(s.Syscalls)-1]
			last.Names = append(last.Names, call.Name)
			continue
		}
		s.Syscalls = append(s.Syscalls, configs.SyscallRule{
			Names:    []string{call.Name},
			Action:   nameOf(seccompActions[:], actionPrefix, call.Action),
			ErrnoRet: call.ErrnoRet,
			Args:     mapSlice(call.Args, diskArg.arg),
		})
	}
	return s
}

func (a diskArg) arg() configs.SyscallArg {
	return configs.SyscallArg{
		Index: a.Index, Value: a.Value, ValueTwo: a.ValueTwo,
		Op: nameOf(seccompOperators[:], operatorPrefix, a.Op),
	}
}

// sameRule tells whether two entries differ in the name of the system call
// only, so that they are one rule of config.json.
func sameRule(a, b diskSyscall) bool {
	sameErrno := a.ErrnoRet == b.ErrnoRet || a.ErrnoRet != nil && b.ErrnoRet != nil && *a.ErrnoRet == *b.ErrnoRet
	return a.Action == b.Action && sameErrno && slices.Equal(a.Args, b.Args)
}

func number(names []string, prefix, name string) (int, error) {
	short, ok := strings.CutPrefix(name, prefix)
	if i := slices.Index(names, short); ok && i > 0 {
		return i, nil
	}
	return 0, fmt.Errorf("unknown word %q", name)
}

// nameOf gives a number of a later version a name that the compiler of the
// filter refuses: a rule must not get lost, nor keep the container from being
// killed.
func nameOf(names []string, prefix string, n int) string {
	if n > 0 && n < len(names) {
		return prefix + names[n]
	}
	return prefix + strconv.Itoa(n)
}

func archToDisk(name string) string {
	short := strings.TrimPrefix(name, archPrefix)
	for _, a := range archNames {
		if a.spec == short {
			return a.disk
		}
	}
	return strings.ToLower(short)
}

func archFromDisk(name string) string {
	for _, a := range archNames {
		if a.disk == name {
			return archPrefix + a.spec
		}
	}
	return archPrefix + strings.ToUpper(name)
}
