package validate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

func ptr[T any](v T) *T { return &v }

// good returns a container and a process without mistakes. Its bundle is dir,
// in which rootfs has a directory and a file, and src the same.
func good(dir string) (*configs.Config, *configs.Process) {
	c := &configs.Config{
		OCIVersion: "1.3.0",
		Bundle:     dir,
		Root:       configs.Root{Path: dir + "/rootfs", Readonly: true},
		Hostname:   "host",
		Namespaces: configs.Namespaces{{Type: "pid"}, {Type: "network"}, {Type: "ipc"}, {Type: "uts"}, {Type: "mount"}, {Type: "cgroup"}, {Type: "time"}},
		Mounts: []configs.Mount{
			{Destination: "/proc", Type: "proc", Source: "proc"},
			{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Data: "mode=755,size=64k"},
			{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Data: "newinstance,ptmxmode=0666,gid=5"},
			{Destination: "/dir", Type: "bind", Source: dir + "/src/dir", Flags: unix.MS_BIND},
			{Destination: "/file", Type: "bind", Source: dir + "/src/file", Flags: unix.MS_BIND},
			{Destination: "/proc/uptime", Type: "bind", Source: dir + "/src/file", Flags: unix.MS_BIND},
		},
		Devices:       []configs.Device{{Path: "/dev/a", Type: 'c', FileMode: 0o666}},
		MaskPaths:     []string{"/proc/kcore"},
		ReadonlyPaths: []string{"/proc/sys"},
		Sysctl:        map[string]string{"net.ipv4.ip_forward": "1", "kernel.shmmax": "5", "kernel.domainname": "d", "net.ipv4.conf.eth0/1.forwarding": "1"},
		TimeOffsets:   map[string]configs.TimeOffset{"monotonic": {Secs: 1}},
		NetDevices:    map[string]string{"eth0": "in", "eth1": ""},
		IntelRdt:      &configs.IntelRdt{ClosID: "/", MemBwSchema: "MB:0=5"},
		MemoryPolicy:  &configs.MemoryPolicy{Mode: 3, Nodes: []int{0}},
		Hooks:         configs.Hooks{Poststop: []configs.Hook{{Path: "/bin/true", Env: []string{"A="}}}},
	}
	p := &configs.Process{
		Args:        []string{"sh"},
		Env:         []string{"A=b"},
		Cwd:         "/",
		Rlimits:     []configs.Rlimit{{Type: 7, Soft: 5, Hard: 5}},
		OOMScoreAdj: ptr(-1000),
		Scheduler:   &configs.Scheduler{Policy: 1, Priority: 99},
		IOPriority:  &configs.IOPriority{Class: 1, Priority: 7},
	}
	return c, p
}

// inUserns gives c a new user namespace that maps ids 0 to 9.
func inUserns(c *configs.Config) {
	c.Namespaces = append(c.Namespaces, configs.Namespace{Type: "user"})
	c.UIDMappings = []configs.IDMap{{ContainerID: 0, HostID: 1000, Size: 10}}
	c.GIDMappings = []configs.IDMap{{ContainerID: 0, HostID: 1000, Size: 10}}
}

// without takes the namespace of type t from c.
func without(c *configs.Config, t configs.NamespaceType) {
	var kept configs.Namespaces
	for _, ns := range c.Namespaces {
		if ns.Type != t {
			kept = append(kept, ns)
		}
	}
	c.Namespaces = kept
}

// join makes c join its namespace of type t at path.
func join(c *configs.Config, t configs.NamespaceType, path string) { c.Namespaces.Get(t).Path = path }

