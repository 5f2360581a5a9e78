package userns

import (
	"testing"

	"runc/libcontainer/configs"
)

func TestHasAll(t *testing.T) {
	allowed := []configs.IDMap{{HostID: 1000, Size: 1}, {HostID: 100000, Size: 65536}}
	for _, c := range []struct {
		first, size uint32
		want        bool
	}{
		{1000, 1, true}, {1000, 2, false}, {100000, 65536, true}, {100000, 65537, false}, {165535, 1, true},
		{99999, 2, false}, {165535, 1<<32 - 1, false}, {0, 0, false},
	} {
		if got := hasAll([]configs.IDMap{{HostID: c.first, Size: c.size}}, allowed); got != c.want {
			t.Errorf("%d ids from %d: %v", c.size, c.first, got)
		}
	}
	if !hasAll(nil, nil) {
		t.Error("nothing is always allowed")
	}
}
