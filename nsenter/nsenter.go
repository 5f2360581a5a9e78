// Package nsenter is the C stage of init: importing it links a constructor
// that, in a process started as an init, enters the namespaces before the Go
// runtime starts. nsexec.c has the stage, bootstrap.h the words it shares with
// the runtime; this file gives these words to Go.
package nsenter

/*
#cgo CFLAGS: -Wall -Wextra -Werror -O2
#include "bootstrap.h"
*/
import "C"

import (
	"bytes"
	"fmt"
	"unsafe"
)

// Env names the environment variable that carries the socket's number.
const Env = C.BOOTSTRAP_ENV

// MaxJoin is how many namespaces can be entered.
const MaxJoin = C.BOOTSTRAP_MAX_JOIN

// MaxCgroups is how many cgroups can be entered.
const MaxCgroups = C.BOOTSTRAP_MAX_CGROUPS

// Bootstrap is what the C stage is told.
type Bootstrap struct {
	// Debug asks for Log reports.
	Debug bool
	// DumpableMaps lets a runtime that is not root write the id maps.
	DumpableMaps bool
	// KeepGroups leaves the group list alone where setgroups(2) is denied.
	KeepGroups bool
	// NoHuge keeps init from transparent huge pages until it says otherwise.
	NoHuge bool
	// Unshare holds the CLONE_NEW* bits of the namespaces to make.
	Unshare uintptr
	// Hole, a number in the child, is a directory without files, to be the root
	// until Go runs.
	Hole int
	// Join lists the namespaces to enter, at most MaxJoin.
	Join []Join
}

// Join is a namespace to enter: FD, a number in the child, is the namespace,
// or a pidfd to take all those of Type from.
type Join struct {
	Type uintptr
	FD   int
}

// Encode returns b as the C stage reads it.
func (b *Bootstrap) Encode() ([]byte, error) {
	if len(b.Join) > MaxJoin {
		return nil, fmt.Errorf("%d namespaces to join, at most %d can be", len(b.Join), MaxJoin)
	}
	c := C.struct_bootstrap{
		magic:      C.BOOTSTRAP_MAGIC,
		unshare:    C.uint32_t(b.Unshare),
		hole:       C.int32_t(b.Hole),
		join_count: C.uint32_t(len(b.Join)),
	}
	if b.Debug {
		c.options |= C.BOOTSTRAP_DEBUG
	}
	if b.DumpableMaps {
		c.options |= C.BOOTSTRAP_DUMPABLE_MAPS
	}
	if b.KeepGroups {
		c.options |= C.BOOTSTRAP_KEEP_GROUPS
	}
	if b.NoHuge {
		c.options |= C.BOOTSTRAP_NO_HUGE
	}
	for i, j := range b.Join {
		c.join[i]._type = C.uint32_t(j.Type)
		c.join[i].fd = C.int32_t(j.FD)
	}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&c)), unsafe.Sizeof(c))), nil
}

// Root is the number of the descriptor (O_PATH) of an init's root directory: the
// C stage has taken all files out of sight, and to come back there brings them
// back. It is -1 when nothing was hidden, for want of CAP_SYS_CHROOT.
func Root() int { return int(C.bootstrap_root) }

// Nofile is the soft limit of open files (RLIMIT_NOFILE) that an init had before
// the Go runtime raised it.
func Nofile() uint64 { return uint64(C.bootstrap_nofile) }

// TimerSlack is the timer slack in nanoseconds (PR_SET_TIMERSLACK(2const)) that
// the process was started with, if the C stage has raised that of the main
// thread, for the sake of Go's monitor thread; 0 if not.
func TimerSlack() uint64 { return uint64(C.bootstrap_timer_slack) }

// NoHuge tells whether the C stage keeps an init from transparent huge pages, which
// it was allowed (PR_SET_THP_DISABLE(2const)).
func NoHuge() bool { return bool(C.bootstrap_no_huge) }

// ReportKind is what a Report is about.
type ReportKind uint32

// The kinds; see bootstrap.h.
const (
	Log   ReportKind = C.REPORT_LOG
	Fail  ReportKind = C.REPORT_FAIL
	MapMe ReportKind = C.REPORT_MAP_ME
	Child ReportKind = C.REPORT_CHILD
)

// Report is what the C stage says.
type Report struct {
	Kind  ReportKind
	Value uint32
	Text  string
}

// ReportSize is the length of an encoded report in bytes.
const ReportSize = C.sizeof_struct_report

// DecodeReport reads an encoded report of ReportSize bytes.
func DecodeReport(data *[ReportSize]byte) Report {
	c := *(*C.struct_report)(unsafe.Pointer(data))
	text := unsafe.Slice((*byte)(unsafe.Pointer(&c.text)), len(c.text))
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	return Report{ReportKind(c.kind), uint32(c.value), string(text)}
}

// Encode returns r as the C stage sends it; a text that is too long is cut.
func (r Report) Encode() []byte {
	c := C.struct_report{kind: C.uint32_t(r.Kind), value: C.uint32_t(r.Value)}
	text := unsafe.Slice((*byte)(unsafe.Pointer(&c.text)), len(c.text)-1)
	copy(text, r.Text)
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&c)), unsafe.Sizeof(c)))
}
