package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func TestTmpfsModeAndOwner(t *testing.T) {
	scenario(t, plain, func(r *room) {
		for name, mode := range map[string]os.FileMode{"a": 0o1777, "b": 0o700, "c": 0o755} {
			r.mkdir(r.root + "/" + name)
			r.ok(os.Chmod(r.root+"/"+name, mode&0o777|os.ModeSticky*(mode>>9&1)))
			r.ok(os.Chown(r.root+"/"+name, 11, 12))
		}
	}, func(r *room) {
		r.ok(r.build(r.config(tmpfs("/a", ""), tmpfs("/b", "size=4k"), tmpfs("/c", "mode=711"), tmpfs("/new/dir", ""), tmpfs("/new/mode", "mode=701"))))
		for path, want := range map[string]string{
			"/a": "41777 11:12", "/b": "40700 11:12", "/c": "40711 0:0", "/new/dir": "41777 0:0", "/new/mode": "40701 0:0",
			"/new": "40755 0:0",
		} {
			var st unix.Stat_t
			r.ok(unix.Stat(path, &st))
			if got := fmt.Sprintf("%o %d:%d", st.Mode, st.Uid, st.Gid); got != want {
				r.Errorf("%s is %s, want %s", path, got, want)
			}
		}
	})
}

func TestCopyUp(t *testing.T) {
	scenario(t, plain, func(r *room) {
		d := r.root + "/etc"
		r.mkdir(d + "/sub/deeper")
		r.ok(os.Chmod(d+"/sub", 0o2750|os.ModeSetgid))
		r.write(d+"/sub/file", strings.Repeat("content\n", 10000))
		r.ok(os.Chmod(d+"/sub/file", 0o4711|os.ModeSetuid))
		r.ok(os.Chown(d+"/sub/file", 3, 4))
		r.ok(os.Chmod(d+"/sub/file", 0o711|os.ModeSetuid))
		r.symlink(r.host+"/canary", d+"/link")
		r.ok(os.Lchown(d+"/link", 5, 6))
		r.ok(unix.Mkfifo(d+"/fifo", 0o640))
		r.ok(unix.Mknod(d+"/null", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
		r.ok(os.Chmod(d+"/null", 0o666))
	}, func(r *room) {
		m := tmpfs("/etc", "size=1m")
		m.TmpCopyUp, m.Flags = true, unix.MS_RDONLY
		none := tmpfs("/none", "")
		none.TmpCopyUp = true
		b := r.builder(r.config(m, none), configs.CgroupView{})
		r.ok(b.Mounts())
		for path, want := range map[string]string{
			"": "40755 0:0", "/sub": "42750 0:0", "/sub/deeper": "40755 0:0", "/sub/file": "104711 3:4",
			"/link": "120777 5:6", "/fifo": "10640 0:0", "/null": "20666 0:0",
		} {
			var st, below unix.Stat_t
			r.ok(unix.Lstat(r.root+"/etc"+path, &st))
			if got := fmt.Sprintf("%o %d:%d", st.Mode, st.Uid, st.Gid); got != want {
				r.Errorf("%s is %s, want %s", path, got, want)
			}
			r.ok(unix.Stat(r.root, &below))
			if st.Dev == below.Dev {
				r.Errorf("%s is not a copy", path)
			}
		}
		if text, err := os.Readlink(r.root + "/etc/link"); text != r.host+"/canary" {
			r.Errorf("link -> %q, %v", text, err)
		}
		if data, err := os.ReadFile(r.root + "/etc/sub/file"); len(data) != 80000 || err != nil {
			r.Errorf("file has %d bytes, %v", len(data), err)
		}
		r.ok(b.Devices())
		r.ok(b.Enter())
		r.ok(b.Seal())
		if err := os.WriteFile("/etc/new", nil, 0o644); !errors.Is(err, unix.EROFS) {
			r.Errorf("write: %v, want EROFS", err)
		}
	})
}

func TestCopyUpFull(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.root + "/etc")
		r.write(r.root+"/etc/file", strings.Repeat("content\n", 10000))
	}, func(r *room) {
		m := tmpfs("/etc", "size=4k")
		m.TmpCopyUp = true
		r.wantErr(r.build(r.config(m)), "mounts[0] (/etc): tmpcopyup: ", "no space left")
	})
}

// sourceMounts makes tmpfs mounts on the host's side: source with nosuid and
// ro, and below it rw.
func sourceMounts(r *room) {
	r.mkdir(r.base + "/source")
	r.ok(unix.Mount("tmpfs", r.base+"/source", "tmpfs", 0, ""))
	r.mkdir(r.base + "/source/below")
	r.ok(unix.Mount("tmpfs", r.base+"/source/below", "tmpfs", 0, ""))
	r.ok(unix.Mount("", r.base+"/source", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NOATIME, ""))
	r.Cleanup(func() { _ = unix.Unmount(r.base+"/source", unix.MNT_DETACH) })
}

