package specconv

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs"
)

// defaultNodes are the devices that every container has (config-linux.md,
// Default Devices), all rw-rw-rw-.
var defaultNodes = [...]struct {
	path         string
	major, minor int64
}{
	{"/dev/null", 1, 3},
	{"/dev/random", 1, 8},
	{"/dev/full", 1, 7},
	{"/dev/tty", 5, 0},
	{"/dev/zero", 1, 5},
	{"/dev/urandom", 1, 9},
}

// convertDevices makes the list of device nodes: first those of linux.devices,
// so that an index means the same here as there, then the default ones that
// they do not replace.
func convertDevices(spec *specs.Spec, c *configs.Config) error {
	list := linux(spec).Devices
	c.Devices = make([]configs.Device, len(list), len(list)+len(defaultNodes))
	for i := range list {
		if err := convertDevice(&list[i], &c.Devices[i]); err != nil {
			return fmt.Errorf("linux.devices[%d] (%s): %w", i, list[i].Path, err)
		}
	}
	for _, d := range defaultNodes {
		if !listed(list, d.path) {
			c.Devices = append(c.Devices, configs.Device{Path: d.path, Type: 'c', Major: d.major, Minor: d.minor, FileMode: 0o666})
		}
	}
	return nil
}

// listed tells whether config.json has a device of its own at path.
func listed(list []specs.LinuxDevice, path string) bool {
	for i := range list {
		if filepath.Clean(list[i].Path) == path {
			return true
		}
	}
	return false
}

func convertDevice(from *specs.LinuxDevice, d *configs.Device) error {
	kind, err := deviceType(from.Type)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(from.Path) {
		return fmt.Errorf("path: %q is not an absolute path", from.Path)
	}
	*d = configs.Device{Path: filepath.Clean(from.Path), Type: kind, FileMode: 0o666}
	if kind != 'p' {
		if err := checkNumbers(from.Major, from.Minor); err != nil {
			return err
		}
		d.Major, d.Minor = from.Major, from.Minor
	}
	if from.FileMode != nil {
		// Callers copy st_mode, the file type included.
		d.FileMode = uint32(*from.FileMode) & 0o7777
	}
	if d.UID, err = deviceOwner("uid", from.UID); err != nil {
		return err
	}
	d.GID, err = deviceOwner("gid", from.GID)
	return err
}

// deviceType reads a type of node; "u" is mknod(1)'s other word for "c".
func deviceType(name string) (rune, error) {
	switch name {
	case "c", "u":
		return 'c', nil
	case "b", "p":
		return rune(name[0]), nil
	}
	return 0, fmt.Errorf("type: invalid device type %q; known: c (character), b (block), p (FIFO), u (as c)", name)
}

// checkNumbers keeps numbers from being cut to the width that dev_t gives them
// (32 bits each in the C library's, less in the kernel's).
func checkNumbers(major, minor int64) error {
	if major < 0 || major > math.MaxUint32 {
		return fmt.Errorf("major: %d is not from 0 to %d", major, uint32(math.MaxUint32))
	}
	if minor < 0 || minor > math.MaxUint32 {
		return fmt.Errorf("minor: %d is not from 0 to %d", minor, uint32(math.MaxUint32))
	}
	return nil
}

func deviceOwner(field string, id *uint32) (uint32, error) {
	if id == nil {
		return 0, nil
	}
	return *id, checkID(field, *id)
}
