package libcontainer

import "testing"

// TestSubCgroup: no path leads out, nor to a sibling with the same beginning
// (runc #5457).
func TestSubCgroup(t *testing.T) {
	paths := map[string]string{"memory": "/sys/fs/cgroup/memory/c1", "cpu": "/sys/fs/cgroup/cpu/c1"}
	for path, want := range map[string]string{
		"":             "/sys/fs/cgroup/memory/c1",
		"/":            "/sys/fs/cgroup/memory/c1",
		"a":            "/sys/fs/cgroup/memory/c1/a",
		"/a/":          "/sys/fs/cgroup/memory/c1/a",
		"a/../b":       "/sys/fs/cgroup/memory/c1/b",
		"..":           "",
		"../":          "",
		"/..":          "",
		"../c1":        "/sys/fs/cgroup/memory/c1",
		"../c10":       "",
		"../c1-other":  "",
		"a/../../c1x":  "",
		"../../../../": "",
	} {
		dir, err := subCgroup(paths, "memory", path)
		if dir != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", path, dir, err)
		}
	}
	if _, err := subCgroup(paths, "whaaat", "/"); err == nil {
		t.Error("no error for an unknown controller")
	}
}
