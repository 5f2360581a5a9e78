package intelrdt

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"runc/libcontainer/configs"
)

// putAll writes files below dir.
func putAll(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, path, text)
	}
}

func statsJSON(t *testing.T, g *Group) string {
	t.Helper()
	s, err := g.Stats()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestStats: runc's keys, and each file's figure under its own.
func TestStats(t *testing.T) {
	root := fake(t, "low")
	g := group(t, configs.IntelRdt{ClosID: "low"})
	if got := statsJSON(t, g); got != "{}" {
		t.Errorf("nothing to share, got %s", got)
	}
	putAll(t, root, map[string]string{
		"info/L3/cbm_mask": "7ff\n", "info/L3/min_cbm_bits": "2\n", "info/L3/num_closids": "16\n",
		"info/MB/bandwidth_gran": "10\n", "info/MB/delay_linear": "1\n", "info/MB/min_bandwidth": "11\n", "info/MB/num_closids": "8\n",
		"low/schemata":                           "    L3:0=3f;1=3f\n    MB:0= 50;1=  20\n",
		"low/mon_data/mon_L3_00/llc_occupancy":   "100\n",
		"low/mon_data/mon_L3_01/llc_occupancy":   "Unavailable\n",
		"low/mon_data/mon_L3_00/mbm_total_bytes": "200\n", "low/mon_data/mon_L3_00/mbm_local_bytes": "300\n",
		"low/mon_groups/c1/mon_data/mon_L3_00/llc_occupancy": "5\n",
	})
	const shared = `{"l3_cache_info":{"cbm_mask":"7ff","min_cbm_bits":2,"num_closids":16},` +
		`"l3_cache_schema_root":"L3:0=07ff;1=07ff","l3_cache_schema":"L3:0=3f;1=3f",` +
		`"mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":11,"num_closids":8},` +
		`"mem_bw_schema_root":"MB:0= 100;1=  20","mem_bw_schema":"MB:0= 50;1=  20",`
	if got, want := statsJSON(t, g), shared+`"mbm_stats":[{"mbm_total_bytes":200,"mbm_local_bytes":300}],"cmt_stats":[{"llc_occupancy":100},{}]}`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	g = group(t, configs.IntelRdt{ClosID: "low", EnableMonitoring: true})
	if got, want := statsJSON(t, g), shared+`"cmt_stats":[{"llc_occupancy":5}]}`; got != want {
		t.Errorf("own counters: got\n%s\nwant\n%s", got, want)
	}
	if got := statsJSON(t, nil); got != "{}" {
		t.Errorf("no group: %s", got)
	}
}
