package rootfs

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/safepath"
)

func tmpfs(destination, data string) configs.Mount {
	return configs.Mount{Destination: destination, Type: "tmpfs", Source: "tmpfs", Data: data}
}

func bindOf(source, destination string, flags uint64) configs.Mount {
	return configs.Mount{Destination: destination, Type: "bind", Source: source, Flags: flags | unix.MS_BIND}
}

// TestLinksInTargets has a symlink in every place of a target
// (CVE-2019-18837, CVE-2021-30465): the mount lands inside, the scenario looks
// after the host.
func TestLinksInTargets(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.symlink("/", r.root+"/slash")
		r.symlink(r.host, r.root+"/absolute")
		r.symlink("../../../../../.."+r.host, r.root+"/dots")
		r.symlink(r.host+"/new/deep", r.root+"/dangling")
		r.symlink("absolute", r.root+"/chain")
		r.symlink(r.host+"/newfile", r.root+"/file")
		r.write(r.base+"/source", "source")
	}, func(r *room) {
		r.ok(r.build(r.config(
			tmpfs("/slash/a", ""), tmpfs("/absolute/b", ""), tmpfs("/dots/sub", ""), tmpfs("/dangling", ""),
			tmpfs("/chain", ""), bindOf(r.base+"/source", "/file", 0), bindOf(r.base+"/source", "/chain/x/file", 0),
		)))
		for _, path := range []string{"/a", r.host + "/b", r.host + "/sub", r.host + "/new/deep", r.host} {
			if r.mountOf(path) == "" {
				r.Errorf("nothing is mounted on %s", path)
			}
		}
		if data, err := os.ReadFile("/file"); string(data) != "source" {
			r.Errorf("/file reads %q, %v", data, err)
		}
	})
}

// TestProcThroughLink has /proc or /sys lead elsewhere (CVE-2023-27561).
func TestProcThroughLink(t *testing.T) {
	for name, text := range map[string]string{"volume": "/vol", "relative": "vol", "dangling": "/nowhere", "host": "/tmp"} {
		t.Run(name, func(t *testing.T) {
			scenario(t, plain, func(r *room) {
				r.mkdir(r.root + "/vol")
				r.symlink(text, r.root+"/proc")
				r.symlink(text, r.root+"/parent")
			}, func(r *room) {
				for _, target := range []string{"/proc", "/parent/proc"} {
					for _, fs := range []string{"proc", "sysfs"} {
						err := r.build(r.config(configs.Mount{Destination: target, Type: fs, Source: fs}))
						r.wantErr(err, "mounts[0] ("+target+"): ", "ordinary directory", "symlink")
					}
				}
				for _, line := range r.mounts() {
					if strings.Contains(line, r.root) && strings.Contains(line, " - proc") {
						r.Errorf("a procfs is mounted: %s", line)
					}
				}
			})
		})
	}
}

// TestMountsInProc wants what is mounted over files of a procfs refused, by
// name or through a symlink (CVE-2019-16884, CVE-2025-52881).
func TestMountsInProc(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.symlink("/proc/sys", r.root+"/lnk")
		r.symlink("/proc", r.root+"/p")
		r.mkdir(r.base + "/fake/self/attr")
		r.write(r.base+"/file", "emulated")
	}, func(r *room) {
		proc := configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}
		for _, bad := range []configs.Mount{
			tmpfs("/proc/sys/net", ""), tmpfs("/lnk/net", ""), tmpfs("/lnk", ""), tmpfs("/p", ""), tmpfs("/proc/../proc/irq", ""),
			tmpfs("/proc", ""), bindOf(r.base+"/fake", "/proc", 0), bindOf(r.base+"/fake", "/p", 0),
			bindOf(r.base+"/file", "/proc/version", 0), bindOf("/proc/sys", "/proc", 0),
			{Destination: "/proc/sys", Type: "proc", Source: "proc"},
		} {
			err := r.build(r.config(proc, bad))
			r.wantErr(err, "mounts[1] ("+clean(bad.Destination)+"): ", "/proc")
		}
		// Without a procfs in the config, and one that is elsewhere.
		r.wantErr(r.build(r.config(bindOf(r.base+"/fake", "/proc", 0))), "/proc cannot be mounted because it is not of type proc")
		r.wantErr(r.build(r.config(bindOf(r.base+"/fake", "/p", 0))), "symlink as /p")
		other := configs.Mount{Destination: "/mnt/other", Type: "proc", Source: "proc"}
		r.wantErr(r.build(r.config(other, tmpfs("/mnt/other/sys", ""))), "mounts[1]")

		over := configs.Mount{Destination: "/mnt/other", Type: "proc", Source: "proc"}
		r.ok(r.build(r.config(bindOf("/proc", "/proc", unix.MS_REC), proc, proc, other, over,
			bindOf(r.base+"/file", "/proc/uptime", 0))))
		if data, err := os.ReadFile("/proc/uptime"); string(data) != "emulated" {
			r.Errorf("/proc/uptime reads %q, %v", data, err)
		}
	})
}