func TestBindFlags(t *testing.T) {
	scenario(t, plain, sourceMounts, func(r *room) {
		src := r.base + "/source"
		bind := func(to string, set, clear uint64, propagation ...uint64) configs.Mount {
			m := bindOf(src, to, set)
			m.ClearFlags, m.Propagation = clear, propagation
			return m
		}
		c := r.config(
			bind("/kept", 0, 0),
			bind("/implied", unix.MS_NODEV, 0),
			bind("/rw", 0, unix.MS_RDONLY),
			bind("/ro", unix.MS_RDONLY, 0),
			bind("/atime", unix.MS_STRICTATIME|unix.MS_NODIRATIME, 0),
			bind("/rec", unix.MS_REC|unix.MS_NOSYMFOLLOW, 0),
			bind("/shared", unix.MS_REC, 0, unix.MS_PRIVATE|unix.MS_REC, unix.MS_SHARED),
		)
		r.ok(r.build(c))
		for path, want := range map[string]string{
			"/kept": "ro,nosuid,noatime", "/implied": "rw,nodev,noatime", "/rw": "rw,noatime", "/ro": "ro,noatime",
			"/atime": "rw,nodiratime", "/rec": "rw,noatime,nosymfollow", "/rec/below": "rw,relatime",
			"/shared": "ro,nosuid,noatime", "/shared/below": "rw,relatime",
		} {
			line := r.mountOf(path)
			if line == "" || strings.Fields(line)[5] != want {
				r.Errorf("%s: %q, want %s", path, line, want)
			}
		}
		if r.mountOf("/kept/below") != "" {
			r.Error("bind took the mounts below along")
		}
		if line := r.mountOf("/rec/below"); !strings.Contains(line, "master:") {
			r.Errorf("not a slave of the host's: %s", line)
		}
		if line := r.mountOf("/shared"); !strings.Contains(line, "shared:") || strings.Contains(line, "master:") {
			r.Errorf("not shared alone: %s", line)
		}
		if line := r.mountOf("/shared/below"); strings.Contains(line, "shared:") || strings.Contains(line, "master:") {
			r.Errorf("not private: %s", line)
		}
	})
}

func TestRecursiveFlags(t *testing.T) {
	scenario(t, plain, sourceMounts, func(r *room) {
		m := bindOf(r.base+"/source", "/rro", unix.MS_REC)
		m.RecSet, m.RecClear = unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOEXEC, unix.MOUNT_ATTR_NOSUID
		err := r.build(r.config(m))
		if r.old {
			r.wantErr(err, "mounts[0] (/rro)", "mount_setattr(2) (Linux 5.12)")
			return
		}
		r.ok(err)
		for path, want := range map[string]string{"/rro": "ro,noexec,noatime", "/rro/below": "ro,noexec,relatime"} {
			if got := strings.Fields(r.mountOf(path))[5]; got != want {
				r.Errorf("%s is %s, want %s", path, got, want)
			}
		}
	})
}

// TestLockedFlags binds what a more privileged namespace has mounted with flags.
func TestLockedFlags(t *testing.T) {
	scenario(t, user, sourceMounts, func(r *room) {
		bind := func(to string, set, clear uint64) configs.Mount {
			m := bindOf(r.base+"/source", to, set|unix.MS_REC)
			m.ClearFlags = clear
			return m
		}
		r.wantErr(r.build(r.config(bind("/rw", 0, unix.MS_RDONLY))), "mounts[0] (/rw): ", "cannot clear locked flags ro", "; they were set outside")
		r.wantErr(r.build(r.config(bind("/atime", unix.MS_STRICTATIME, 0))), "mounts[0] (/atime): ", "not permitted")
		if !r.old {
			r.wantErr(r.build(r.config(bindOf(r.base+"/source", "/x", 0))), "mounts[0] (/x): bind source: ", "use rbind")
		}
		proc := configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}
		r.ok(r.build(r.config(proc, bind("/noexec", unix.MS_NOEXEC, 0), bind("/same", unix.MS_NOATIME, unix.MS_NOEXEC))))
		for path, want := range map[string]string{"/noexec": "ro,nosuid,noexec,noatime", "/same": "ro,nosuid,noatime"} {
			if got := strings.Fields(r.mountOf(path))[5]; got != want {
				r.Errorf("%s is %s, want %s", path, got, want)
			}
		}
	})
}

