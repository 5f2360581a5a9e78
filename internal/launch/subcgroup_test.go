package launch

import (
	"maps"
	"testing"
)

func TestSubCgroups(t *testing.T) {
	type paths = map[string]string
	for _, c := range []struct {
		args []string
		want paths // nil: an error
	}{
		{nil, paths{}},
		{[]string{"/"}, paths{"": "/"}},
		{[]string{"a/b"}, paths{"": "a/b"}},
		{[]string{"memory:a"}, paths{"memory": "a"}},
		{[]string{"cpu,cpuacct:a", "memory:b"}, paths{"cpu": "a", "cpuacct": "a", "memory": "b"}},
		{[]string{"a", "b"}, nil},
		{[]string{"memory:a", "b"}, nil},
		{[]string{":a"}, nil},
		{[]string{"cpu,:a"}, nil},
		{[]string{"cpu:a", "cpu:a"}, nil},
	} {
		got, err := subCgroups(c.args)
		if (err != nil) != (c.want == nil) || err == nil && !maps.Equal(got, c.want) {
			t.Errorf("%q: %v, %v", c.args, got, err)
		}
	}
}
