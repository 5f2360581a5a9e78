package specconv

import "testing"

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

// FuzzDecode: every text is read or refused with its place.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"{}", `{"process":{"user":{"uid":-1}}}`, `{"mounts":[{},{"options":[1]}]}`, `{"linux":{"sysctl":{"a":[{}]}}}`, "[[]]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		spec := exampleOn(true)
		if err := decode("f", data, spec); err == nil {
			_, _ = Convert(spec, Options{ID: "id", Bundle: "/b", SystemdCgroup: true})
		}
	})
}
