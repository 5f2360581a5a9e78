package criu

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// What we keep beside CRIU's images. The first name is runc's.
const (
	descriptorsFile = "descriptors.json"
	mountsFile      = "external-mounts.json"
)

// ReadDescriptors returns Dump.Descriptors of the checkpoint.
func (o *Options) ReadDescriptors() ([]string, error) { return o.read(descriptorsFile) }

// ReadMounts returns Dump.Mounts of the checkpoint.
func (o *Options) ReadMounts() ([]string, error) { return o.read(mountsFile) }

func (o *Options) write(name string, list []string) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.ImageDir, name), data, 0o600)
}

func (o *Options) read(name string) (list []string, err error) {
	path := filepath.Join(o.ImageDir, name)
	data, err := os.ReadFile(path)
	if err == nil {
		if err = json.Unmarshal(data, &list); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("--image-path: no whole checkpoint: %w", err)
	}
	return list, nil
}
