package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/sys"
)

// TestPropagation looks that no propagation of the root lets a mount out.
func TestPropagation(t *testing.T) {
	for name, flags := range map[string]uint64{
		"rslave": unix.MS_SLAVE | unix.MS_REC, "slave": unix.MS_SLAVE, "rprivate": unix.MS_PRIVATE | unix.MS_REC, "private": unix.MS_PRIVATE,
		"shared": unix.MS_SHARED, "rshared": unix.MS_SHARED | unix.MS_REC,
		"unbindable": unix.MS_UNBINDABLE, "runbindable": unix.MS_UNBINDABLE | unix.MS_REC,
	} {
		for _, noPivot := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %v", name, noPivot), func(t *testing.T) {
				scenario(t, plain, nil, func(r *room) {
					c := usual(r)
					c.Root.Propagation, c.NoPivot = flags, noPivot
					r.ok(r.build(c))
					line := r.mountOf("/")
					if got := strings.Contains(line, "shared:"); got != (flags&unix.MS_SHARED != 0) {
						r.Errorf("root: %s", line)
					}
					if got := strings.Contains(line, "unbindable"); got != (flags&unix.MS_UNBINDABLE != 0) {
						r.Errorf("root: %s", line)
					}
					if got := strings.Contains(r.mountOf("/proc"), "shared:"); got != (flags == unix.MS_SHARED|unix.MS_REC) {
						r.Errorf("/proc: %s", r.mountOf("/proc"))
					}
				})
			})
		}
	}
}

// TestSharedVolume has a mount made in the container appear on the host, where
// that is asked for, and nothing else.
func TestSharedVolume(t *testing.T) {
	scenario(t, plain, func(r *room) { r.mkdir(r.base + "/vol/dir") }, func(r *room) {
		m := bindOf(r.base+"/vol", "/vol", 0)
		m.Propagation = []uint64{unix.MS_SHARED}
		c := r.config(m)
		c.Root.Propagation = unix.MS_SHARED | unix.MS_REC
		r.ok(r.build(c))
		if line := r.mountOf("/vol"); !strings.Contains(line, "shared:") || strings.Contains(line, "master:") {
			r.Errorf("not a peer of the host's: %s", line)
		}
	})
}

func TestPivotHint(t *testing.T) {
	for dir, want := range map[string]string{"/sys": "no mount of its own", "/dev/shm": "initial ramdisk"} {
		f, err := os.Open(dir)
		if err != nil {
			t.Skip(err)
		}
		defer f.Close()
		if got := pivotHint(f, unix.EINVAL); !strings.Contains(got, want) {
			t.Errorf("%s: hint %q, want %q", dir, got, want)
		}
		if hint := pivotHint(f, unix.EPERM); hint != "" {
			t.Errorf("%s: %s", dir, hint)
		}
	}
}

func TestNoPivot(t *testing.T) {
	for name, flags := range map[string]uintptr{"root": plain, "userns": user} {
		t.Run(name, func(t *testing.T) {
			scenario(t, flags, nil, func(r *room) {
				c := r.config(configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}, tmpfs("/tmp", ""))
				c.NoPivot = true
				r.ok(r.build(c))
				if cwd, err := os.Getwd(); cwd != "/" || err != nil {
					r.Errorf("working directory %q, %v", cwd, err)
				}
				if _, err := os.Stat("/tmp"); err != nil {
					r.Error(err)
				}
				if _, err := os.Stat("/etc"); !errors.Is(err, unix.ENOENT) {
					r.Errorf("/etc of the host: %v", err)
				}
			})
		})
	}
}

// TestHideKernelFS looks at what moveRoot leaves of the old root: a procfs or
// sysfs there would let a user namespace have one of its own, without masks.
func TestHideKernelFS(t *testing.T) {
	for name, flags := range map[string]uintptr{"root": plain, "userns": user} {
		t.Run(name, func(t *testing.T) {
			scenario(t, flags, nil, func(r *room) {
				b := r.builder(r.config(configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}), configs.CgroupView{})
				r.ok(b.Mounts())
				r.ok(b.hideKernelFS())
				for _, dir := range []string{"/proc", "/sys"} {
					if magic := fsType(dir); magic == unix.PROC_SUPER_MAGIC || fsType(dir+"/kernel") == unix.SYSFS_MAGIC {
						r.Errorf("%s is still a %#x", dir, magic)
					}
				}
				if fsType(r.root+"/proc") != unix.PROC_SUPER_MAGIC {
					r.Error("the container's procfs is gone")
				}
				b.Close()
			})
		})
	}
}

