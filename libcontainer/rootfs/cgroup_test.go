package rootfs

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// ownCgroup is the name of the cgroup that the tests make for the container.
const ownCgroup = "runc-rootfs-test"

// hostView describes the cgroups of this machine.
func hostView(r *room) (view configs.CgroupView) {
	f, err := os.Open("/proc/self/mountinfo")
	r.ok(err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		n := len(fields)
		on, fstype := fields[4], fields[n-3]
		if !strings.HasPrefix(on, cgroupRoot) || fstype != "cgroup" && fstype != "cgroup2" {
			continue
		}
		h := configs.CgroupHierarchy{Version2: fstype == "cgroup2"}
		if on == cgroupRoot {
			view.Unified = true
		} else {
			h.Name = filepath.Base(on)
		}
		if !h.Version2 {
			h.Options = strings.TrimPrefix(fields[n-1], "rw,")
		}
		if h.Version2 || h.Name == "pids" || h.Name == "cpu" {
			h.Path = on + "/" + ownCgroup
		}
		if h.Name == "cpu" {
			h.Links = []string{"cpulink"}
		}
		view.Hierarchies = append(view.Hierarchies, h)
	}
	if len(view.Hierarchies) == 0 {
		r.Skip("no cgroups are mounted here")
	}
	return view
}

// makeCgroups makes the container's cgroups, writable for the root of a user
// namespace, as another user's cgroup beside them is.
func makeCgroups(r *room) {
	for _, h := range hostView(r).Hierarchies {
		if h.Path == "" {
			continue
		}
		for _, dir := range []string{h.Path, h.Path + "-other"} {
			r.ok(os.MkdirAll(dir, 0o755))
			r.Cleanup(func() { r.ok(os.Remove(dir)) })
			if r.userNS {
				r.ok(os.Chown(dir, firstID, firstID))
			}
		}
	}
}

func cgroupMount(flags uint64) configs.Mount {
	return configs.Mount{Destination: "/sys/fs/cgroup", Type: "cgroup", Source: "cgroup", Flags: flags | common}
}

func (r *room) buildIn(c *configs.Config, view configs.CgroupView) error {
	r.Helper()
	return stages(r.builder(c, view))
}

// writable lists the directories below dir in which one can be made.
func writable(r *room, dir string) (list []string) {
	r.ok(filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if os.Mkdir(p+"/probe", 0o755) == nil {
			_ = os.Remove(p + "/probe")
			list = append(list, p)
		}
		return nil
	}))
	return list
}

func withoutCgroupNS(c *configs.Config) *configs.Config {
	c.Namespaces = nsWithout(c.Namespaces, configs.CgroupNamespace)
	return c
}

func nsWithout(list configs.Namespaces, t configs.NamespaceType) (out configs.Namespaces) {
	for _, ns := range list {
		if ns.Type != t {
			out = append(out, ns)
		}
	}
	return out
}

func TestCgroupV1(t *testing.T) {
	for name, ns := range map[string]uintptr{"namespace": unix.CLONE_NEWCGROUP, "none": 0} {
		t.Run(name, func(t *testing.T) {
			scenario(t, plain&^unix.CLONE_NEWCGROUP|ns, makeCgroups, func(r *room) {
				view := hostView(r)
				if view.Unified {
					r.Skip("no v1 hierarchies here")
				}
				c := r.config(cgroupMount(unix.MS_RDONLY))
				if ns == 0 {
					withoutCgroupNS(c)
				}
				r.ok(r.buildIn(c, view))
				for _, h := range view.Hierarchies {
					path := "/sys/fs/cgroup/" + h.Name
					line := r.mountOf(path)
					if ns == 0 && h.Path == "" {
						if line != "" {
							r.Errorf("%s shows a cgroup that is not the container's: %s", path, line)
						}
						continue
					}
					root := "/"
					if ns == 0 {
						root += ownCgroup
					}
					if line == "" || strings.Fields(line)[3] != root || !strings.HasPrefix(strings.Fields(line)[5], "ro,nosuid,nodev,noexec") {
						r.Errorf("%s: %q, want the root %s, read-only", path, line, root)
					}
				}
				if text, err := os.Readlink("/sys/fs/cgroup/cpulink"); text != "cpu" {
					r.Errorf("cpulink -> %q, %v", text, err)
				}
				if err := os.Mkdir("/sys/fs/cgroup/x", 0o755); !errors.Is(err, unix.EROFS) {
					r.Errorf("mkdir beside the hierarchies: %v, want EROFS", err)
				}
				if got := writable(r, "/sys/fs/cgroup"); len(got) != 0 {
					r.Errorf("read-only, but these are writable: %v", got)
				}
			})
		})
	}
}

