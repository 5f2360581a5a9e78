package libcontainer

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runc/libcontainer/cgroups"
	"runc/libcontainer/state"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fill sets every field to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("key")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Int64:
		v.SetInt(-7)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	}
}

// paths lists the keys of a JSON value, "a.b[].c".
func paths(prefix string, v any, list *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			paths(strings.TrimPrefix(prefix+"."+key, "."), value, list)
		}
		if len(v) == 0 {
			*list = append(*list, prefix+" {}")
		}
	case []any:
		for _, value := range v {
			paths(prefix+"[]", value, list)
		}
	case nil:
		*list = append(*list, prefix+" null")
	default:
		*list = append(*list, prefix)
	}
}

// The keys are those of runc's type types.Stats, which engines unmarshal.
func TestStatsKeys(t *testing.T) {
	var full cgroups.Stats
	fill(reflect.ValueOf(&full).Elem())
	checkKeys(t, "testdata/stats.golden", statsOf(&full))
	checkKeys(t, "testdata/stats-empty.golden", statsOf(new(cgroups.Stats)))
}

func checkKeys(t *testing.T, golden string, s *Stats) {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	var keys []string
	paths("", v, &keys)
	slices.Sort(keys)
	got := strings.Join(keys, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", golden, got, want)
	}
}

// No figure ends under the key of another.
func TestStatsValues(t *testing.T) {
	var s cgroups.Stats
	s.CpuStats.CpuUsage.TotalUsage, s.CpuStats.CpuUsage.UsageInKernelmode, s.CpuStats.CpuUsage.UsageInUsermode = 1, 2, 3
	s.CpuStats.ThrottlingData.Periods, s.CpuStats.ThrottlingData.ThrottledPeriods, s.CpuStats.ThrottlingData.ThrottledTime = 4, 5, 6
	s.MemoryStats.Usage = cgroups.MemoryData{Usage: 7, MaxUsage: 8, Failcnt: 9, Limit: 10}
	s.MemoryStats.SwapUsage.Limit, s.MemoryStats.SwapOnlyUsage.Limit = 11, 12
	s.MemoryStats.KernelUsage.Limit, s.MemoryStats.KernelTCPUsage.Limit = 13, 14
	s.PidsStats.Current, s.PidsStats.Limit = 15, 16
	s.BlkioStats.IoServicedRecursive = []cgroups.BlkioStatEntry{{Major: 8, Minor: 1, Op: "Read", Value: 17}}
	got, err := json.Marshal(statsOf(&s))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"cpu":{"usage":{"total":1,"kernel":2,"user":3},"throttling":{"periods":4,"throttledPeriods":5,"throttledTime":6}}`,
		`"memory":{"usage":{"limit":10,"usage":7,"max":8,"failcnt":9},"swap":{"limit":11,"failcnt":0},"kernel":{"limit":13,"failcnt":0},"kernelTCP":{"limit":14,"failcnt":0}}`,
		`"pids":{"current":15,"limit":16}`,
		`"blkio":{"ioServicedRecursive":[{"major":8,"minor":1,"op":"Read","value":17}]}`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// A cgroup that is half removed, without files and processes, is an error of the
// library's; one that is gone is all zeros.
func TestStatsOfTheEnded(t *testing.T) {
	half := t.TempDir()
	for _, dir := range []string{half, half + "/gone"} {
		cgroup, err := cgroups.Load(nil, map[string]string{"pids": dir})
		if err != nil {
			t.Fatal(err)
		}
		c := &Container{st: &state.State{}, cgroup: cgroup}
		if _, err := c.Stats(); !errors.Is(err, ErrNotRunning) {
			t.Errorf("%s: got %v, want %v", dir, err, ErrNotRunning)
		}
	}
}
