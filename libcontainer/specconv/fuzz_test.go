package specconv

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/configs/validate"
)

// FuzzSystemdProperty: whatever an annotation holds, it is read or refused, and
// what was read can be sent: MakeVariant in it would panic otherwise.
func FuzzSystemdProperty(f *testing.F) {
	for _, seed := range []string{"true", "5", "uint64 5", "'a'", "['a', 'b']", "@as []", "{'a': <1>}", "b'x'", "-1.5", "[[1, 2]]"} {
		f.Add("TimeoutStopSec", seed)
		f.Add("After", seed)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if p, err := systemdProperty(name, value); err == nil {
			_ = p.Value.String()
		}
	})
}

// FuzzDecode: every text is read or refused with its place, and what was read
// becomes a valid container or is refused, by whoever it is asked for.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"{}", `{"process":{"user":{"uid":-1}}}`, `{"mounts":[{},{"options":[1]}]}`, `{"linux":{"sysctl":{"a":[{}]}}}`, "[[]]"} {
		f.Add([]byte(seed), false)
	}
	for _, name := range []string{"example.json", "full.json", "rootless.json"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, name == "rootless.json")
	}
	f.Fuzz(func(_ *testing.T, data []byte, rootless bool) {
		for _, spec := range []*specs.Spec{exampleOn(true), new(specs.Spec)} {
			if decode("f", data, spec) != nil {
				continue
			}
			c, err := Convert(spec, Options{ID: "id", Bundle: "/b", SystemdCgroup: true, RootlessEUID: rootless})
			if err == nil {
				_ = validate.Container(c.Config, c.Process)
			}
		}
	})
}
