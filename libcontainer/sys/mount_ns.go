package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// Setns moves the calling thread into a namespace of the kind that the CLONE_NEW*
// bit names (setns(2)). For a mount namespace the thread must not share its
// root and working directory (Unshare with CLONE_FS).
func Setns(ns *os.File, kind int) error {
	return onFD("setns", ns, func(fd int) error { return unix.Setns(fd, kind) })
}

// OnMainThread tells whether the caller runs on the first thread of the
// process.
func OnMainThread() bool { return unix.Gettid() == unix.Getpid() }