func TestBadConfig(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(c *configs.Config, p *configs.Process)
		// want is the message; DIR stands for the bundle.
		want string
	}{
		{"namespace type", func(c *configs.Config, _ *configs.Process) { c.Namespaces[2].Type = "foo" }, `linux.namespaces[2].type: namespace "foo" does not exist; known: user, cgroup, ipc, uts, network, pid, time, mount`},
		{"namespace twice", func(c *configs.Config, _ *configs.Process) { c.Namespaces[3].Type = "pid" }, `linux.namespaces[3]: duplicated namespace "pid", the first is linux.namespaces[0]; keep one`},
		{"namespace path relative", func(c *configs.Config, _ *configs.Process) { join(c, "ipc", "proc/1/ns/ipc") }, `linux.namespaces[2].path: "proc/1/ns/ipc" is not an absolute path`},
		{"namespace path missing", func(c *configs.Config, _ *configs.Process) { join(c, "ipc", "/missing") }, "linux.namespaces[2].path: /missing does not exist; give the path of a living ipc namespace, or leave it out for a new one"},
		{"namespace path of a file", func(c *configs.Config, _ *configs.Process) { join(c, "network", "/etc/passwd") }, "linux.namespaces[1].path: /etc/passwd is not a namespace"},
		{"namespace path of another type", func(c *configs.Config, _ *configs.Process) { join(c, "network", "/proc/self/ns/uts") }, "linux.namespaces[1].path: /proc/self/ns/uts is UTSLINK, not a network namespace"},
		{"own user namespace", func(c *configs.Config, _ *configs.Process) { inUserns(c); join(c, "user", "/proc/self/ns/user") }, "linux.namespaces[7].path: /proc/self/ns/user is the runtime's own user namespace, which setns(2) refuses; drop the entry"},
		{"rootless without userns", func(c *configs.Config, _ *configs.Process) { c.RootlessEUID = true }, `linux.namespaces: rootless container requires user namespaces; add {"type": "user"} and id maps (runc spec --rootless writes them)`},
		{"maps without userns", func(c *configs.Config, _ *configs.Process) { inUserns(c); without(c, "user") }, `linux.uidMappings: user namespace mappings specified, but user namespace isn't enabled; add {"type": "user"} to linux.namespaces or drop them`},
		{"gid map without userns", func(c *configs.Config, _ *configs.Process) { c.GIDMappings = []configs.IDMap{{Size: 1}} }, `linux.gidMappings: user namespace mappings specified, but user namespace isn't enabled; add {"type": "user"} to linux.namespaces or drop them`},
		{"userns without maps", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.UIDMappings = nil }, "linux.uidMappings: empty, but a new user namespace needs mappings; map at least id 0"},
		{"userns without gid map", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.GIDMappings = nil }, "linux.gidMappings: empty, but a new user namespace needs mappings; map at least id 0"},
		{"map of size 0", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.UIDMappings[0].Size = 0 }, "linux.uidMappings[0].size: 0 maps nothing; drop the entry or give a size"},
		{"map too long inside", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.UIDMappings = append(c.UIDMappings, configs.IDMap{ContainerID: 4294967290, HostID: 5, Size: 6})
		}, "linux.uidMappings[1]: container ids from 4294967290, 6 of them, run beyond 4294967294"},
		{"map too long outside", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.GIDMappings[0].HostID = 4294967290 }, "linux.gidMappings[0]: host ids from 4294967290, 10 of them, run beyond 4294967294"},
		{"overlap inside", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.UIDMappings = append(c.UIDMappings, configs.IDMap{ContainerID: 9, HostID: 5000, Size: 2})
		}, "linux.uidMappings[1]: container ids 9-10 overlap 0-9 of linux.uidMappings[0]"},
		{"overlap outside", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.GIDMappings = append(c.GIDMappings, configs.IDMap{ContainerID: 10, HostID: 999, Size: 2})
		}, "linux.gidMappings[1]: host ids 999-1000 overlap 1000-1009 of linux.gidMappings[0]"},
		{"root unmapped", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.UIDMappings[0].ContainerID = 5 }, "linux.uidMappings: id 0 is not mapped (mapped: 5-14), and the container is set up by its root; map it"},
		{"341 lines", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.UIDMappings = make([]configs.IDMap, 341) }, "linux.uidMappings: 341 entries are more than the kernel's 340; join neighbours"},
		{"uid unmapped", func(c *configs.Config, p *configs.Process) { inUserns(c); p.User.UID = 10 }, "process.user.uid: uid 10 is not mapped in the user namespace (mapped: 0-9); map it in linux.uidMappings or choose another"},
		{"gid unmapped", func(c *configs.Config, p *configs.Process) { inUserns(c); p.User.GID = 4294967294 }, "process.user.gid: gid 4294967294 is not mapped in the user namespace (mapped: 0-9); map it in linux.gidMappings or choose another"},
		{"group unmapped", func(c *configs.Config, p *configs.Process) { inUserns(c); p.User.AdditionalGIDs = []uint32{1, 50} }, "process.user.additionalGids[1]: gid 50 is not mapped in the user namespace (mapped: 0-9); map it in linux.gidMappings or drop it"},
		{"groups with a single gid", func(c *configs.Config, p *configs.Process) {
			inUserns(c)
			c.RootlessEUID, c.NetDevices = true, nil
			c.GIDMappings[0].Size = 1
			c.Mounts[2].Data = ""
			p.User.AdditionalGIDs = []uint32{0}
		}, "process.user.additionalGids: cannot set any additional groups in a rootless container with a single gid: the kernel denies setgroups(2) there; drop them or map a range"},
		{"offsets without namespace", func(c *configs.Config, _ *configs.Process) { without(c, "time") }, `linux.timeOffsets: time namespace offsets specified, but no new time namespace; add {"type": "time"} to linux.namespaces`},
		{"offset of an unknown clock", func(c *configs.Config, _ *configs.Process) {
			c.TimeOffsets = map[string]configs.TimeOffset{"realtime": {}}
		}, `linux.timeOffsets: unknown clock "realtime"; known: boottime, monotonic`},
		{"offset of a second of nanoseconds", func(c *configs.Config, _ *configs.Process) {
			c.TimeOffsets = map[string]configs.TimeOffset{"boottime": {Nanosecs: 1e9}}
		}, "linux.timeOffsets.boottime.nanosecs: 1000000000 is a second or more"},
		{"hostname without uts", func(c *configs.Config, _ *configs.Process) { without(c, "uts") }, `hostname: unable to set hostname without a private UTS namespace; add {"type": "uts"} to linux.namespaces or drop it`},
		{"hostname in the host's uts", func(c *configs.Config, _ *configs.Process) { join(c, "uts", "/proc/self/ns/uts") }, `hostname: unable to set hostname without a private UTS namespace; add {"type": "uts"} to linux.namespaces or drop it`},
		{"domainname without uts", func(c *configs.Config, _ *configs.Process) { without(c, "uts"); c.Hostname, c.Domainname = "", "d" }, `domainname: unable to set domainname without a private UTS namespace; add {"type": "uts"} to linux.namespaces or drop it`},
		{"hostname too long", func(c *configs.Config, _ *configs.Process) { c.Hostname = strings.Repeat("a", 65) }, "hostname: 65 bytes are more than the kernel's 64"},
		{"rootfs missing", func(c *configs.Config, _ *configs.Process) { c.Root.Path += "2" }, "root.path: invalid rootfs: DIR/rootfs2 does not exist; unpack an image there or correct the path"},
		{"rootfs is a file", func(c *configs.Config, _ *configs.Process) { c.Root.Path = c.Bundle + "/src/file" }, "root.path: invalid rootfs: DIR/src/file is not a directory"},
		{"readonly root in the host's mount namespace", func(c *configs.Config, _ *configs.Process) {
			join(c, "mount", "/proc/self/ns/mnt")
		}, `root.readonly: the container joins the runtime's own mount namespace, and this would change the host's mounts; drop the path or the entry in linux.namespaces`},
		{"mounts in the host's mount namespace", func(c *configs.Config, _ *configs.Process) {
			join(c, "mount", "/proc/self/ns/mnt")
			c.Root.Readonly = false
		}, `mounts: the container joins the runtime's own mount namespace, and this would change the host's mounts; drop the path or the entry in linux.namespaces`},
		{"masked paths without mount namespace", func(c *configs.Config, _ *configs.Process) {
			without(c, "mount")
			c.Root.Readonly, c.Mounts = false, nil
		}, `linux.maskedPaths: unable to restrict sys entries without a private MNT namespace; add {"type": "mount"} to linux.namespaces or drop them`},
		{"readonly paths without mount namespace", func(c *configs.Config, _ *configs.Process) {
			without(c, "mount")
			c.Root.Readonly, c.Mounts, c.MaskPaths = false, nil, nil
		}, `linux.readonlyPaths: unable to restrict sys entries without a private MNT namespace; add {"type": "mount"} to linux.namespaces or drop them`},
		{"masked path relative", func(c *configs.Config, _ *configs.Process) { c.MaskPaths = []string{"/a", "b"} }, `linux.maskedPaths[1]: "b" is not an absolute path`},
		{"private root without pivot", func(c *configs.Config, _ *configs.Process) {
			c.NoPivot, c.Root.Propagation = true, unix.MS_PRIVATE|unix.MS_REC
		}, "linux.rootfsPropagation: [r]private is not safe with --no-pivot; choose [r]slave or leave one of them out"},
		{"no type", func(c *configs.Config, _ *configs.Process) { c.Mounts[1].Type = "" }, "mounts[1] (/dev): type: empty; name the file system, or add the option bind or rbind"},
		{"NUL in a source", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].Source = "/a\x00b" }, `mounts[3] (/dir): source: "/a\x00b" holds a NUL byte`},
		{"tmpfs on proc", func(c *configs.Config, _ *configs.Process) { c.Mounts[0].Type = "tmpfs" }, `mounts[0] (/proc): "/proc" cannot be mounted because it is not of type proc`},
		{"mount inside proc", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].Destination = "/proc/sys/net" }, `mounts[3] (/proc/sys/net): "/proc/sys/net" cannot be mounted because it is inside /proc; mount it elsewhere`},
		{"proc inside proc", func(c *configs.Config, _ *configs.Process) { c.Mounts[0].Destination = "/proc/1" }, `mounts[0] (/proc/1): "/proc/1" cannot be mounted because it is inside /proc; mount it elsewhere`},
		{"unknown option of tmpfs", func(c *configs.Config, _ *configs.Process) { c.Mounts[1].Data += ",bogus" }, "mounts[1] (/dev): option `bogus` is not known to tmpfs; drop it"},
		{"unknown option of devpts", func(c *configs.Config, _ *configs.Process) { c.Mounts[2].Data += ",size=5" }, "mounts[2] (/dev/pts): option `size=5` is not known to devpts; drop it"},
		{"unknown option of proc", func(c *configs.Config, _ *configs.Process) { c.Mounts[0].Data = "nosymlink" }, "mounts[0] (/proc): option `nosymlink` is not known to proc; drop it"},
		{"unknown option of sysfs", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[1] = configs.Mount{Destination: "/sys", Type: "sysfs", Data: "mode=755"}
		}, "mounts[1] (/sys): option `mode=755` is not known to sysfs; drop it"},
		{"unknown option of mqueue", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[1] = configs.Mount{Destination: "/q", Type: "mqueue", Data: "gid=0"}
		}, "mounts[1] (/q): option `gid=0` is not known to mqueue; drop it"},
		{"empty option", func(c *configs.Config, _ *configs.Process) { c.Mounts[1].Data = "mode=755," }, "mounts[1] (/dev): option `` is not known to tmpfs; drop it"},
		{"gid=5 unmapped", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.GIDMappings[0].Size = 1 }, "mounts[2] (/dev/pts): option gid=5: gid 5 is not mapped in the user namespace (mapped: 0-0); map it or drop the option"},
		{"uid= unmapped", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.Mounts[1].Data = "uid=1000" }, "mounts[1] (/dev): option uid=1000: uid 1000 is not mapped in the user namespace (mapped: 0-9); map it or drop the option"},
		{"uid= of another file system", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.Mounts[1] = configs.Mount{Destination: "/m", Type: "vfat", Data: "uid=1000,foo"}
		}, "mounts[1] (/m): option uid=1000: uid 1000 is not mapped in the user namespace (mapped: 0-9); map it or drop the option"},
		{"gid= no number", func(c *configs.Config, _ *configs.Process) { c.Mounts[2].Data = "gid=tty" }, `mounts[2] (/dev/pts): option gid=tty: "tty" is not a gid; write a number from 0 to 4294967294`},
		{"mode no number", func(c *configs.Config, _ *configs.Process) { c.Mounts[1].Data = "mode=789" }, `mounts[1] (/dev): option mode=789: "789" is not a mode; write an octal number up to 7777`},
		{"bind source missing", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].Source += "/none" }, "mounts[3] (/dir): bind source DIR/src/dir/none: no such file or directory; create it or drop the mount"},
		{"bind source below a file", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].Source = c.Bundle + "/src/file/none" }, "mounts[3] (/dir): bind source DIR/src/file/none: no such file or directory; create it or drop the mount"},
		{"directory over file", func(c *configs.Config, _ *configs.Process) { c.Mounts[4].Source = c.Bundle + "/src/dir" }, "mounts[4] (/file): bind source DIR/src/dir is a directory, target /file in rootfs is a regular file: not a directory; make both the same"},
		{"file over directory", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].Source = c.Bundle + "/src/file" }, "mounts[3] (/dir): bind source DIR/src/file is a regular file, target /dir in rootfs is a directory: not a directory; make both the same"},
		{"idmap of a tmpfs", func(c *configs.Config, _ *configs.Process) { c.Mounts[1].IDMapping = new(configs.MountIDMapping) }, "mounts[1] (/dev): id-mapped mounts are only supported for bind-mounts; drop idmap, uidMappings and gidMappings"},
		{"idmap without maps", func(c *configs.Config, _ *configs.Process) { c.Mounts[3].IDMapping = new(configs.MountIDMapping) }, "mounts[3] (/dir): option idmap: neither the mount nor the container has mappings; add uidMappings and gidMappings"},
		{"idmap rootless", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.RootlessEUID = true
			c.Mounts[3].IDMapping = new(configs.MountIDMapping)
		}, "mounts[3] (/dir): id-mapped mounts are not supported for rootless containers; drop idmap, uidMappings and gidMappings"},
		{"idmap of size 0", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[3].IDMapping = &configs.MountIDMapping{UIDMappings: []configs.IDMap{{Size: 1}}, GIDMappings: []configs.IDMap{{}}}
		}, "mounts[3] (/dir): gidMappings[0].size: 0 maps nothing; drop the entry or give a size"},
		{"device path", func(c *configs.Config, _ *configs.Process) { c.Devices[0].Path = "dev/a" }, `linux.devices[0] (dev/a): path: "dev/a" is not an absolute path of a file`},
		{"device type", func(c *configs.Config, _ *configs.Process) { c.Devices[0].Type = 'x' }, `linux.devices[0] (/dev/a): type: 'x' is not known; use b, c or p`},
		{"device uid", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.Devices[0].UID = 10 }, "linux.devices[0] (/dev/a): uid: uid 10 is not mapped in the user namespace (mapped: 0-9); map it or drop the field"},
		{"device gid", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.Devices[0].GID = 10 }, "linux.devices[0] (/dev/a): gid: gid 10 is not mapped in the user namespace (mapped: 0-9); map it or drop the field"},
		{"sysctl of the host", func(c *configs.Config, _ *configs.Process) { c.Sysctl = map[string]string{"kernel.core_pattern": "|x"} }, `linux.sysctl: sysctl "kernel.core_pattern" is not in a separate kernel namespace; drop it, it would change the host`},
		{"sysctl vm", func(c *configs.Config, _ *configs.Process) {
			c.Sysctl = map[string]string{"net.a": "1", "vm.overcommit_memory": "1"}
		}, `linux.sysctl: sysctl "vm.overcommit_memory" is not in a separate kernel namespace; drop it, it would change the host`},
		{"sysctl ipc", func(c *configs.Config, _ *configs.Process) { without(c, "ipc") }, `linux.sysctl: sysctl "kernel.shmmax" is not allowed in the hosts ipc namespace; add {"type": "ipc"} to linux.namespaces or drop it`},
		{"sysctl mqueue", func(c *configs.Config, _ *configs.Process) {
			without(c, "ipc")
			c.Sysctl = map[string]string{"fs.mqueue.msg_max": "1"}
		}, `linux.sysctl: sysctl "fs.mqueue.msg_max" is not allowed in the hosts ipc namespace; add {"type": "ipc"} to linux.namespaces or drop it`},
		{"sysctl net", func(c *configs.Config, _ *configs.Process) { without(c, "network"); c.NetDevices = nil }, `linux.sysctl: sysctl "net.ipv4.conf.eth0/1.forwarding" not allowed in host network namespace; add {"type": "network"} to linux.namespaces or drop it`},
		{"sysctl in the host's network", func(c *configs.Config, _ *configs.Process) {
			join(c, "network", "/proc/self/ns/net")
			c.Sysctl = map[string]string{"net.a": "1"}
		}, `linux.sysctl: sysctl "net.a" not allowed in host network namespace; add {"type": "network"} to linux.namespaces or drop it`},
		{"sysctl user", func(c *configs.Config, _ *configs.Process) {
			c.Sysctl = map[string]string{"user.max_user_namespaces": "1"}
		}, `linux.sysctl: sysctl "user.max_user_namespaces" is not allowed in the host's user namespace; add {"type": "user"} to linux.namespaces or drop it`},
		{"sysctl domainname", func(c *configs.Config, _ *configs.Process) {
			without(c, "uts")
			c.Hostname, c.Sysctl = "", map[string]string{"kernel.domainname": "1"}
		}, `linux.sysctl: sysctl "kernel.domainname" is not allowed in the host's uts namespace; add {"type": "uts"} to linux.namespaces or drop it`},
		{"sysctl hostname", func(c *configs.Config, _ *configs.Process) { c.Sysctl = map[string]string{"kernel.hostname": "h"} }, `linux.sysctl: sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "hostname" field; set that`},
		{"sysctl that climbs", func(c *configs.Config, _ *configs.Process) {
			c.Sysctl = map[string]string{"net.//.kernel.core_pattern": "h"}
		}, `linux.sysctl: sysctl "net.//.kernel.core_pattern" is not the name of a kernel parameter, as "net.ipv4.ip_forward" is`},
		{"sysctl with a hole", func(c *configs.Config, _ *configs.Process) { c.Sysctl = map[string]string{"net..a": "h"} }, `linux.sysctl: sysctl "net..a" is not the name of a kernel parameter, as "net.ipv4.ip_forward" is`},
		{"memory policy without nodes", func(c *configs.Config, _ *configs.Process) { c.MemoryPolicy.Nodes = nil }, "linux.memoryPolicy.nodes: memory policy mode requires at least one node but got 0"},
		{"memory policy with nodes", func(c *configs.Config, _ *configs.Process) { c.MemoryPolicy.Mode = 4 }, "linux.memoryPolicy.nodes: memory policy mode requires 0 nodes but got 1; drop them"},
		{"closID", func(c *configs.Config, _ *configs.Process) { c.IntelRdt.ClosID = "../a" }, `linux.intelRdt.closID: "../a" is not a directory name`},
		{"memBwSchema", func(c *configs.Config, _ *configs.Process) { c.IntelRdt.MemBwSchema = "0=5" }, `linux.intelRdt.memBwSchema: "0=5" is not a line that begins with "MB:"`},
		{"l3CacheSchema", func(c *configs.Config, _ *configs.Process) { c.IntelRdt.L3CacheSchema = "L3:0=5\nMB:" }, "linux.intelRdt.l3CacheSchema: holds a newline"},
		{"schemata", func(c *configs.Config, _ *configs.Process) { c.IntelRdt.Schemata = []string{"a", "b\n"} }, "linux.intelRdt.schemata[1]: holds a newline; make it two entries"},
		{"devices without network", func(c *configs.Config, _ *configs.Process) { without(c, "network"); c.Sysctl = nil }, `linux.netDevices: unable to move network devices without a NET namespace; add {"type": "network"} to linux.namespaces`},
		{"devices rootless", func(c *configs.Config, _ *configs.Process) { c.RootlessCgroups = true }, "linux.netDevices: network devices are not supported for rootless containers; drop them"},
		{"device name", func(c *configs.Config, _ *configs.Process) { c.NetDevices["eth0"] = "a/b" }, `linux.netDevices["eth0"]: invalid network device name "a/b"; it has 1 to 15 bytes, no '/', ':' or space`},
		{"device name length", func(c *configs.Config, _ *configs.Process) { c.NetDevices["a234567890123456"] = "" }, `linux.netDevices["a234567890123456"]: invalid network device name "a234567890123456"; it has 1 to 15 bytes, no '/', ':' or space`},
		{"device name twice", func(c *configs.Config, _ *configs.Process) { c.NetDevices["eth1"] = "in" }, `linux.netDevices["eth1"]: the container's name "in" is that of "eth0" already`},
		{"hook path", func(c *configs.Config, _ *configs.Process) {
			c.Hooks.StartContainer = []configs.Hook{{Path: "/a"}, {Path: "a"}}
		}, `hooks.startContainer[1].path: "a" is not an absolute path`},
		{"hook env", func(c *configs.Config, _ *configs.Process) { c.Hooks.Poststop[0].Env = []string{"A"} }, `hooks.poststop[0].env[0]: "A": invalid environment variable: missing '='`},
		{"hook args", func(c *configs.Config, _ *configs.Process) { c.Hooks.Poststop[0].Args = []string{"a\x00"} }, `hooks.poststop[0].args[0]: "a\x00" holds a NUL byte`},
		{"no args", func(_ *configs.Config, p *configs.Process) { p.Args = nil }, "process.args: args must not be empty; name the program to run"},
		{"empty program", func(_ *configs.Config, p *configs.Process) { p.Args[0] = "" }, "process.args: args must not be empty; name the program to run"},
		{"NUL in args", func(_ *configs.Config, p *configs.Process) { p.Args = []string{"a", "b\x00c"} }, `process.args[1]: "b\x00c" holds a NUL byte`},
		{"env without =", func(_ *configs.Config, p *configs.Process) { p.Env = []string{"A=b", "HOME"} }, `process.env[1]: "HOME": invalid environment variable: missing '='`},
		{"env without name", func(_ *configs.Config, p *configs.Process) { p.Env = []string{"=secret"} }, "process.env[0]: invalid environment variable: no name before '='"},
		{"env with NUL", func(_ *configs.Config, p *configs.Process) { p.Env = []string{"A=secret\x00"} }, "process.env[0]: holds a NUL byte"},
		{"no cwd", func(_ *configs.Config, p *configs.Process) { p.Cwd = "" }, `process.cwd: Cwd property must not be empty; write "/" or another absolute path`},
		{"relative cwd", func(_ *configs.Config, p *configs.Process) { p.Cwd = "tmp" }, `process.cwd: Cwd must be an absolute path, not "tmp"`},
		{"rlimit", func(_ *configs.Config, p *configs.Process) { p.Rlimits[0].Soft = 6 }, "process.rlimits[0]: the soft limit 6 is above the hard limit 5"},
		{"oomScoreAdj", func(_ *configs.Config, p *configs.Process) { p.OOMScoreAdj = ptr(1001) }, "process.oomScoreAdj: 1001 is not from -1000 to 1000"},
		{"nice", func(_ *configs.Config, p *configs.Process) { p.Scheduler = &configs.Scheduler{Nice: -21} }, "process.scheduler.nice: -21 is not from -20 to 19"},
		{"priority without realtime", func(_ *configs.Config, p *configs.Process) { p.Scheduler.Policy = 3 }, "process.scheduler.priority: can only be specified for SCHED_FIFO or SCHED_RR"},
		{"realtime without priority", func(_ *configs.Config, p *configs.Process) { p.Scheduler.Priority = 0 }, "process.scheduler.priority: 0 is not from 1 to 99, as SCHED_FIFO and SCHED_RR need"},
		{"runtime without deadline", func(_ *configs.Config, p *configs.Process) { p.Scheduler.Runtime = 5 }, "process.scheduler: runtime, deadline and period can only be specified for SCHED_DEADLINE"},
		{"deadline order", func(_ *configs.Config, p *configs.Process) {
			p.Scheduler = &configs.Scheduler{Policy: 6, Runtime: 5, Deadline: 4}
		}, "process.scheduler: SCHED_DEADLINE needs runtime <= deadline <= period"},
		{"I/O priority", func(_ *configs.Config, p *configs.Process) { p.IOPriority.Priority = 8 }, "process.ioPriority.priority: 8 is not from 0 (highest) to 7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := bundle(t)
			c, p := good(dir)
			tc.spoil(c, p)
			err := Container(c, p)
			if err == nil {
				t.Fatalf("accepted; want: %s", tc.want)
			}
			link, _ := os.Readlink("/proc/self/ns/uts")
			want := strings.ReplaceAll(strings.ReplaceAll(tc.want, "DIR", dir), "UTSLINK", link)
			if err.Error() != want {
				t.Errorf("\n got: %v\nwant: %s", err, want)
			}
		})
	}
}

