package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// object is a part of config.json.
type object = map[string]any

// A change makes a bundle out of the default one.
type change func(config object)

// makeRootfs makes a root file system in which there is little but busybox.
func makeRootfs(dir string) error {
	for _, name := range []string{"bin", "dev", "etc", "mnt", "proc", "sys", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bin/busybox"), busybox, 0o755); err != nil {
		return err
	}
	for _, applet := range []string{"sleep", "true"} {
		if err := os.Symlink("busybox", filepath.Join(dir, "bin", applet)); err != nil {
			return err
		}
	}
	return nil
}

// makeBundle writes a config.json into a new bundle, and returns its directory.
func (l *lab) makeBundle(name, rootfs string, changes ...change) (string, error) {
	dir := filepath.Join(l.dir, "bundle-"+name)
	config := defaultConfig(rootfs)
	for _, change := range changes {
		change(config)
	}
	data, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "config.json"), data, 0o644)
}

// defaultConfig is what `runc spec` writes, without a terminal. ociVersion is one
// that crun 1.8 takes.
func defaultConfig(rootfs string) object {
	capabilities := []string{"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"}
	return object{
		"ociVersion": "1.0.2",
		"process": object{
			"terminal": false,
			"user":     object{"uid": 0, "gid": 0},
			"args":     []string{"/bin/true"},
			"env":      []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"},
			"cwd":      "/",
			"capabilities": object{
				"bounding": capabilities, "effective": capabilities, "permitted": capabilities,
			},
			"rlimits":         []object{{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}},
			"noNewPrivileges": true,
		},
		"root":     object{"path": rootfs, "readonly": true},
		"hostname": "bench",
		"mounts":   defaultMounts(),
		"linux": object{
			"resources":  object{"devices": []object{{"allow": false, "access": "rwm"}}},
			"namespaces": namespaces("pid", "network", "ipc", "uts", "mount"),
			"maskedPaths": []string{
				"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
			},
			"readonlyPaths": []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
		},
	}
}

func defaultMounts() []object {
	mount := func(target, kind, source string, options ...string) object {
		return object{"destination": target, "type": kind, "source": source, "options": options}
	}
	return []object{
		{"destination": "/proc", "type": "proc", "source": "proc"},
		mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
		mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
		mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
		mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
		mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
		mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
	}
}

func namespaces(types ...string) []object {
	var list []object
	for _, name := range types {
		list = append(list, object{"type": name})
	}
	return list
}

// withArgs lets the container run another program.
func withArgs(args ...string) change {
	return func(config object) { config["process"].(object)["args"] = args }
}

// withCgroupNamespace is what the default spec asks for on a host with cgroup v2.
func withCgroupNamespace(config object) {
	linux := config["linux"].(object)
	linux["namespaces"] = append(linux["namespaces"].([]object), namespaces("cgroup")...)
}

// withMounts adds read-only bind mounts.
func withMounts(count int, source string) change {
	return func(config object) {
		mounts := config["mounts"].([]object)
		for i := range count {
			mounts = append(mounts, object{
				"destination": fmt.Sprintf("/mnt/%d", i), "type": "bind", "source": source,
				"options": []string{"rbind", "ro"},
			})
		}
		config["mounts"] = mounts
	}
}

// userFirst and userCount are the ids of the container's user namespace.
const (
	userFirst = 100000
	userCount = 65536
)

// withUserNamespace gives the container ids of its own. The root file system must
// belong to them.
func withUserNamespace(config object) {
	linux := config["linux"].(object)
	linux["namespaces"] = append(linux["namespaces"].([]object), namespaces("user")...)
	ids := []object{{"containerID": 0, "hostID": userFirst, "size": userCount}}
	linux["uidMappings"], linux["gidMappings"] = ids, ids
}

// withMemoryLimit sets the limit in bytes.
func withMemoryLimit(limit int64) change {
	return func(config object) {
		config["linux"].(object)["resources"].(object)["memory"] = object{"limit": limit}
	}
}
