package specconv

import (
	"fmt"
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
	c := &configs.Capabilities{
		Bounding:    capabilityMask("bounding", from.Bounding),
		Effective:   capabilityMask("effective", from.Effective),
		Inheritable: capabilityMask("inheritable", from.Inheritable),
		Permitted:   capabilityMask("permitted", from.Permitted),
		Ambient:     capabilityMask("ambient", from.Ambient),
	}
	if extra := c.Effective &^ c.Permitted; extra != 0 {
		return fmt.Errorf("process.capabilities.effective: %s is not permitted, and capset(2) would refuse it; add it to process.capabilities.permitted", strings.Join(capabilities.Names(extra), ", "))
	}
	out.Capabilities = c
	return nil
}

func capabilityMask(set string, names []string) uint64 {
	mask, unknown := capabilities.Parse(names)
	if len(unknown) > 0 {
		logrus.Warnf("process.capabilities.%s: ignoring unknown or unavailable capabilities: %v", set, unknown)
	}
	return mask
}
