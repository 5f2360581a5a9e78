package criu

import (
	"strings"
	"testing"
)

// lookUp is how CRIU finds what was said about an object (external_lookup_by_key
// in its external.c): the first text that begins with the key, up to a colon.
func lookUp(list []string, key string) (string, bool) {
	for _, text := range list {
		if rest, ok := strings.CutPrefix(text, key); ok && strings.HasPrefix(rest, ":") {
			return rest[1:], true
		}
	}
	return "", false
}

// TestExternalMountKeys: whatever paths image and config.json choose, CRIU finds
// for each mount its own number, and none for a mount that is not external
// (CVE-2026-119101, CVE-2026-115520).
func TestExternalMountKeys(t *testing.T) {
	points := []string{
		"/a", "/a/b", "/a]", "/a:", "/a]b:", "/a,b", "/mnt[/a]", "/0", "/a:0", "/[", "/]", "/:", "/a]x:1", "/ä ]", "/a\\]",
	}
	var keys []string
	for n, point := range points {
		key, err := DumpKey(point, n)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	for n, point := range points {
		got, ok := lookUp(keys, "mnt["+point+"]")
		if want := strings.TrimPrefix(RestoreKey(n, "x"), "mnt["); !ok || got+"]:x" != want {
			t.Errorf("%q is number %q, want %d", point, got, n)
		}
	}
	for _, other := range []string{"/", "/b", "/a/", "/a[", "/a]:0", "/a]:", "/mnt", "", "/a]x"} {
		if got, ok := lookUp(keys, "mnt["+other+"]"); ok {
			t.Errorf("%q, which is not external, is number %q", other, got)
		}
	}
}

func TestDumpKeyRefuses(t *testing.T) {
	for _, point := range []string{"/a]:0", "/]:", "/x]:/host", "/a]:b]:c", "/a\nb", "/\t"} {
		if key, err := DumpKey(point, 1); err == nil {
			t.Errorf("%q: %q", point, key)
		}
	}
}

func TestRestoreKeys(t *testing.T) {
	keys := []string{RestoreKey(1, "/etc]:x"), RestoreKey(11, "/b:c"), RestoreKey(0, "/mnt[1]:d")}
	for key, want := range map[string]string{"mnt[1]": "/etc]:x", "mnt[11]": "/b:c", "mnt[0]": "/mnt[1]:d"} {
		if got, _ := lookUp(keys, key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestNamespaceKey(t *testing.T) {
	if got := NamespaceKey("net", 4026532258); got != "net[4026532258]:extRootNetNS" {
		t.Error(got)
	}
	if got := NamespaceKey("pid", 1); got != "pid[1]:extRootPidNS" {
		t.Error(got)
	}
}
