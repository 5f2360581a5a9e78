package cgroups

import (
	"math"
	"os"
	"reflect"
	"testing"

	occ "github.com/opencontainers/cgroups"
)

func TestSystemdGetsNumbers(t *testing.T) {
	none := []deviceAllow{}
	for _, c := range []struct {
		in         []*DeviceRule
		v1, policy string
		want       []deviceAllow
	}{
		{rules("+a"), "auto", "auto", none},
		{rules("+a", "-c 1:3 w"), "strict", "auto", none},
		{rules("+c *:* rw", "-c 1:3 w"), "strict", "auto", none},
		{rules("+c 1:3 rw", "+b 8:* r", "+c *:* m"), "strict", "strict", []deviceAllow{{"/dev/char/1:3", "rw"}, {"block-8", "r"}, {"char-*", "m"}}},
		{rules("+c 1:3 rw", "+c *:3 r"), "strict", "auto", none},
	} {
		props := deviceProperties(c.in, true)
		if got := props[1].Value.Value(); got != c.policy {
			t.Errorf("%v: policy %v", c.in, got)
		}
		if got := props[2].Value.Value(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: got %v", c.in, got)
		}
		if got := deviceProperties(c.in, false)[1].Value.Value(); got != c.v1 {
			t.Errorf("%v: policy %v with cgroup v1", c.in, got)
		}
	}
}

// TestSystemdGetsLimits is about those that the library does not tell.
func TestSystemdGetsLimits(t *testing.T) {
	withBFQ := t.TempDir()
	if err := os.WriteFile(withBFQ+"/io.bfq.weight", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	unified := func(key, value string) Resources { return Resources{Unified: map[string]string{key: value}} }
	for _, c := range []struct {
		in   Resources
		dir  string
		name string
		want uint64
	}{
		{in: Resources{PidsLimit: new(int64)}},
		{in: Resources{Memory: 5, MemorySwap: 6}},
		{in: Resources{Memory: 5, MemorySwap: 5}, name: "MemorySwapMax"},
		{in: Resources{CPUIdle: new(int64)}, name: "CPUWeight", want: math.MaxUint64},
		{in: Resources{CPUIdle: new(int64), CpuWeight: 5}},
		{in: unified("cpu.idle", "0\n"), name: "CPUWeight", want: math.MaxUint64},
		{in: unified("cpu.idle", "1")},
		{in: Resources{BlkioWeight: 10}, name: "IOWeight", want: 1},
		{in: Resources{BlkioWeight: 1000}, name: "IOWeight", want: 10000},
		{in: Resources{BlkioWeight: 50}, dir: withBFQ, name: "IOWeight", want: 50},
		{in: Resources{BlkioWeight: 1000}, dir: withBFQ, name: "IOWeight", want: 10000},
		{in: unified("io.weight", "default 300\n8:0 400\n"), dir: withBFQ, name: "IOWeight", want: 300},
		{in: unified("io.bfq.weight", " 101"), name: "IOWeight", want: 111},
		{in: unified("io.weight", "8:0 400")},
	} {
		c.in.SkipDevices = true
		m := &Manager{v2: true, paths: map[string]string{"": c.dir}}
		props, err := m.unitProperties(&c.in, 252)
		switch {
		case err != nil, c.name == "" && len(props) != 0, c.name != "" && len(props) != 1:
			t.Errorf("%+v: got %v, %v", c.in, props, err)
		case c.name != "" && (props[0].Name != c.name || props[0].Value.Value() != c.want):
			t.Errorf("%+v: got %v, want %s of %d", c.in, props, c.name, c.want)
		}
		m.v2 = false
		if props, err := m.unitProperties(&c.in, 252); err != nil || props != nil {
			t.Errorf("%+v: got %v, %v with cgroup v1, or devices of an update", c.in, props, err)
		}
	}
}

func TestSystemdGetsDeviceWeights(t *testing.T) {
	m := &Manager{v2: true, paths: map[string]string{}}
	r := &Resources{SkipDevices: true, BlkioWeightDevice: []*occ.WeightDevice{occ.NewWeightDevice(8, 16, 1000, 0), occ.NewWeightDevice(8, 0, 0, 500)}}
	props, err := m.unitProperties(r, 252)
	if want := []deviceWeight{{"/dev/block/8:16", 10000}}; err != nil || len(props) != 1 || !reflect.DeepEqual(props[0].Value.Value(), want) {
		t.Errorf("got %v, %v, want %v", props, err, want)
	}
}