// TestNullIsOurs has the container's /dev/null be something else while paths
// are masked (CVE-2025-31133).
func TestNullIsOurs(t *testing.T) {
	kinds := map[string]func(r *room, null string){
		"link":    func(r *room, null string) { r.symlink(r.host+"/canary", null) },
		"sysctl":  func(r *room, null string) { r.symlink("/proc/sys/kernel/core_pattern", null) },
		"file":    func(r *room, null string) { r.write(null, "attack") },
		"fifo":    func(r *room, null string) { r.ok(unix.Mkfifo(null, 0o666)) },
		"missing": func(*room, string) {},
	}
	for name, make := range kinds {
		t.Run(name, func(t *testing.T) {
			scenario(t, plain, func(r *room) {
				r.write(r.root+"/secret", "secret")
				r.write(r.root+"/secret2", "secret")
				r.mkdir(r.base + "/dev")
				make(r, r.base+"/dev/null")
			}, func(r *room) {
				c := r.config(bindOf(r.base+"/dev", "/dev", 0))
				c.MaskPaths = []string{"/secret", "/secret2"}
				err := r.build(c)
				if r.old {
					r.wantErr(err, "linux.maskedPaths[0] (/secret): /dev/null of the container")
					return
				}
				r.ok(err)
				for _, path := range c.MaskPaths {
					if data, err := os.ReadFile(path); len(data) != 0 || err != nil {
						r.Errorf("%s reads %q, %v", path, data, err)
					}
				}
			})
		})
	}
}

// oneInode is a kernel before 5.8, whose tmpfs counts its root directory.
type oneInode struct{ door }

func (d oneInode) mount(fs *filesystem, at *safepath.Place, changes []change) (*os.File, error) {
	for _, o := range fs.options {
		if o.key == "nr_inodes" && o.value == "1" {
			return nil, unix.ENOSPC
		}
	}
	return d.door.mount(fs, at, changes)
}

// TestMaskOneInode masks directories where a tmpfs of one inode is refused, as
// runc 1.5.1 did not.
func TestMaskOneInode(t *testing.T) {
	oneDoor(t, plain, false, func(r *room) {
		r.mkdir(r.root + "/secret/sub")
		r.mkdir(r.root + "/other/sub")
	}, func(r *room) {
		c := r.config()
		c.MaskPaths = []string{"/secret", "/other"}
		b := r.builder(c, configs.CgroupView{})
		b.door = oneInode{b.door}
		r.ok(stages(b))
		for _, path := range c.MaskPaths {
			if names, err := os.ReadDir(path); len(names) != 0 || err != nil {
				r.Errorf("%s holds %v, %v", path, names, err)
			}
		}
	})
}

// TestDevElsewhere has the image's /dev lead to the host (CVE-2026-41579).
func TestDevElsewhere(t *testing.T) {
	for name, text := range map[string]string{"absolute": "", "relative": "../../../../../.."} {
		t.Run(name, func(t *testing.T) {
			scenario(t, plain, func(r *room) { r.symlink(text+r.host, r.root+"/dev") }, func(r *room) {
				c := usual(r)
				c.Mounts = nil
				r.ok(r.build(c))
				var st unix.Stat_t
				r.ok(unix.Stat(r.host+"/null", &st))
				if st.Rdev != unix.Mkdev(1, 3) {
					r.Errorf("%s/null in the container is %o", r.host, st.Mode)
				}
			})
		})
	}
}

