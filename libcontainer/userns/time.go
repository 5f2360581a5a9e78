package userns

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"

	"runc/libcontainer/configs"
)

// WriteTimeOffsets sets the clocks of the time namespace that the children of
// process pid will be in; the keys are "monotonic" and "boottime". The kernel
// takes it only as long as that namespace is empty (time_namespaces(7)).
func WriteTimeOffsets(pid int, offsets map[string]configs.TimeOffset) error {
	if len(offsets) == 0 {
		return nil
	}
	var b strings.Builder
	for _, clock := range slices.Sorted(maps.Keys(offsets)) {
		fmt.Fprintf(&b, "%s %d %d\n", clock, offsets[clock].Secs, offsets[clock].Nanosecs)
	}
	err := write(procPath(pid, "timens_offsets"), b.String())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ERANGE):
		return fmt.Errorf("linux.timeOffsets: %w: a clock would be negative or run over", err)
	case errors.Is(err, syscall.EINVAL):
		return fmt.Errorf("linux.timeOffsets: %w: clocks are monotonic and boottime, nanosecs at most 999999999", err)
	}
	return fmt.Errorf("linux.timeOffsets: %w", err)
}
