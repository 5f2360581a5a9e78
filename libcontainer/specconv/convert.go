package specconv

import (
	"errors"
	"path/filepath"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// Options is what the command line adds to config.json.
type Options struct {
	// ID is the container's; Bundle the absolute path of its bundle.
	ID, Bundle string
	// SystemdCgroup has systemd make the cgroup (--systemd-cgroup).
	SystemdCgroup bool
	// NoPivot, NoNewKeyring, RootlessEUID and RootlessCgroups end in the fields
	// of configs.Config of that name.
	NoPivot, NoNewKeyring         bool
	RootlessEUID, RootlessCgroups bool
}

// Container is config.json in the runtime's words.
type Container struct {
	Config  *configs.Config
	Process *configs.Process
	Cgroup  *cgroups.Cgroup
}

// Convert translates spec. It looks at no file but root.path, whose symlinks it
// resolves. The error names the field of config.json that cannot be understood.
func Convert(spec *specs.Spec, o Options) (*Container, error) {
	if spec.Process == nil {
		return nil, errors.New("process: process property must not be empty; config.json needs it to create a container")
	}
	process, err := ConvertProcess(spec.Process)
	if err != nil {
		return nil, err
	}
	if process.Capabilities == nil {
		// A container has what config.json gives it, so silence gives nothing.
		process.Capabilities = new(configs.Capabilities)
	}
	warnVersion(spec.Version)
	config, err := convertConfig(spec, o)
	if err != nil {
		return nil, err
	}
	cgroup, err := convertCgroup(spec, o)
	if err != nil {
		return nil, err
	}
	cgroup.OwnerUID = cgroupOwner(config, process)
	return &Container{Config: config, Process: process, Cgroup: cgroup}, nil
}

// convertConfig does all but the process and its limits.
func convertConfig(spec *specs.Spec, o Options) (*configs.Config, error) {
	c := &configs.Config{
		OCIVersion:      specs.Version,
		Bundle:          o.Bundle,
		Annotations:     spec.Annotations,
		Hostname:        spec.Hostname,
		Domainname:      spec.Domainname,
		NoPivot:         o.NoPivot,
		NoNewKeyring:    o.NoNewKeyring,
		RootlessEUID:    o.RootlessEUID,
		RootlessCgroups: o.RootlessCgroups,
	}
	for _, convert := range [...]func(*specs.Spec, *configs.Config) error{
		convertRoot, convertNamespaces, convertMounts, convertDevices, convertPaths, convertSysctl,
		convertSeccomp, convertPersonality, convertMemoryPolicy, convertIntelRdt, convertNetDevices, convertHooks,
	} {
		if err := convert(spec, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// linux returns the Linux part of spec, empty if config.json has none.
func linux(spec *specs.Spec) *specs.Linux {
	if spec.Linux == nil {
		return new(specs.Linux)
	}
	return spec.Linux
}

// convertRoot finds the root file system. A path that does not lead anywhere
// stays as it is: validate names the mistake.
func convertRoot(spec *specs.Spec, c *configs.Config) error {
	if spec.Root == nil {
		return errors.New("root: root must be specified; config.json needs it to create a container")
	}
	if spec.Root.Path == "" {
		return errors.New("root.path: empty; it names the directory of the root file system")
	}
	path := inBundle(spec.Root.Path, c)
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	c.Root = configs.Root{Path: path, Readonly: spec.Root.Readonly}
	if name := linux(spec).RootfsPropagation; name != "" {
		propagation, err := lookup("linux.rootfsPropagation", "propagation", name, propagations)
		if err != nil {
			return err
		}
		c.Root.Propagation = propagation
	}
	return nil
}

// propagations are the values of linux.rootfsPropagation.
var propagations = []name{
	{"private", unix.MS_PRIVATE},
	{"rprivate", unix.MS_PRIVATE | unix.MS_REC},
	{"rshared", unix.MS_SHARED | unix.MS_REC},
	{"rslave", unix.MS_SLAVE | unix.MS_REC},
	{"runbindable", unix.MS_UNBINDABLE | unix.MS_REC},
	{"shared", unix.MS_SHARED},
	{"slave", unix.MS_SLAVE},
	{"unbindable", unix.MS_UNBINDABLE},
}

// inBundle makes a host path of config.json absolute.
func inBundle(path string, c *configs.Config) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(c.Bundle, path)
}
