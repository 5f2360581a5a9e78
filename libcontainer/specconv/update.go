package specconv

import (
	"fmt"
	"io"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// LoadResources reads the limits of `update --resources`; name is for messages.
func LoadResources(name string, from io.Reader) (*specs.LinuxResources, error) {
	data, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := new(specs.LinuxResources)
	return r, decode(name, data, r)
}

// ConvertUpdate translates limits that are to change; those that are left out
// stay as they are. Device rules cannot be changed, and are passed over.
func ConvertUpdate(from *specs.LinuxResources) (*cgroups.Resources, error) {
	return convertLimits(from)
}
