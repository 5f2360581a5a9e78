package intelrdt

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"runc/libcontainer/sys"
)

// Stats is what resctrl tells of a container's group, under the keys that runc's
// `events` prints and engines read (go-runc's IntelRdt). What the host does not
// have is left out.
type Stats struct {
	L3CacheInfo *L3CacheInfo `json:"l3_cache_info,omitempty"`
	// The lines of schemata, of all the host's and of the container's.
	L3CacheSchemaRoot string     `json:"l3_cache_schema_root,omitempty"`
	L3CacheSchema     string     `json:"l3_cache_schema,omitempty"`
	MemBwInfo         *MemBwInfo `json:"mem_bw_info,omitempty"`
	MemBwSchemaRoot   string     `json:"mem_bw_schema_root,omitempty"`
	MemBwSchema       string     `json:"mem_bw_schema,omitempty"`
	// The counters, an entry for each L3 cache.
	MBMStats []MemBwCount `json:"mbm_stats,omitempty"`
	CMTStats []CacheCount `json:"cmt_stats,omitempty"`
}

// L3CacheInfo is how the L3 cache can be shared.
type L3CacheInfo struct {
	CbmMask    string `json:"cbm_mask,omitempty"`
	MinCbmBits uint64 `json:"min_cbm_bits,omitempty"`
	NumClosids uint64 `json:"num_closids,omitempty"`
}

// MemBwInfo is how memory bandwidth can be shared.
type MemBwInfo struct {
	BandwidthGran uint64 `json:"bandwidth_gran,omitempty"`
	DelayLinear   uint64 `json:"delay_linear,omitempty"`
	MinBandwidth  uint64 `json:"min_bandwidth,omitempty"`
	NumClosids    uint64 `json:"num_closids,omitempty"`
}

// MemBwCount is the use of memory bandwidth through one L3 cache, in bytes.
type MemBwCount struct {
	MBMTotalBytes uint64 `json:"mbm_total_bytes,omitempty"`
	MBMLocalBytes uint64 `json:"mbm_local_bytes,omitempty"`
}

// CacheCount is the use of one L3 cache, in bytes.
type CacheCount struct {
	LLCOccupancy uint64 `json:"llc_occupancy,omitempty"`
}

// Stats reads them. A nil group has none.
func (g *Group) Stats() (*Stats, error) {
	s := &Stats{}
	if g == nil {
		return s, nil
	}
	r := &reader{}
	if info := filepath.Join(g.root, "info", "L3"); r.text(info+"/num_closids") != "" {
		s.L3CacheInfo = &L3CacheInfo{r.text(info + "/cbm_mask"), r.number(info + "/min_cbm_bits"), r.number(info + "/num_closids")}
		s.L3CacheSchemaRoot, s.L3CacheSchema = r.line(g.root, "L3"), r.line(g.dir, "L3")
	}
	if info := filepath.Join(g.root, "info", "MB"); r.text(info+"/num_closids") != "" {
		s.MemBwInfo = &MemBwInfo{r.number(info + "/bandwidth_gran"), r.number(info + "/delay_linear"),
			r.number(info + "/min_bandwidth"), r.number(info + "/num_closids")}
		s.MemBwSchemaRoot, s.MemBwSchema = r.line(g.root, "MB"), r.line(g.dir, "MB")
	}
	g.counters(r, s)
	return s, r.err
}

// counters reads those of the container's own group of them or, if it has none,
// of the control group.
func (g *Group) counters(r *reader, s *Stats) {
	dir := g.dir
	if g.config.EnableMonitoring {
		dir = g.monitor()
	}
	caches, _ := filepath.Glob(dir + "/mon_data/mon_L3_*") // fails for a bad pattern only
	for _, cache := range caches {
		if total := cache + "/mbm_total_bytes"; r.text(total) != "" {
			s.MBMStats = append(s.MBMStats, MemBwCount{r.number(total), r.number(cache + "/mbm_local_bytes")})
		}
		if used := cache + "/llc_occupancy"; r.text(used) != "" {
			s.CMTStats = append(s.CMTStats, CacheCount{r.number(used)})
		}
	}
}

// reader reads files of resctrl, and keeps the first error. A file that is not
// there is empty.
type reader struct{ err error }

func (r *reader) text(path string) string {
	data, err := sys.ReadKernelFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && r.err == nil {
		r.err = err
	}
	return strings.TrimSpace(string(data))
}

// number also stands for "Unavailable", which a counter may say, as 0.
func (r *reader) number(path string) uint64 {
	n, _ := strconv.ParseUint(r.text(path), 10, 64)
	return n
}

// line is the first of the schemata of dir that is about a resource.
func (r *reader) line(dir, resource string) string {
	lines := strings.Split(r.text(filepath.Join(dir, "schemata")), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), resource) })
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(lines[i])
}