func TestWithoutMountNamespace(t *testing.T) {
	scenario(t, plain&^unix.CLONE_NEWNS, nil, func(r *room) {
		c := usual(r)
		c.Namespaces = nsWithout(c.Namespaces, configs.MountNamespace)
		_, err := New(c, Host{})
		r.wantErr(err, "linux.maskedPaths: needs a mount namespace")
		c.MaskPaths, c.ReadonlyPaths = nil, nil
		c.Mounts[1].Type = "devtmpfs" // the host's: it must not become read-only
		_, err = New(c, Host{})
		r.wantErr(err, "mounts[1] (/dev): option ro or remount: needs a mount namespace")
		c.Mounts, c.Root.Readonly = nil, false
		r.ok(r.build(c))
		if st, err := os.Stat("/dev/null"); err != nil || st.Mode()&os.ModeCharDevice == 0 {
			r.Errorf("/dev/null: %v, %v", st, err)
		}
		if _, err := os.Stat("/etc"); !errors.Is(err, unix.ENOENT) {
			r.Errorf("not in the root: %v", err)
		}
	})
}

func TestConsole(t *testing.T) {
	scenario(t, plain, func(r *room) { r.mkdir(r.root + "/dev") }, func(r *room) {
		c := usual(r)
		c.Mounts[1].Flags &^= unix.MS_RDONLY
		b := r.builder(c, configs.CgroupView{})
		for _, stage := range []func() error{b.Mounts, b.Devices, b.Enter} {
			r.ok(stage())
		}
		null, err := os.Open("/dev/null")
		r.ok(err)
		defer null.Close()
		r.ok(unix.Mknod("/dev/fake", unix.S_IFCHR|0o600, int(unix.Mkdev(136, 0))))
		fake, err := sys.Openat(nil, "/dev/fake", unix.O_PATH, 0)
		r.ok(err)
		defer fake.Close()
		for _, f := range []*os.File{null, fake} {
			r.wantErr(b.Console(f), "/dev/console: the terminal is not one of a devpts")
		}

		master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
		r.ok(err)
		defer master.Close()
		r.ok(unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
		fd, err := unix.IoctlRetInt(int(master.Fd()), unix.TIOCGPTPEER)
		if err != nil || fd == 0 {
			f, err := os.OpenFile("/dev/pts/0", os.O_RDWR|unix.O_NOCTTY, 0)
			r.ok(err)
			fd = int(f.Fd())
			defer f.Close()
		}
		peer := os.NewFile(uintptr(fd), "peer")
		r.ok(os.Symlink("/canary", "/dev/console"))
		r.wantErr(b.Console(peer), "/dev/console: the rootfs has a symlink of that name")
		r.ok(os.Remove("/dev/console"))
		r.ok(b.Console(peer))
		r.ok(b.Seal())
		var st unix.Stat_t
		r.ok(unix.Lstat("/dev/console", &st))
		if unix.Major(st.Rdev) != 136 || fsType("/dev/console") != unix.DEVPTS_SUPER_MAGIC {
			r.Errorf("/dev/console is %o %#x", st.Mode, st.Rdev)
		}
	})
}

// TestSource asks the parent for what init may not reach itself.
func TestSource(t *testing.T) {
	scenario(t, user, func(r *room) {
		r.mkdir(r.base + "/private")
		r.write(r.base+"/private/file", "private")
		r.mkdir(r.base + "/public")
	}, func(r *room) {
		r.ok(os.Chdir("/"))
		private := bindOf(r.base+"/private/file", "/file", 0)
		idmap := bindOf(r.base+"/public", "/map", 0)
		idmap.IDMapping = &configs.MountIDMapping{}
		c := r.config(bindOf(r.base+"/public", "/public", 0), private, idmap)
		b := r.builder(c, configs.CgroupView{})
		r.wantErr(b.Mounts(), "mounts[2] (/map): bind source: an id-mapped mount must be made by the runtime")
		b.Close()
		var asked []int
		b = r.builder(c, configs.CgroupView{})
		b.host.Source = func(i int) (*os.File, error) {
			asked = append(asked, i)
			return nil, unix.ENOENT
		}
		r.wantErr(b.Mounts(), "mounts[2] (/map): bind source: no such file")
		if len(asked) != 1 || asked[0] != 2 {
			r.Errorf("asked for %v, want [2]", asked)
		}
		b.Close()
	})
}

func TestHeldDescriptors(t *testing.T) {
	scenario(t, plain, nil, func(r *room) {
		open := func() (list []string) {
			names, err := os.ReadDir("/proc/self/fd")
			r.ok(err)
			for _, name := range names {
				link, _ := os.Readlink("/proc/self/fd/" + name.Name())
				list = append(list, link)
			}
			return list
		}
		before := open()
		for _, c := range []*configs.Config{usual(r), r.config(tmpfs("/a", "bogus"), tmpfs("/b", "")), r.config(bindOf("/missing", "/a", 0))} {
			b, err := New(c, Host{})
			r.ok(err)
			_ = b.Mounts()
			b.Close()
		}
		if after := open(); len(after) != len(before) {
			r.Errorf("open after a failure:\n%s\nbefore:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
	})
}