// bundle makes the directory that good describes.
func bundle(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range []string{"/rootfs", "/src"} {
		if err := os.MkdirAll(dir+top+"/dir", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+top+"/file", nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestGoodConfig: what the table above starts from, and its relatives, pass
// without a warning.
func TestGoodConfig(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(c *configs.Config, p *configs.Process)
	}{
		{"plain", func(*configs.Config, *configs.Process) {}},
		{"user namespace", func(c *configs.Config, p *configs.Process) {
			inUserns(c)
			p.User.UID = 9
			p.User.AdditionalGIDs = []uint32{9}
		}},
		{"several ranges", func(c *configs.Config, p *configs.Process) {
			inUserns(c)
			c.UIDMappings = append(c.UIDMappings, configs.IDMap{ContainerID: 10, HostID: 5000, Size: 4294962295})
			p.User.UID = 1000
		}},
		{"joined user namespace", func(c *configs.Config, p *configs.Process) {
			inUserns(c)
			c.UIDMappings, c.GIDMappings, p.User.UID = nil, nil, 50
			c.Namespaces = c.Namespaces[:len(c.Namespaces)-1]
		}},
		{"no namespaces at all", func(c *configs.Config, _ *configs.Process) {
			*c = configs.Config{Bundle: c.Bundle, Root: configs.Root{Path: c.Root.Path}, Devices: c.Devices}
		}},
		{"rootfs /", func(c *configs.Config, _ *configs.Process) { c.Root.Path, c.Mounts = "/", c.Mounts[:3] }},
		{"missing targets", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[3].Destination, c.Mounts[4].Destination = "/new/dir", "/new/file"
		}},
		{"target covered by an earlier mount", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[1].Destination, c.Mounts[3].Destination = "/file", "/file"
		}},
		{"remounted bind", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[3].Source = "/none"
			c.Mounts[3].Flags |= unix.MS_REMOUNT
		}},
		{"proc by bind", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[0] = configs.Mount{Destination: "/proc", Type: "bind", Source: "/proc", Flags: unix.MS_BIND}
		}},
		{"labels", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[1].Data = "context=system_u:object_r:t:s0,nr_inodes=1k"
		}},
		{"other file systems", func(c *configs.Config, _ *configs.Process) {
			c.Mounts[1] = configs.Mount{Destination: "/m", Type: "overlay", Source: "overlay", Data: "lowerdir=/a,upperdir=/b"}
		}},
		{"idmap with the container's maps", func(c *configs.Config, _ *configs.Process) {
			inUserns(c)
			c.Mounts[3].IDMapping = new(configs.MountIDMapping)
		}},
		{"user sysctl", func(c *configs.Config, _ *configs.Process) { inUserns(c); c.Sysctl["user.max_user_namespaces"] = "1" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log bytes.Buffer
			logrus.SetOutput(&log)
			defer logrus.SetOutput(os.Stderr)
			c, p := good(bundle(t))
			tc.change(c, p)
			if err := Container(c, p); err != nil {
				t.Error(err)
			}
			if log.Len() > 0 {
				t.Errorf("logged %s", log.String())
			}
		})
	}
}

