package fault

// Code names a kind of failure: lower-case words with hyphens. A code is never
// changed nor used for something else.
type Code string

// The codes. A test compares them with docs/troubleshooting.md.
const (
	Usage  Code = "usage"
	Bundle Code = "bundle"
	Config Code = "config"

	IDInvalid  Code = "id-invalid"
	IDInUse    Code = "id-in-use"
	NotFound   Code = "not-found"
	NotRunning Code = "not-running"
	Status     Code = "status"
	Paused     Code = "paused"
	State      Code = "state"

	InitGone Code = "init-gone"
	OOM      Code = "oom"
	Self     Code = "self"

	NamespaceLimit       Code = "namespace-limit"
	NamespaceDenied      Code = "namespace-denied"
	NamespaceUnsupported Code = "namespace-unsupported"
	NamespacePath        Code = "namespace-path"
	Namespace            Code = "namespace"
	IDMap                Code = "idmap"
	IDMapHelper          Code = "idmap-helper"

	Mount            Code = "mount"
	MountOption      Code = "mount-option"
	MountUnmappedID  Code = "mount-unmapped-id"
	MountType        Code = "mount-type"
	MountKind        Code = "mount-kind"
	MountDenied      Code = "mount-denied"
	MountTooReveal   Code = "mount-too-revealing"
	MountLocked      Code = "mount-locked"
	MountUncover     Code = "mount-uncover"
	MountIDMap       Code = "mount-idmap"
	MountSource      Code = "mount-source"
	Root             Code = "root"
	Pivot            Code = "pivot"
	Device           Code = "device"
	DeviceFilter     Code = "device-filter"
	Cgroup           Code = "cgroup"
	CgroupOccupied   Code = "cgroup-occupied"
	CgroupFrozen     Code = "cgroup-frozen"
	CgroupBusy       Code = "cgroup-busy"
	CgroupDenied     Code = "cgroup-denied"
	CgroupController Code = "cgroup-controller"
	CgroupFull       Code = "cgroup-full"
	CgroupThreaded   Code = "cgroup-threaded"
	Resources        Code = "resources"
	Systemd          Code = "systemd"

	Hook            Code = "hook"
	CommandNotFound Code = "command-not-found"
	CommandDenied   Code = "command-denied"
	CommandFormat   Code = "command-format"
	Cwd             Code = "cwd"
	Identity        Code = "identity"
	Rlimit          Code = "rlimit"
	Sysctl          Code = "sysctl"
	Hostname        Code = "hostname"
	Network         Code = "network"
	Seccomp         Code = "seccomp"
	LSM             Code = "lsm"
	Keyring         Code = "keyring"
	Terminal        Code = "terminal"
	Scheduling      Code = "scheduling"
	Kernel          Code = "kernel"
	CRIU            Code = "criu"

	Other Code = "other"
)

// byStep is the code of an error of which only the step is known.
func byStep(step string) Code {
	switch step {
	case "command line":
		return Usage
	case "state":
		return State
	case "namespaces":
		return Namespace
	case "cgroup":
		return Cgroup
	case "limits":
		return Resources
	case "mounts", "seal":
		return Mount
	case "devices":
		return Device
	case "root":
		return Root
	case "network", "network devices":
		return Network
	case "runtime hooks", "createContainer hooks", "startContainer hooks", "poststart hooks":
		return Hook
	case "console":
		return Terminal
	case "working directory", "change directory":
		return Cwd
	case "host name":
		return Hostname
	case "sysctl":
		return Sysctl
	case "apparmor", "exec label", "key label":
		return LSM
	case "session keyring":
		return Keyring
	case "scheduling":
		return Scheduling
	case "personality", "memory policy", "intel rdt":
		return Kernel
	case "seccomp", "no new privileges":
		return Seccomp
	case "identity", "stdio":
		return Identity
	case "criu":
		return CRIU
	case "command", "exec":
		return CommandFormat
	}
	return Other
}

// Valid tells whether c has the form of a code: one that comes from inside a
// container is not to be believed otherwise.
func (c Code) Valid() bool {
	for i := range len(c) {
		if (c[i] < 'a' || c[i] > 'z') && c[i] != '-' {
			return false
		}
	}
	return 0 < len(c) && len(c) <= 32
}
