package seccomp

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// data is struct seccomp_data.
type data struct {
	nr, arch uint32
	args     [6]uint64
}

func (d *data) word(offset uint32) uint32 {
	switch {
	case offset == offNR:
		return d.nr
	case offset == offArch:
		return d.arch
	case offset >= offArgs && offset < offArgs+48 && offset%4 == 0:
		return uint32(d.args[(offset-offArgs)/8] >> (offset % 8 * 8))
	}
	panic(fmt.Sprint("load from ", offset))
}

// run does what the kernel would do with a call, and fails the test where it
// would refuse the program.
func run(t testing.TB, program []unix.SockFilter, d data) uint32 {
	t.Helper()
	var acc uint32
	for pc := 0; pc < len(program); pc++ {
		ins := program[pc]
		skip := func(yes bool) {
			if yes {
				pc += int(ins.Jt)
			} else {
				pc += int(ins.Jf)
			}
		}
		switch ins.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			acc = d.word(ins.K)
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			acc &= ins.K
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(ins.K)
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			skip(acc == ins.K)
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K:
			skip(acc > ins.K)
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			skip(acc >= ins.K)
		case unix.BPF_RET | unix.BPF_K:
			return ins.K
		default:
			t.Fatalf("instruction %d: code %#x", pc, ins.Code)
		}
	}
	t.Fatal("ran off the end of the program")
	return 0
}

// runFilter does the same for a compiled filter.
func runFilter(t testing.TB, f *Filter, d data) uint32 {
	t.Helper()
	return run(t, decode(f.Program), d)
}
