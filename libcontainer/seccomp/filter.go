// Package seccomp compiles the system call filter of config.json into a program
// for the kernel. It runs outside the container; init loads the bytes with one
// system call (sys.SeccompLoad).
//
// libseccomp knows the numbers of system calls on each architecture. The
// program is written here, as a search tree over ranges of numbers, since
// libseccomp takes 7 to 30 ms where this takes 1 ms, for what engines list on
// x86-64 (users.md B32), and its version 2.5.4 gets some rules with several comparisons
// of one argument wrong and hangs on others. It writes the program for rarer
// architectures only (library.go). A test compares the two.
package seccomp

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// Filter is a compiled filter.
type Filter struct {
	// Program is an array of struct sock_filter in the byte order of this
	// machine.
	Program []byte
	// Flags are the SECCOMP_FILTER_FLAG_* to load it with, those left out that
	// this kernel does not know.
	Flags uint32
	// Notify says that loading it makes a listener that must reach
	// linux.seccomp.listenerPath (seccomp_unotify(2)).
	Notify bool
}

// maxInstructions is BPF_MAXINSNS of linux/bpf_common.h.
const maxInstructions = 4096

// Compile returns the filter that p describes; nil for nil. It neither reads
// nor keeps state, so its result depends on p, the kernel and libseccomp alone.
func Compile(p *configs.Seccomp) (*Filter, error) {
	if p == nil {
		return nil, nil
	}
	prof, err := parse(p)
	if err != nil {
		return nil, err
	}
	program, err := prof.program()
	if err != nil {
		return nil, err
	}
	if len(program) > maxInstructions {
		return nil, fmt.Errorf("linux.seccomp: the filter has %d instructions, the kernel takes %d; use fewer rules or architectures", len(program), maxInstructions)
	}
	return &Filter{Program: encode(program), Flags: prof.flags, Notify: prof.notify}, nil
}

// program joins the sections of all architectures.
func (p *profile) program() ([]unix.SockFilter, error) {
	program := []unix.SockFilter{load(offArch)}
	for _, group := range byToken(p.archs) {
		body, err := p.group(group)
		if err != nil {
			return nil, err
		}
		program = append(program, jumpIf(unix.BPF_JEQ, group[0].token, 1, 0), jump(len(body)))
		program = append(program, body...)
	}
	return append(program, ret(badArch)), nil
}

// group returns the section of the architectures that share a token: one, or
// x86-64 and x32, which the kernel tells apart by a bit of the number.
func (p *profile) group(archs []arch) ([]unix.SockFilter, error) {
	body, err := p.section(archs[0], len(archs) > 1)
	if err != nil || len(archs) == 1 {
		return append([]unix.SockFilter{load(offNR)}, body...), err
	}
	x32, err := p.section(archs[1], false)
	return append([]unix.SockFilter{load(offNR)}, branch(x32Bit, body, x32)...), err
}

// section returns the code for one architecture, entered with the number of the
// call in the accumulator.
func (p *profile) section(a arch, besideX32 bool) ([]unix.SockFilter, error) {
	t := p.resolve(a)
	t.besideX32 = besideX32
	if a.library {
		return p.librarySection(t)
	}
	return tree(t.segments(), a.narrow), nil
}

// encode lays out the program as the kernel reads it.
func encode(program []unix.SockFilter) []byte {
	out := make([]byte, 0, 8*len(program))
	for _, ins := range program {
		out = binary.NativeEndian.AppendUint16(out, ins.Code)
		out = append(out, ins.Jt, ins.Jf)
		out = binary.NativeEndian.AppendUint32(out, ins.K)
	}
	return out
}

// Pending is a filter that is being compiled.
type Pending struct {
	done   chan struct{}
	filter *Filter
	err    error
}

// CompileAsync compiles p meanwhile, by way of the cache. It may be dropped
// without Wait.
func (c Cache) CompileAsync(p *configs.Seccomp) *Pending {
	w := &Pending{done: make(chan struct{})}
	if p == nil {
		close(w.done)
		return w
	}
	go func() {
		defer close(w.done)
		w.filter, w.err = c.Compile(p)
	}()
	return w
}

// Wait returns what Compile returned.
func (w *Pending) Wait() (*Filter, error) {
	<-w.done
	return w.filter, w.err
}
