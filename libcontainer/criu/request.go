package criu

import (
	"fmt"

	"github.com/checkpoint-restore/go-criu/v8/rpc"
)

// cgroupsModes are the words of --manage-cgroups-mode.
var cgroupsModes = [...]struct {
	word string
	mode rpc.CriuCgMode
}{
	{"soft", rpc.CriuCgMode_SOFT},
	{"full", rpc.CriuCgMode_FULL},
	{"strict", rpc.CriuCgMode_STRICT},
	{"ignore", rpc.CriuCgMode_IGNORE},
}

// CheckCgroupsMode tells whether word is one of --manage-cgroups-mode; empty
// is.
func CheckCgroupsMode(word string) error {
	if word == "" || cgroupsMode(word) != nil {
		return nil
	}
	//lint:ignore ST1005 these are runc's words
	return fmt.Errorf("Invalid manage-cgroups-mode value %q; choose soft, full, strict or ignore", word)
}

func cgroupsMode(word string) *rpc.CriuCgMode {
	for i := range cgroupsModes {
		if cgroupsModes[i].word == word {
			return &cgroupsModes[i].mode
		}
	}
	return nil
}

// defaultConfig is CRIU's configuration file for runc, which wins over what is
// asked for here.
const defaultConfig = "/etc/criu/runc.conf"

// configAnnotation names another one in config.json; empty: none.
const configAnnotation = "org.criu.config"

func configFile(annotations map[string]string) *string {
	file, own := annotations[configAnnotation]
	if !own {
		file = defaultConfig
	}
	return ifSet(file)
}

// common is what requests to dump and to restore share. image and work are
// numbers of our descriptors; work -1: none.
func (o *Options) common(image, work int, log string, annotations map[string]string) *rpc.CriuOpts {
	opts := &rpc.CriuOpts{
		ImagesDirFd:       ptr(int32(image)),
		LogLevel:          ptr(int32(4)),
		LogFile:           &log,
		ConfigFile:        configFile(annotations),
		NotifyScripts:     ptr(true),
		ManageCgroups:     ptr(true), // for a CRIU that does not know the mode
		ManageCgroupsMode: cgroupsMode(o.CgroupsMode),
		ShellJob:          &o.ShellJob,
		ExtUnixSk:         &o.ExtUnixSk,
		TcpEstablished:    &o.TCPEstablished,
		FileLocks:         &o.FileLocks,
		AutoDedup:         &o.AutoDedup,
		LazyPages:         &o.LazyPages,
		OrphanPtsMaster:   ptr(true),
		EmptyNs:           &o.EmptyNS,
	}
	if work >= 0 {
		opts.WorkDirFd = ptr(int32(work))
	}
	return opts
}

// dumpOpts completes a request to dump (or pre-dump) d.
func (d *Dump) dumpOpts(image, work int) *rpc.CriuOpts {
	o := d.Options
	opts := o.common(image, work, dumpLog, d.Annotations)
	opts.Pid = ptr(int32(d.PID))
	opts.Root = &d.Root
	opts.LeaveRunning = &o.LeaveRunning
	opts.TcpSkipInFlight = &o.TCPSkipInFlight
	opts.LinkRemap = &o.LinkRemap
	opts.FreezeCgroup = ifSet(d.FreezeCgroup)
	opts.External = d.External
	if s := o.PageServer; s != nil {
		opts.Ps = &rpc.CriuPageServerInfo{Address: &s.Address, Port: &s.Port}
	}
	if o.ParentPath != "" {
		opts.ParentImg = &o.ParentPath
	}
	// Each pre-dump wants to know what has changed since.
	opts.TrackMem = ptr(o.ParentPath != "" || o.PreDump)
	return opts
}

// restoreOpts completes a request to restore r.
func (r *Restore) restoreOpts(image, work int) *rpc.CriuOpts {
	o := r.Options
	opts := o.common(image, work, restoreLog, r.Annotations)
	opts.Root = &r.Root
	opts.RstSibling = ptr(true) // a child of ours, not of CRIU's
	opts.EvasiveDevices = ptr(true)
	opts.LsmProfile = ifSet(o.LSMProfile)
	opts.LsmMountContext = ifSet(o.LSMMountContext)
	opts.External = r.External
	for _, j := range r.Join {
		opts.JoinNs = append(opts.JoinNs, &rpc.JoinNamespace{Ns: &j.Kind, NsFile: &j.Path})
	}
	for _, i := range r.inherited() {
		opts.InheritFd = append(opts.InheritFd, &rpc.InheritFd{Key: &i.key, Fd: ptr(int32(i.fd))})
	}
	for _, c := range r.CgroupRoots {
		opts.CgRoot = append(opts.CgRoot, &rpc.CgroupRoot{Ctrl: ifSet(c.Controller), Path: &c.Path})
	}
	return opts
}

func ptr[T any](v T) *T { return &v }

// ifSet is nil for the empty string, which CRIU would take for a value.
func ifSet(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
