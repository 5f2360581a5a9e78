package cgroups

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/moby/sys/userns"
	devices "github.com/opencontainers/cgroups/devices/config"
	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
)

// loadedRules is a program in the kernel that holds a container's device rules.
type loadedRules struct {
	prog *os.File
	err  error
}

// beginDevices compiles the rules and loads the program while others work: the
// kernel takes half a millisecond to verify it.
func (m *Manager) beginDevices() {
	r := m.cfg.Resources
	if !m.v2 || r.SkipDevices {
		return
	}
	m.devices = make(chan loadedRules, 1)
	go func() { m.devices <- loadRules(r) }()
}

func loadRules(r *Resources) (l loadedRules) {
	rules, err := normal(r.Devices)
	if err != nil {
		return loadedRules{err: err}
	}
	l.prog, l.err = sys.BPFLoadDevice(deviceProgram(rules))
	return l
}

// setDevicesV2 puts the rules of a new container in force by a BPF program, in
// the place of programs that the directory may have from an earlier use.
func (m *Manager) setDevicesV2(path string, r *Resources) error {
	if r.SkipDevices {
		return nil
	}
	if m.devices == nil {
		m.beginDevices()
	}
	rules := <-m.devices
	m.devices = nil
	err := rules.err
	if err == nil {
		err = attachRules(path, rules.prog)
	}
	switch {
	case err == nil:
		return nil
	case userns.RunningInUserNS(): // bpf(2) is forbidden there, and so is mknod(2)
		return nil
	}
	return explainDevices(err)
}

func explainDevices(err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fault.New(fault.DeviceFilter, fmt.Errorf("linux.resources.devices: %w", err), "it needs CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN; before Linux 5.11 also RLIMIT_MEMLOCK")
	case errors.Is(err, unix.ENOMEM):
		return fault.New(fault.DeviceFilter, fmt.Errorf("linux.resources.devices: %w", err), "raise the sysctl net.core.bpf_jit_limit")
	}
	return fault.New(fault.DeviceFilter, fmt.Errorf("linux.resources.devices: %w", err), "")
}

// attachRules hands the program over to the cgroup, which holds it from then
// on.
func attachRules(path string, prog *os.File) error {
	defer prog.Close()
	dir, err := sys.OpenDir(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	old, err := sys.BPFDevicePrograms(dir)
	if err != nil {
		return err
	}
	defer sys.CloseAll(old)
	if err := sys.BPFAttachDevice(dir, prog); err != nil {
		return err
	}
	for _, p := range old {
		if err := sys.BPFDetachDevice(dir, p); err != nil {
			return err
		}
	}
	return nil
}

// Registers and instructions of the program (linux/bpf.h). The context in r1 is
// three 32-bit words: access<<16|type, major, minor.
const (
	regResult, regContext, regType, regAccess, regMajor, regMinor = 0, 1, 2, 3, 4, 5

	opLoadWord = unix.BPF_LDX | unix.BPF_MEM | unix.BPF_W
	opAnd32    = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
	opShift32  = unix.BPF_ALU | unix.BPF_RSH | unix.BPF_K
	opMove32   = unix.BPF_ALU | unix.BPF_MOV | unix.BPF_K
	opJumpNot  = unix.BPF_JMP | unix.BPF_JNE | unix.BPF_K
	opJumpBits = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	opJump     = unix.BPF_JMP | unix.BPF_JA
	opExit     = unix.BPF_JMP | unix.BPF_EXIT
)

// program is a list of instructions, eight bytes each.
type program []byte

func (p *program) add(op, dst, src uint8, jump int16, value int32) {
	*p = append(*p, op, dst|src<<4)
	*p = binary.NativeEndian.AppendUint16(*p, uint16(jump))
	*p = binary.NativeEndian.AppendUint32(*p, uint32(value))
}

func (p *program) exit(allow bool) {
	value := int32(0)
	if allow {
		value = 1
	}
	p.add(opMove32, regResult, 0, 0, value)
	p.add(opExit, 0, 0, 0, 0)
}

// deviceProgram compiles the rules. It goes through them from the last to the
// first and keeps in regAccess the kinds of access that no rule has decided on
// yet: one that is forbidden ends it, and so does the last one allowed.
func deviceProgram(rules []*DeviceRule) []byte {
	allow, rest := sinceWildcard(rules)
	var p program
	p.add(opLoadWord, regType, regContext, 0, 0)
	p.add(opAnd32, regType, 0, 0, 0xffff)
	p.add(opLoadWord, regAccess, regContext, 0, 0)
	p.add(opShift32, regAccess, 0, 0, 16)
	p.add(opLoadWord, regMajor, regContext, 4, 0)
	p.add(opLoadWord, regMinor, regContext, 8, 0)
	for i := len(rest) - 1; i >= 0; i-- {
		p.rule(rest[i])
	}
	p.exit(allow)
	return p
}

// Device numbers have 12 and 20 bits in the kernel.
const maxMajor, maxMinor = 1<<12 - 1, 1<<20 - 1

func (p *program) rule(r *DeviceRule) {
	if r.Major > maxMajor || r.Minor > maxMinor {
		return // no device has such a number
	}
	var jumps []int // places of the jumps to the next rule
	unless := func(op, reg uint8, value int32) {
		jumps = append(jumps, len(*p))
		p.add(op, reg, 0, 0, value)
	}
	kind := int32(unix.BPF_DEVCG_DEV_CHAR)
	if r.Type == devices.BlockDevice {
		kind = unix.BPF_DEVCG_DEV_BLOCK
	}
	unless(opJumpNot, regType, kind)
	if r.Major != devices.Wildcard {
		unless(opJumpNot, regMajor, int32(r.Major))
	}
	if r.Minor != devices.Wildcard {
		unless(opJumpNot, regMinor, int32(r.Minor))
	}
	bits := accessBits(r.Permissions)
	if r.Allow {
		p.add(opAnd32, regAccess, 0, 0, ^bits)
		unless(opJumpNot, regAccess, 0)
	} else {
		p.add(opJumpBits, regAccess, 0, 1, bits)
		unless(opJump, 0, 0)
	}
	p.exit(r.Allow)
	for _, at := range jumps {
		binary.NativeEndian.PutUint16((*p)[at+2:], uint16((len(*p)-at)/8-1))
	}
}

func accessBits(p devices.Permissions) (bits int32) {
	for _, c := range p {
		switch c {
		case 'r':
			bits |= unix.BPF_DEVCG_ACC_READ
		case 'w':
			bits |= unix.BPF_DEVCG_ACC_WRITE
		case 'm':
			bits |= unix.BPF_DEVCG_ACC_MKNOD
		}
	}
	return bits
}
