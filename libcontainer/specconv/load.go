package specconv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"

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
	return spec, nil
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

// warnVersion warns of a version that is not 1.x, released or not: it is read as
// one, for within a major version the spec only adds, and runc asks for none.
func warnVersion(version string) {
	if version != "" && !strings.HasPrefix(version, "1.") {
		logrus.Warnf("ociVersion: %q is not of the 1.x series, the only one that this runtime knows; read as %s", version, specs.Version)
	}
}
