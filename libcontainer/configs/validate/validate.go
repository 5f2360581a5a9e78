// Package validate finds what is wrong with a container before any of its
// processes exists, so that nothing is left behind by a mistake in config.json.
// What cannot be understood at all has been refused by specconv; here is what
// contradicts itself, this host, or the kernel's rules. A message begins with
// the field as the user wrote it, and ends with the mend.
package validate

import (
	"fmt"
	"strings"

	"runc/libcontainer/configs"
)

// Container returns the first mistake in c and its first process p. What is
// merely doubtful it logs as a warning.
func Container(c *configs.Config, p *configs.Process) error {
	for _, check := range [...]func(*configs.Config) error{
		// Namespaces first: most of the rest depends on them.
		namespaces, rootless, idMaps, timeOffsets, names, root, mounts, paths, devices, sysctl,
		mountLabel, memoryPolicy, intelRdt, netDevices, hooks,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	return Process(c, p)
}

// Process returns the first mistake in p, a process for the container c: its
// first one, or one that exec adds.
func Process(c *configs.Config, p *configs.Process) error {
	if err := user(c, p); err != nil {
		return err
	}
	for _, check := range [...]func(*configs.Process) error{
		command, rlimits, oomScore, scheduler, ioPriority, labels,
	} {
		if err := check(p); err != nil {
			return err
		}
	}
	return nil
}

// noNUL refuses strings that the kernel would cut off at a NUL byte, which JSON
// can write.
func noNUL(field, s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("%s: %q holds a NUL byte", field, s)
	}
	return nil
}
