package sys

import (
	"errors"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bpfAttr is union bpf_attr, larger than any of its members so far and zeroed.
// The kernel writes into it: from 6.17 to 7.1 BPF_PROG_QUERY wrote eight bytes
// at offset 56 whatever size it was told, over whatever lay behind a shorter
// one. Older kernels take a long one as long as its tail is zero.
type bpfAttr [20]uint64

// u32 and u64 point to the field at an offset in bytes (linux/bpf.h).
func (a *bpfAttr) u32(offset int) *uint32 {
	return (*uint32)(unsafe.Add(unsafe.Pointer(a), offset))
}
func (a *bpfAttr) u64(offset int) *uint64 { return &a[offset/8] }

// bpfLoadTries bounds the repeats of a load that signals interrupt (EAGAIN).
const bpfLoadTries = 30

func (a *bpfAttr) call(cmd int, name string) (int, error) {
	for try := 1; ; try++ {
		r, _, errno := unix.Syscall(unix.SYS_BPF, uintptr(cmd), uintptr(unsafe.Pointer(a)), unsafe.Sizeof(*a))
		switch {
		case errno == 0:
			return int(r), nil
		case errno == unix.EINTR, errno == unix.EAGAIN && cmd == unix.BPF_PROG_LOAD && try < bpfLoadTries:
			continue
		}
		return -1, os.NewSyscallError("bpf("+name+")", errno)
	}
}

// BPFLoadDevice loads a program that decides on a cgroup's access to devices
// (BPF_PROG_TYPE_CGROUP_DEVICE); insns are its instructions, eight bytes each.
func BPFLoadDevice(insns []byte) (*os.File, error) {
	license := []byte("Apache-2.0\x00")
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&insns[0])
	pin.Pin(&license[0])
	var a bpfAttr
	*a.u32(0) = unix.BPF_PROG_TYPE_CGROUP_DEVICE
	*a.u32(4) = uint32(len(insns) / 8)
	*a.u64(8) = uint64(uintptr(unsafe.Pointer(&insns[0])))
	*a.u64(16) = uint64(uintptr(unsafe.Pointer(&license[0])))
	fd, err := a.call(unix.BPF_PROG_LOAD, "BPF_PROG_LOAD") // the kernel sets close-on-exec
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "bpf program"), nil
}

// BPFAttachDevice adds a program to those of the cgroup v2 directory dir.
func BPFAttachDevice(dir, prog *os.File) error {
	a := attachAttr(dir, prog)
	*a.u32(12) = unix.BPF_F_ALLOW_MULTI
	_, err := a.call(unix.BPF_PROG_ATTACH, "BPF_PROG_ATTACH")
	runtime.KeepAlive(dir)
	runtime.KeepAlive(prog)
	return err
}

// BPFDetachDevice takes a program away from dir.
func BPFDetachDevice(dir, prog *os.File) error {
	_, err := attachAttr(dir, prog).call(unix.BPF_PROG_DETACH, "BPF_PROG_DETACH")
	runtime.KeepAlive(dir)
	runtime.KeepAlive(prog)
	return err
}

func attachAttr(dir, prog *os.File) *bpfAttr {
	a := new(bpfAttr)
	*a.u32(0) = uint32(dir.Fd())
	*a.u32(4) = uint32(prog.Fd())
	*a.u32(8) = unix.BPF_CGROUP_DEVICE
	return a
}

// BPFDevicePrograms opens the device programs attached to dir itself. One that
// cannot be opened for lack of rights (an LSM) is left out.
func BPFDevicePrograms(dir *os.File) (progs []*os.File, err error) {
	const maxPrograms = 64 // BPF_CGROUP_MAX_PROGS
	ids := make([]uint32, maxPrograms)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&ids[0])
	var a bpfAttr
	*a.u32(0) = uint32(dir.Fd())
	*a.u32(4) = unix.BPF_CGROUP_DEVICE
	*a.u64(16) = uint64(uintptr(unsafe.Pointer(&ids[0])))
	*a.u32(24) = maxPrograms
	_, err = a.call(unix.BPF_PROG_QUERY, "BPF_PROG_QUERY")
	runtime.KeepAlive(dir)
	if err != nil {
		return nil, err
	}
	for _, id := range ids[:min(maxPrograms, *a.u32(24))] {
		var a bpfAttr
		*a.u32(0) = id
		fd, err := a.call(unix.BPF_PROG_GET_FD_BY_ID, "BPF_PROG_GET_FD_BY_ID")
		if errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			CloseAll(progs)
			return nil, err
		}
		progs = append(progs, os.NewFile(uintptr(fd), "bpf program"))
	}
	return progs, nil
}
