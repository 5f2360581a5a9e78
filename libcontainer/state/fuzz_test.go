package state

import (
	"path/filepath"
	"testing"
)

// FuzzID: an id that is taken is one plain name in the state root.
func FuzzID(f *testing.F) {
	for _, seed := range []string{"a", "..", ".", "a/b", "a\n", "-", "é", "a\x00", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if ValidateID(id) != nil {
			return
		}
		path := filepath.Join("/root", id)
		if dir, name := filepath.Split(path); dir != "/root/" || name != id || id[0] == ':' {
			t.Errorf("%q leads to %s", id, path)
		}
	})
}