// TestDevIsProc has the image's /dev lead to /proc, where a node would be bound
// over a file of the kernel's (CVE-2025-52881).
func TestDevIsProc(t *testing.T) {
	scenario(t, user, func(r *room) {
		r.mkdir(r.root + "/proc")
		r.symlink("proc", r.root+"/dev")
	}, func(r *room) {
		c := r.config(configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"})
		c.Devices = []configs.Device{{Path: "/dev/kmsg", Type: 'c', Major: 1, Minor: 11}}
		r.wantErr(r.build(c), "device /dev/kmsg: /dev/ leads to /proc, which is inside a procfs")
	})
}

// TestNodeInTheWay has something else than a node under its name.
func TestNodeInTheWay(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.root + "/dev/zero")
		r.write(r.root+"/dev/full", "left by a bind")
		r.symlink(r.host+"/canary", r.root+"/dev/null")
		r.write(r.root+"/dev/ptmx", "")
		r.ok(unix.Mknod(r.root+"/dev/tty", unix.S_IFCHR|0o600, int(unix.Mkdev(5, 0))))
	}, func(r *room) {
		c := r.config()
		for _, d := range []configs.Device{
			{Path: "/dev/zero", Type: 'c', Major: 1, Minor: 5}, {Path: "/dev/null", Type: 'c', Major: 1, Minor: 3},
		} {
			c.Devices = []configs.Device{d}
			r.wantErr(r.build(c), "device "+d.Path+": the rootfs has a ", "mount a tmpfs on /dev")
		}
		c.Devices = []configs.Device{
			{Path: "/dev/full", Type: 'c', Major: 1, Minor: 7, FileMode: 0o666}, {Path: "/dev/tty", Type: 'c', Major: 5, Minor: 0, FileMode: 0o666},
			{Path: "/dev/deep/er/fifo", Type: 'p', FileMode: 0o640, UID: 7, GID: 8},
		}
		r.ok(r.build(c))
		var st unix.Stat_t
		r.ok(unix.Lstat("/dev/full", &st))
		if st.Rdev != unix.Mkdev(1, 7) {
			r.Errorf("/dev/full is %o", st.Mode)
		}
		r.ok(unix.Lstat("/dev/deep/er/fifo", &st))
		if st.Mode != unix.S_IFIFO|0o640 || st.Uid != 7 || st.Gid != 8 {
			r.Errorf("the FIFO is %o of %d:%d", st.Mode, st.Uid, st.Gid)
		}
		if text, err := os.Readlink("/dev/ptmx"); text != "pts/ptmx" {
			r.Errorf("/dev/ptmx -> %q, %v", text, err)
		}
	})
}

// TestExchangedTarget exchanges a directory on the way of mount targets with
// symlinks to the host (CVE-2021-30465).
func TestExchangedTarget(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.base + "/vol/dir/sub")
		r.symlink(r.host, r.base+"/vol/link")
		r.symlink("../../../../../../../"+r.host, r.base+"/vol/dots")
		stop := make(chan struct{})
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; ; i++ {
				other := [...]string{"/vol/link", "/vol/dots"}[i%2]
				for range 2 {
					_ = unix.Renameat2(unix.AT_FDCWD, r.base+"/vol/dir", unix.AT_FDCWD, r.base+other, unix.RENAME_EXCHANGE)
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		}()
		r.Cleanup(func() { close(stop); <-stopped })
	}, func(r *room) {
		for range 20 {
			c := r.config(bindOf(r.base+"/vol", "/vol", unix.MS_REC))
			for range 10 {
				c.Mounts = append(c.Mounts, tmpfs("/vol/dir/sub", "size=4k"), tmpfs("/vol/dir/new", "size=4k"),
					bindOf(r.host+"/canary", "/vol/dir/file", 0))
			}
			b := r.builder(c, configs.CgroupView{})
			_ = b.Mounts() // may fail, if the place changed in between
			b.Close()
			for _, line := range r.mounts() {
				on := strings.Fields(line)[4]
				if on != "/" && strings.HasPrefix(on, r.base) && !strings.HasPrefix(on, r.root) {
					r.Fatalf("a mount outside of the rootfs: %s", line)
				}
			}
		}
	})
}

// TestMovedTarget moves a directory between its opening and the mount on it.
func TestMovedTarget(t *testing.T) {
	scenario(t, plain, nil, func(r *room) {
		b := r.builder(r.config(), configs.CgroupView{})
		r.ok(b.Mounts())
		move := func(name string) *safepath.Place {
			at, err := safepath.MakeRealDir(b.root, name, 0o755)
			r.ok(err)
			r.ok(os.Rename(r.root+name, r.root+name+"-moved"))
			r.mkdir(r.root + name)
			return at
		}
		at := move("/proc")
		mnt, err := b.door.mount(&filesystem{fstype: "proc", source: "proc"}, at, nil)
		if err == nil {
			err = b.isOn(at, mnt)
		}
		r.wantErr(err, "/proc was exchanged")

		old := oldDoor{b}
		at = move("/a")
		_, err = old.mount(&filesystem{fstype: "tmpfs", source: "tmpfs"}, at, nil)
		r.wantErr(err, "/a was exchanged")
		at = move("/b")
		r.ok(unix.Mount("tmpfs", r.root+"/b", "tmpfs", 0, ""))
		tree, err := old.take(nil, "/etc", false)
		r.ok(err)
		_, err = old.bind(tree, at, false, nil)
		r.wantErr(err, "/b was exchanged")
		at = move("/c")
		r.ok(unix.Mount("tmpfs", r.root+"/c", "tmpfs", 0, ""))
		_, err = old.mount(&filesystem{fstype: "sysfs", source: "sysfs"}, at, nil)
		r.wantErr(err, "/c was exchanged")
		b.Close()
	})
}
