package specconv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/fault"
)

// configFile is the name that the OCI runtime spec gives it (bundle.md).
const configFile = "config.json"

// Load reads config.json in the directory bundle. Fields that it does not know
// are passed over, as the spec wants (config.md, Extensibility).
func Load(bundle string) (*specs.Spec, error) {
	data, err := os.ReadFile(filepath.Join(bundle, configFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Worded(fault.Bundle, fmt.Errorf("JSON specification file %s not found in %s; runc spec writes an example", configFile, bundle))
	}
	if err != nil {
		return nil, fault.New(fault.Bundle, err, "")
	}
	spec := new(specs.Spec)
	if err := decode(configFile, data, spec); err != nil {
		return nil, err
	}
	return spec, checkVersion(spec.Version)
}

// LoadProcess reads the process of `exec --process`. The file may be a pipe.
func LoadProcess(path string) (*specs.Process, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("process file: %w", err)
	}
	p := new(specs.Process)
	if err := decode(path, data, p); err != nil {
		return nil, err
	}
	return p, nil
}

// checkVersion takes every version 1.x, released or not: within a major version
// the spec only adds, and callers are often newer than the runtime.
func checkVersion(version string) error {
	if version == "" {
		return fmt.Errorf("ociVersion: missing; write %q", specs.Version)
	}
	minor, ok := strings.CutPrefix(version, "1.")
	if !ok || minor == "" || minor[0] < '0' || minor[0] > '9' {
		return fmt.Errorf("ociVersion: %q is not of the 1.x series, the only one that this runtime reads; write %q", version, specs.Version)
	}
	return nil
}
