package rootfs

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

const common = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// usual is what `spec` writes.
func usual(r *room) *configs.Config {
	devpts := "newinstance,ptmxmode=0666,mode=0620,gid=5"
	c := r.config(
		configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"},
		configs.Mount{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Flags: unix.MS_NOSUID | unix.MS_STRICTATIME | unix.MS_RDONLY, Data: "mode=755,size=65536k"},
		configs.Mount{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Flags: unix.MS_NOSUID | unix.MS_NOEXEC, Data: devpts},
		configs.Mount{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Flags: common, Data: "mode=1777,size=65536k"},
		configs.Mount{Destination: "/dev/mqueue", Type: "mqueue", Source: "mqueue", Flags: common},
		configs.Mount{Destination: "/sys", Type: "sysfs", Source: "sysfs", Flags: common | unix.MS_RDONLY},
	)
	c.Devices = []configs.Device{
		{Path: "/dev/null", Type: 'c', Major: 1, Minor: 3, FileMode: 0o666},
		{Path: "/dev/zero", Type: 'c', Major: 1, Minor: 5, FileMode: 0o666},
		{Path: "/dev/tty", Type: 'c', Major: 5, Minor: 0, FileMode: 0o666, GID: 5},
	}
	c.MaskPaths = []string{"/proc/cpuinfo", "/proc/keys", "/proc/acpi", "/sys/firmware", "/proc/missing", "/secret", "/secretdir", "/dir2"}
	c.ReadonlyPaths = []string{"/proc/sys", "/proc/irq", "/missing", "/rodir"}
	c.Root.Readonly = true
	return c
}

func TestWholeContainer(t *testing.T) {
	for name, flags := range map[string]uintptr{"root": plain, "userns": user} {
		t.Run(name, func(t *testing.T) {
			scenario(t, flags, func(r *room) {
				r.write(r.root+"/secret", "secret")
				for _, dir := range []string{"secretdir", "dir2", "rodir", "writable"} {
					r.mkdir(r.root + "/" + dir)
				}
				r.write(r.root+"/secretdir/file", "secret")
			}, func(r *room) {
				r.ok(r.build(usual(r)))
				checkMounts(r)
				checkDev(r)
				checkSealed(r)
			})
		})
	}
}

func checkMounts(r *room) {
	for path, magic := range map[string]int64{
		"/proc": unix.PROC_SUPER_MAGIC, "/sys": unix.SYSFS_MAGIC, "/dev": unix.TMPFS_MAGIC,
		"/dev/pts": unix.DEVPTS_SUPER_MAGIC, "/dev/mqueue": mqueueMagic, "/dev/shm": unix.TMPFS_MAGIC,
	} {
		if got := fsType(path); got != magic {
			r.Errorf("%s is a %#x, want %#x", path, got, magic)
		}
	}
	for path, words := range map[string][]string{
		"/dev":     {" ro,nosuid ", "tmpfs tmpfs", "size=65536k", "mode=755"},
		"/dev/pts": {"rw,nosuid,noexec,relatime", "gid=" + map[bool]string{false: "5", true: "100005"}[false], "ptmxmode=666"},
		"/dev/shm": {"rw,nosuid,nodev,noexec,relatime", "tmpfs shm"},
		"/sys":     {"ro,nosuid,nodev,noexec,relatime"},
		"/":        {" ro,"},
	} {
		line := r.mountOf(path)
		for _, word := range words {
			if strings.HasPrefix(word, "gid=") && r.userNS {
				continue // printed as the host sees it
			}
			if !strings.Contains(line, word) {
				r.Errorf("%s: %q lacks %q", path, line, word)
			}
		}
		if strings.Contains(line, "shared:") || path != "/" && strings.Contains(line, "master:") {
			r.Errorf("%s propagates: %s", path, line)
		}
	}
	for _, line := range r.mounts() {
		if strings.Contains(strings.Fields(line)[4], r.base) {
			r.Errorf("the old root is still there: %s", line)
		}
	}
}

func checkDev(r *room) {
	for path, rdev := range map[string]uint64{"/dev/null": unix.Mkdev(1, 3), "/dev/zero": unix.Mkdev(1, 5), "/dev/tty": unix.Mkdev(5, 0)} {
		var st unix.Stat_t
		r.ok(unix.Lstat(path, &st))
		if st.Mode != unix.S_IFCHR|0o666 || st.Rdev != rdev {
			r.Errorf("%s is %o %#x", path, st.Mode, st.Rdev)
		}
		if path == "/dev/tty" && !r.userNS && st.Gid != 5 {
			r.Errorf("%s belongs to group %d", path, st.Gid)
		}
	}
	for path, want := range map[string]string{
		"/dev/ptmx": "pts/ptmx", "/dev/fd": "/proc/self/fd", "/dev/stdin": "/proc/self/fd/0",
		"/dev/stdout": "/proc/self/fd/1", "/dev/stderr": "/proc/self/fd/2",
	} {
		if got, err := os.Readlink(path); got != want {
			r.Errorf("%s -> %q (%v), want %q", path, got, err, want)
		}
	}
	if _, err := os.ReadFile("/dev/null"); err != nil {
		r.Error(err)
	}
}

func checkSealed(r *room) {
	for _, path := range []string{"/new", "/dev/new", "/rodir/new", "/sys/new", "/secretdir/new"} {
		if err := os.Mkdir(path, 0o755); !errors.Is(err, unix.EROFS) && !errors.Is(err, unix.EPERM) {
			r.Errorf("mkdir %s: %v, want EROFS", path, err)
		}
	}
	if err := os.WriteFile("/proc/sys/kernel/domainname", []byte("x"), 0); !errors.Is(err, unix.EROFS) {
		r.Errorf("write to /proc/sys: %v, want EROFS", err)
	}
	for _, path := range []string{"/secret", "/proc/cpuinfo", "/proc/keys"} {
		if data, err := os.ReadFile(path); len(data) != 0 || err != nil && !errors.Is(err, unix.EACCES) {
			r.Errorf("%s reads %q, %v", path, data, err)
		}
		// The mode is that of the host's /dev/null: no harm if it is set.
		if err := os.Chmod(path, 0o666); err == nil {
			r.Errorf("the mask on %s can be changed", path)
		}
	}
	for _, path := range []string{"/secretdir", "/dir2", "/sys/firmware"} {
		if names, err := os.ReadDir(path); len(names) != 0 || err != nil {
			r.Errorf("%s holds %v, %v", path, names, err)
		}
	}
	if r.mountOf("/missing") != "" {
		r.Error("a missing path was made")
	}
	if cwd, err := os.Getwd(); cwd != "/" {
		r.Errorf("working directory %q, %v", cwd, err)
	}
}
