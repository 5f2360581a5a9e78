package criu

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/checkpoint-restore/go-criu/v8/rpc"
)

// Dump is a container to be saved.
type Dump struct {
	*Options
	// PID is its first process, Root its root on the host.
	PID  int
	Root string
	// Annotations are those of config.json.
	Annotations map[string]string
	// FreezeCgroup is the directory of its freezer; empty: CRIU stops each
	// process by ptrace(2).
	FreezeCgroup string
	// External are keys of what CRIU is to leave alone (DumpKey, NamespaceKey).
	External []string
	// Mounts are the destinations of the external mounts by number, empty for
	// one that is not there; Descriptors are the targets of the standard
	// streams. Both are kept for restore.
	Mounts, Descriptors []string
}

// Restore is a container to be brought back.
type Restore struct {
	*Options
	// Root is a mount whose root is the container's.
	Root        string
	Annotations map[string]string
	// External are keys of mounts to be bound (RestoreKey).
	External []string
	// Stdio are the streams that its processes had from outside; nil:
	// /dev/null.
	Stdio [3]*os.File
	// Descriptors are the targets that the streams had (ReadDescriptors).
	Descriptors []string
	// Namespaces are external ones, by kind ("net", "pid").
	Namespaces []ExternalNamespace
	// Join are namespaces to join.
	Join []Join
	// CgroupRoots are where CRIU is to put the cgroups.
	CgroupRoots []CgroupRoot
	// Spawn calls start, which starts criu, where it is to run.
	Spawn func(start func() error) error
	// Started is told the pid of criu.
	Started func(pid int) error
	// Notify is called at the points that CRIU announces (criu(8), "Action
	// scripts").
	Notify func(n *Notice) error
}

// ExternalNamespace is a namespace that was told by NamespaceKey.
type ExternalNamespace struct {
	Kind string
	File *os.File
}

// Join is a namespace that CRIU joins.
type Join struct{ Kind, Path string }

// CgroupRoot is the path of a cgroup in its hierarchy.
type CgroupRoot struct{ Controller, Path string }

// firstInherited is the number in criu of the first external namespace: after
// the standard streams and the socket.
const firstInherited = 4

type inherited struct {
	key string
	fd  int
}

// inherited lists what CRIU has open for the container: namespaces, and the
// pipes among its standard streams.
func (r *Restore) inherited() (list []inherited) {
	for i, ns := range r.Namespaces {
		list = append(list, inherited{namespaceName(ns.Kind), firstInherited + i})
	}
	for fd, target := range r.Descriptors {
		if fd < len(r.Stdio) && strings.Contains(target, "pipe:") {
			list = append(list, inherited{target, fd})
		}
	}
	return list
}

// Dump saves a container.
func (p *Program) Dump(d *Dump) error {
	if err := p.checkDump(d.Options); err != nil {
		return err
	}
	image, work, err := d.dirs()
	if err != nil {
		return err
	}
	defer closeAll(image, work)
	kind := rpc.CriuReqType_PRE_DUMP
	if !d.PreDump {
		kind = rpc.CriuReqType_DUMP
		if err := errors.Join(d.write(descriptorsFile, d.Descriptors), d.write(mountsFile, d.Mounts)); err != nil {
			return err
		}
	}
	opts := d.dumpOpts(number(image), number(work))
	if d.StatusFD >= 0 && p.version < lazyNotices {
		opts.StatusFd = ptr(int32(d.StatusFD))
	}
	s := &session{notify: func(n *Notice) error {
		if n.Script == "status-ready" {
			return pagesReady(d.StatusFD)
		}
		return nil
	}}
	return s.run(d.Options, dumpLog, func() error {
		_, err := p.call(&rpc.CriuReq{Type: &kind, Opts: opts}, s)
		return err
	})
}

// Restore brings a container back.
func (p *Program) Restore(r *Restore) error {
	if err := p.checkRestore(r.Options); err != nil {
		return err
	}
	var image, work *os.File
	defer func() { closeAll(image, work) }()
	s := &session{stdio: r.Stdio, notify: r.Notify}
	s.spawn = func(start func() error) error {
		return r.Spawn(func() (err error) {
			// Opened here, since criu mounts something on the work directory,
			// which must be of its mount namespace.
			if image, work, err = r.dirs(); err != nil {
				return err
			}
			return start()
		})
	}
	for _, ns := range r.Namespaces {
		s.extra = append(s.extra, ns.File)
	}
	s.started = func(pid int, req *rpc.CriuReq) error {
		if err := r.Started(pid); err != nil {
			return err
		}
		req.Opts = r.restoreOpts(number(image), number(work))
		return nil
	}
	return s.run(r.Options, restoreLog, func() error {
		_, err := p.call(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_RESTORE)}, s)
		return err
	})
}

func number(f *os.File) int {
	if f == nil {
		return -1
	}
	return int(f.Fd())
}

// pagesReady tells on --status-fd that memory can be fetched.
func pagesReady(fd int) error {
	if fd < 0 {
		return nil
	}
	f := os.NewFile(uintptr(fd), "--status-fd")
	defer f.Close()
	if _, err := f.Write([]byte{0}); err != nil {
		return fmt.Errorf("--status-fd: %w", err)
	}
	return nil
}