// unified makes a pure v2 view of the v2 hierarchy of this machine.
func unified(r *room) configs.CgroupView {
	for _, h := range hostView(r).Hierarchies {
		if h.Version2 {
			h.Name = ""
			return configs.CgroupView{Unified: true, Hierarchies: []configs.CgroupHierarchy{h}}
		}
	}
	r.Skip("no cgroup2 here")
	return configs.CgroupView{}
}

func TestCgroupV2(t *testing.T) {
	scenario(t, plain, makeCgroups, func(r *room) {
		r.ok(r.buildIn(r.config(cgroupMount(unix.MS_RELATIME|unix.MS_RDONLY)), unified(r)))
		if fields := strings.Fields(r.mountOf(cgroupRoot)); fsType(cgroupRoot) != unix.CGROUP2_SUPER_MAGIC || fields[3] != "/" || fields[5] != "ro,nosuid,nodev,noexec,relatime" {
			r.Errorf("mounted is %v", fields)
		}
	})
}

// TestRootlessCgroups looks what a container in a user namespace can write to
// (CVE-2023-25809).
func TestRootlessCgroups(t *testing.T) {
	proc := configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}
	for name, view := range map[string]func(*room) configs.CgroupView{"host": hostView, "unified": unified} {
		t.Run(name, func(t *testing.T) {
			scenario(t, user&^unix.CLONE_NEWCGROUP, makeCgroups, func(r *room) {
				r.ok(r.buildIn(withoutCgroupNS(r.config(proc, cgroupMount(0))), view(r)))
				seen := 0
				for _, p := range writable(r, cgroupRoot) {
					line := r.mountOf(p)
					if strings.Contains(line, " - cgroup") && strings.Fields(line)[3] == "/"+ownCgroup {
						seen++
					} else if p != cgroupRoot || fsType(p) != unix.TMPFS_MAGIC {
						r.Errorf("%s is writable: %q", p, line)
					}
				}
				if seen == 0 {
					r.Error("the own cgroup is not writable")
				}
			})
		})
	}
	t.Run("namespace", func(t *testing.T) {
		scenario(t, user&^unix.CLONE_NEWCGROUP, func(r *room) {
			makeCgroups(r)
			r.cgroup = unified(r).Hierarchies[0].Path
		}, func(r *room) {
			runtime.LockOSThread()
			r.ok(unix.Unshare(unix.CLONE_NEWCGROUP))
			r.ok(r.buildIn(r.config(proc, cgroupMount(0)), unified(r)))
			line := r.mountOf(cgroupRoot)
			if !strings.Contains(line, " - cgroup2 ") || strings.Fields(line)[3] != "/" {
				r.Errorf("mounted is %s", line)
			}
			if _, err := os.Stat(cgroupRoot + "/" + ownCgroup); err == nil {
				r.Error("the parent of the own cgroup is visible")
			}
			if got := writable(r, cgroupRoot); len(got) != 1 {
				r.Errorf("writable: %v", got)
			}
		})
	})
}

func TestRootlessWithoutCgroup(t *testing.T) {
	scenario(t, user&^unix.CLONE_NEWCGROUP, nil, func(r *room) {
		for _, view := range []configs.CgroupView{{}, {Unified: true}, {Unified: true, Hierarchies: []configs.CgroupHierarchy{{Version2: true, Path: "/sys/fs/cgroup/gone"}}}} {
			b := r.builder(withoutCgroupNS(r.config(cgroupMount(0))), view)
			r.ok(b.Mounts())
			if names, err := os.ReadDir(r.root + cgroupRoot); len(names) != 0 || err != nil {
				r.Errorf("%v shows %v, %v", view, names, err)
			}
			if got := writable(r, r.root+cgroupRoot); view.Unified && len(got) > 0 {
				r.Errorf("%v: writable", view)
			}
			b.Close()
		}
	})
}

// TestRootlessSysBind brings the host's cgroups along by a bind of /sys or "/".
func TestRootlessSysBind(t *testing.T) {
	scenario(t, user&^unix.CLONE_NEWCGROUP, makeCgroups, func(r *room) {
		proc := configs.Mount{Destination: "/proc", Type: "proc", Source: "proc"}
		c := r.config(proc, bindOf("/sys", "/sys", unix.MS_REC), bindOf("/sys/fs", "/fs", unix.MS_REC), bindOf("/", "/all", unix.MS_REC),
			bindOf("/etc", "/etc", unix.MS_REC))
		r.ok(r.buildIn(withoutCgroupNS(c), hostView(r)))
		for _, dir := range []string{"/sys", "/fs", "/all/sys"} {
			if got := writable(r, dir); len(got) > 0 {
				r.Errorf("writable: %v", got)
			}
		}
	})
}
