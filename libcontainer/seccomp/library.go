package seccomp

import (
	"encoding/binary"
	"errors"
	"fmt"

	lib "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// librarySection has libseccomp write the section for t.arch; the ENOSYS of the
// table comes before it. One filter for each architecture: with several in
// one, libseccomp 2.5 takes time by the square of the rules.
func (p *profile) librarySection(t *table) ([]unix.SockFilter, error) {
	filter, err := lib.NewFilter(toLib(p.action))
	if err != nil {
		return nil, fmt.Errorf("linux.seccomp: %w", err)
	}
	defer filter.Release()
	switch err := onlyArch(filter, t.arch); {
	case errors.Is(err, unix.EDOM):
		// Of the other byte order: its calls cannot come up on this machine.
		return []unix.SockFilter{ret(badArch)}, nil
	case err != nil:
		return nil, fmt.Errorf("linux.seccomp.architectures: %s: %w", t.arch.name, err)
	}
	for i := range p.rules {
		if err := p.addToLibrary(filter, &p.rules[i]); err != nil {
			return nil, fmt.Errorf("linux.seccomp.syscalls[%d]: %s: %w", p.rules[i].index, p.rules[i].name, err)
		}
	}
	program, err := export(filter)
	if err != nil {
		return nil, fmt.Errorf("linux.seccomp: %w", err)
	}
	if !t.stub {
		return program, nil
	}
	return append([]unix.SockFilter{
		jumpIf(unix.BPF_JGT, uint32(t.newest), 0, 2),
		jumpIf(unix.BPF_JGE, t.arch.limit, 1, 0),
		ret(enosys),
	}, program...), nil
}

// onlyArch makes a the one architecture of filter.
func onlyArch(filter *lib.ScmpFilter, a arch) error {
	native, err := lib.GetNativeArch()
	if err != nil || native == a.lib {
		return err
	}
	if err := filter.AddArch(a.lib); err != nil {
		return err
	}
	return filter.RemoveArch(native)
}

// addToLibrary adds r, by the number that this machine has for the call: the
// library translates it. A call that the library does not know is left out.
func (p *profile) addToLibrary(filter *lib.ScmpFilter, r *rule) error {
	nr, err := lib.GetSyscallFromName(r.name)
	if err != nil || r.action == p.action {
		return nil
	}
	conds := make([]lib.ScmpCondition, len(r.conds))
	for i, c := range r.conds {
		conds[i] = lib.ScmpCondition{Argument: c.arg, Op: c.op, Operand1: c.a, Operand2: c.b}
	}
	return filter.AddRuleConditional(nr, toLib(r.action), conds)
}

// toLib returns a kernel's action in libseccomp's words.
func toLib(action uint32) lib.ScmpAction {
	data := int16(action & unix.SECCOMP_RET_DATA)
	switch action & unix.SECCOMP_RET_ACTION_FULL {
	case unix.SECCOMP_RET_KILL_PROCESS:
		return lib.ActKillProcess
	case unix.SECCOMP_RET_KILL_THREAD:
		return lib.ActKillThread
	case unix.SECCOMP_RET_TRAP:
		return lib.ActTrap
	case unix.SECCOMP_RET_ERRNO:
		return lib.ActErrno.SetReturnCode(data)
	case unix.SECCOMP_RET_USER_NOTIF:
		return lib.ActNotify
	case unix.SECCOMP_RET_TRACE:
		return lib.ActTrace.SetReturnCode(data)
	case unix.SECCOMP_RET_LOG:
		return lib.ActLog
	}
	return lib.ActAllow
}

// export returns the program of filter. libseccomp before 2.6 writes it to
// descriptors only.
func export(filter *lib.ScmpFilter) ([]unix.SockFilter, error) {
	f, err := sys.Memfd("seccomp")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := filter.ExportBPF(f); err != nil {
		return nil, err
	}
	data := make([]byte, 8*maxInstructions+8)
	n, err := f.ReadAt(data, 0)
	if n == 0 {
		return nil, err
	}
	return decode(data[:n]), nil
}

// decode is the reverse of encode.
func decode(data []byte) []unix.SockFilter {
	var program []unix.SockFilter
	for ; len(data) >= 8; data = data[8:] {
		program = append(program, unix.SockFilter{
			Code: binary.NativeEndian.Uint16(data), Jt: data[2], Jf: data[3], K: binary.NativeEndian.Uint32(data[4:]),
		})
	}
	return program
}
