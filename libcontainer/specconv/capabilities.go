package specconv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"

	"runc/libcontainer/capabilities"
	"runc/libcontainer/configs"
)

// convertCapabilities drops names that it does not know with a warning, as runc
// does: config.json may be newer than the runtime.
func convertCapabilities(p *specs.Process, out *configs.Process) error {
	from := p.Capabilities
	if from == nil {
		return nil
	}
	c := new(configs.Capabilities)
	var unknown []string
	for _, set := range [...]struct {
		names []string
		mask  *uint64
	}{
		{from.Bounding, &c.Bounding}, {from.Effective, &c.Effective}, {from.Inheritable, &c.Inheritable},
		{from.Permitted, &c.Permitted}, {from.Ambient, &c.Ambient},
	} {
		mask, rest := capabilities.Parse(set.names)
		*set.mask, unknown = mask, append(unknown, rest...)
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		logrus.Warnf("process.capabilities: ignoring unknown or unavailable capabilities: %v", slices.Compact(unknown))
	}
	if extra := c.Effective &^ c.Permitted; extra != 0 {
		return fmt.Errorf("process.capabilities.effective: %s is not permitted, and capset(2) would refuse it; add it to process.capabilities.permitted", strings.Join(capabilities.Names(extra), ", "))
	}
	out.Capabilities = c
	return nil
}
