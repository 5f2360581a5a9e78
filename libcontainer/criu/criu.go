// Package criu lets CRIU save and restore the processes of a container. It
// speaks CRIU's RPC protocol with a child `criu swrk`; what the requests hold is
// decided here, by functions that a test can print, and what is to be done in
// the middle of CRIU's work is left to the caller (Hooks).
//
// go-criu gives the messages (rpc.proto); its client is not used, for it drops
// the descriptors that come with a message, which a terminal needs.
package criu

import (
	"fmt"
	"os"
)

// Options are what `checkpoint` and `restore` may be told about CRIU's work. The
// meaning of those without a comment is in criu(8).
type Options struct {
	// ImageDir holds the checkpoint, WorkDir (empty: ImageDir) the logs.
	ImageDir, WorkDir string
	// ParentPath is the directory of an earlier pre-dump, relative to
	// ImageDir; empty: none.
	ParentPath string
	// PreDump copies the memory only, and lets the container run on.
	PreDump bool
	// LeaveRunning lets the container run on after a checkpoint.
	LeaveRunning bool

	TCPEstablished, TCPSkipInFlight, LinkRemap, ExtUnixSk, ShellJob, FileLocks, AutoDedup bool

	// LazyPages leaves memory to be fetched over the network after restore.
	LazyPages bool
	// StatusFD is a descriptor that gets a zero byte when memory can be
	// fetched; -1: none.
	StatusFD int
	// PageServer is where memory is sent to; nil: it is saved in ImageDir.
	PageServer *PageServer
	// CgroupsMode is "soft", "full", "strict" or "ignore"; empty: CRIU's
	// default.
	CgroupsMode string
	// EmptyNS are CLONE_NEW* bits of namespaces that are made anew, without
	// their content.
	EmptyNS uint32
	// LSMProfile ("apparmor:name", "selinux:label") and LSMMountContext
	// replace what the checkpoint holds; empty: kept.
	LSMProfile, LSMMountContext string
}

// PageServer is a `criu page-server`.
type PageServer struct {
	Address string
	Port    int32
}

// The logs of CRIU, in LogDir.
const (
	dumpLog    = "dump.log"
	restoreLog = "restore.log"
)

// LogDir is where the logs are.
func (o *Options) LogDir() string {
	if o.WorkDir != "" {
		return o.WorkDir
	}
	return o.ImageDir
}

// dirs opens the image directory and the work directory (nil: none given),
// which are made if they are missing.
func (o *Options) dirs() (image, work *os.File, err error) {
	if o.WorkDir != "" {
		if work, err = makeDir("--work-path", o.WorkDir); err != nil {
			return nil, nil, err
		}
	}
	if image, err = makeDir("--image-path", o.ImageDir); err != nil {
		closeAll(work)
		return nil, nil, err
	}
	return image, work, nil
}

func makeDir(flag, path string) (*os.File, error) {
	err := os.MkdirAll(path, 0o700)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return os.Open(path)
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