// TestBindData: runc took options of a file system for a bind mount until 1.2.
func TestBindData(t *testing.T) {
	var log bytes.Buffer
	logrus.SetOutput(&log)
	defer logrus.SetOutput(os.Stderr)
	c, p := good(bundle(t))
	c.Mounts[3].Data = "size=5"
	if err := Container(c, p); err != nil {
		t.Error(err)
	}
	if want := "mounts[3] (/dir): option `size=5` is ignored: bind mounts cannot have any filesystem-specific options applied"; !strings.Contains(log.String(), want) {
		t.Errorf("logged %s, want %s", log.String(), want)
	}
}

// TestSymlinkedTargets: kinds are compared only where nothing can lead
// elsewhere.
func TestSymlinkedTargets(t *testing.T) {
	for name, links := range map[string][2]string{
		"absolute":          {"/file", "/link"},
		"relative":          {"file", "/link"},
		"on an earlier way": {"dir", "/earlier"},
	} {
		dir := bundle(t)
		c, p := good(dir)
		if err := os.Symlink(links[0], dir+"/rootfs"+links[1]); err != nil {
			t.Fatal(err)
		}
		c.Mounts[3].Destination = links[1]
		if links[1] == "/earlier" {
			c.Mounts[1].Destination, c.Mounts[3].Destination = "/earlier", "/file"
		}
		if err := Container(c, p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNetDevicePatterns: the kernel finds a number for each.
func TestNetDevicePatterns(t *testing.T) {
	c, _ := good(t.TempDir())
	c.NetDevices = map[string]string{"a": "eth%d", "b": "eth%d"}
	if err := netDevices(c); err != nil {
		t.Error(err)
	}
}

func TestLabels(t *testing.T) {
	if on, _ := os.ReadFile("/sys/module/apparmor/parameters/enabled"); len(on) == 0 || on[0] != 'Y' {
		err := labels(&configs.Process{AppArmorProfile: "p"})
		if err == nil || err.Error() != "process.apparmorProfile: apparmor: config provided but apparmor not supported; drop the profile" {
			t.Errorf("got %v", err)
		}
	}
	if _, err := os.Stat("/sys/fs/selinux/enforce"); err != nil {
		const text = ": selinux label is specified in config, but selinux is disabled or not supported; drop the label"
		err := labels(&configs.Process{SELinuxLabel: "l"})
		if err == nil || err.Error() != "process.selinuxLabel"+text {
			t.Errorf("got %v", err)
		}
		c, p := good(bundle(t))
		c.MountLabel = "l"
		if err := Container(c, p); err == nil || err.Error() != "linux.mountLabel"+text {
			t.Errorf("got %v", err)
		}
	}
}
