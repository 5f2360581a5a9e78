package validate

import (
	"fmt"
	"path/filepath"

	"runc/libcontainer/configs"
)

// devices checks the nodes. Those of linux.devices come first in the list, so
// the index is theirs.
func devices(c *configs.Config) error {
	for i := range c.Devices {
		if err := deviceNode(c, &c.Devices[i]); err != nil {
			return fmt.Errorf("linux.devices[%d] (%s): %w", i, c.Devices[i].Path, err)
		}
	}
	return nil
}

func deviceNode(c *configs.Config, d *configs.Device) error {
	if err := noNUL("path", d.Path); err != nil {
		return err
	}
	if !filepath.IsAbs(d.Path) || d.Path == "/" {
		return fmt.Errorf("path: %q is not an absolute path of a file", d.Path)
	}
	if d.Type != 'c' && d.Type != 'b' && d.Type != 'p' {
		return fmt.Errorf("type: %q is not known; use b, c or p", d.Type)
	}
	if err := checkUID(c, d.UID); err != nil {
		return fmt.Errorf("uid: %w; map it or drop the field", err)
	}
	if err := checkGID(c, d.GID); err != nil {
		return fmt.Errorf("gid: %w; map it or drop the field", err)
	}
	return nil
}