func TestErrors(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.root + "/dir")
		r.write(r.root+"/file", "")
		r.mkdir(r.base + "/srcdir")
		r.write(r.base+"/srcfile", "")
	}, func(r *room) {
		fs := func(fstype, data string) configs.Mount {
			return configs.Mount{Destination: "/dir", Type: fstype, Source: fstype, Data: data}
		}
		for _, c := range []struct {
			m     configs.Mount
			texts []string
			newer []string
		}{
			{bindOf(r.base+"/srcdir", "/file", 0), []string{"bind source " + r.base + "/srcdir is a directory, target /file in the rootfs is a regular file"}, nil},
			{bindOf(r.base+"/srcfile", "/dir", 0), []string{"srcfile is a regular file, target /dir in the rootfs is a directory"}, nil},
			{bindOf(r.base+"/missing", "/dir", 0), []string{"mounts[0] (/dir): bind source: ", "/missing: no such file", "; make the source"}, nil},
			{bindOf(r.base+"/srcdir", "/file/x", 0), []string{"mounts[0] (/file/x): target: ", "not a directory"}, nil},
			{fs("nosuchfs", ""), []string{"mount nosuchfs: ", "no such device; this kernel has no file system of type nosuchfs"}, nil},
			{fs("tmpfs", "bogusopt"), []string{"mounts[0] (/dir): mount tmpfs: ", "invalid argument"},
				[]string{`tmpfs: Unknown parameter 'bogusopt'`, `; tmpfs does not take the option "bogusopt"`}},
			{fs("tmpfs", "size=4k,mode=9"), []string{"mount tmpfs: "}, []string{"option mode=9: "}},
			{configs.Mount{Destination: "/file", Type: "tmpfs"}, []string{"mounts[0] (/file): target /file: not a directory; the target in the rootfs must be a directory"}, nil},
		} {
			err := r.build(r.config(c.m))
			r.wantErr(err, c.texts...)
			if !r.old {
				r.wantErr(err, c.newer...)
			}
			if strings.Contains(err.Error(), "\n") {
				r.Errorf("%q is more than a line", err)
			}
		}
		proc := configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}
		err := r.build(r.config(proc, bindOf(r.base+"/srcfile", "/proc/nosuch", 0)))
		if r.wantErr(err, "mounts[1] (/proc/nosuch): target: "); strings.Contains(err.Error(), "source") {
			r.Errorf("%q blames the source", err)
		}
	})
}

func TestUserNamespaceErrors(t *testing.T) {
	scenario(t, user, nil, func(r *room) {
		devpts := configs.Mount{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Data: "newinstance,gid=5555"}
		err := r.build(r.config(devpts))
		if r.old {
			r.wantErr(err, "mounts[0] (/dev/pts): mount devpts: ", "invalid argument; are the ids of its options (newinstance,gid=5555) mapped")
		} else {
			r.wantErr(err, "mounts[0] (/dev/pts): mount devpts: option gid=5555: ",
				"; gid 5555 is not mapped in the user namespace (mapped: 0-999); map it or drop the option")
		}
	})
	scenario(t, user&^(unix.CLONE_NEWPID|unix.CLONE_NEWNET|unix.CLONE_NEWIPC), nil, func(r *room) {
		for fstype, needs := range map[string]string{"proc": "a pid namespace", "sysfs": "a network namespace", "mqueue": "an ipc namespace"} {
			c := r.config(configs.Mount{Destination: "/x", Type: fstype, Source: fstype})
			c.Namespaces = configs.Namespaces{{Type: configs.MountNamespace}, {Type: configs.UserNamespace}}
			r.wantErr(r.build(c), "mounts[0] (/x): mount "+fstype+": ", "operation not permitted", "only along with "+needs)
		}
	})
}

// TestTooRevealing has files of the outer procfs covered (users.md, B24).
func TestTooRevealing(t *testing.T) {
	scenario(t, user, func(r *room) {
		r.ok(unix.Mount("tmpfs", "/proc/irq", "tmpfs", 0, ""))
		r.Cleanup(func() { _ = unix.Unmount("/proc/irq", 0) })
	}, func(r *room) {
		err := r.build(r.config(configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}))
		r.wantErr(err, "mounts[0] (/proc): mount proc: ", "a new procfs is not allowed since /proc out here has 1 over-mounts (/proc/irq)",
			"systempaths=unconfined")
	})
}

func TestLongOption(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.base + "/" + strings.Repeat("long/", 60) + "lower")
		r.write(r.base+"/"+strings.Repeat("long/", 60)+"lower/file", "x")
		r.mkdir(r.base + "/upper")
		r.mkdir(r.base + "/work")
	}, func(r *room) {
		r.ok(r.build(r.config(configs.Mount{
			Destination: "/mnt", Type: "overlay", Source: "overlay",
			Data: "lowerdir=" + r.base + "/" + strings.Repeat("long/", 60) + "lower,upperdir=" + r.base + "/upper,workdir=" + r.base + "/work",
		})))
		if _, err := os.Stat("/mnt/file"); err != nil {
			r.Error(err)
		}
	})
}

// TestMountOverRoot has the root file system come from the config.
func TestMountOverRoot(t *testing.T) {
	scenario(t, plain, func(r *room) {
		r.mkdir(r.base + "/other")
		r.write(r.base+"/other/here", "")
	}, func(r *room) {
		c := r.config(bindOf(r.base+"/other", "/", 0), tmpfs("/tmp", ""))
		c.Root.Readonly = true
		r.ok(r.build(c))
		if _, err := os.Stat("/here"); err != nil {
			r.Error(err)
		}
		if err := os.Mkdir("/x", 0o755); !errors.Is(err, unix.EROFS) {
			r.Errorf("mkdir: %v, want EROFS", err)
		}
		if err := os.Mkdir("/tmp/x", 0o755); err != nil {
			r.Error(err)
		}
	})
}
