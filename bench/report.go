package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// A measuredView is what was measured in a view of /sys/fs/cgroup.
type measuredView struct {
	Name     string
	Cases    []caseResult
	Parallel []parallelResult
	Memory   []memoryResult
}

// A report is everything.
type report struct {
	Options options
	Machine machine
	Views   []measuredView
}

// write writes results.md and results.svg into dir.
func (r report) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := filepath.Join(dir, "results.md")
	if err := os.WriteFile(text, []byte(r.markdown()), 0o644); err != nil {
		return err
	}
	plot := filepath.Join(dir, "results.svg")
	if err := os.WriteFile(plot, []byte(r.plot()), 0o644); err != nil {
		return err
	}
	fmt.Println("written:", text, plot)
	return nil
}

// markdown is results.md.
func (r report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Results of `make bench`\n\n")
	fmt.Fprintf(&b, "%s; %s, %d cores, %d MiB of memory, Linux %s; load average %s before, %s after.\n\n",
		r.Machine.When.Format("2006-01-02 15:04"), r.Machine.CPU, r.Machine.Cores, r.Machine.MemoryMiB,
		r.Machine.Kernel, r.Machine.LoadBefore, r.Machine.LoadAfter)
	fmt.Fprintf(&b, "The runtimes take turns: %d rounds back to back, %d rounds with %d ms of idling before each command. ",
		r.Options.rounds, r.Options.idleRounds, idleMS)
	fmt.Fprintf(&b, "Ratios are ours to the other's, the median over the rounds: below 1, ours is quicker. "+
		"The floor is a C program that does the kernel's share alone. [docs/performance.md](../docs/performance.md) has the method.\n\n")
	r.writeRuntimes(&b)
	for _, view := range r.Views {
		fmt.Fprintf(&b, "\n## Cgroup %s\n\n", view.Name)
		view.writeOverview(&b)
		view.writeParallel(&b)
		view.writeMemory(&b)
		view.writeDetails(&b)
	}
	return b.String()
}

func (r report) writeRuntimes(b *strings.Builder) {
	b.WriteString("| runtime | version | binary, MiB |\n| --- | --- | --- |\n")
	for _, runtime := range present(r.Options.runtimes) {
		size := math.NaN()
		if info, err := os.Stat(runtime.Path); err == nil {
			size = float64(info.Size()) / (1 << 20)
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", runtime.Name, runtime.version(), figure(size))
	}
}

// columns are the runtimes of the overview.
var columns = []string{nameFloor, nameOurs, nameCrun, nameRunc}

// writeOverview has a line for each case.
func (v measuredView) writeOverview(b *strings.Builder) {
	b.WriteString("Median wall time in milliseconds:\n\n")
	b.WriteString("| case | floor | ours | crun | runc | ours/floor | ours/crun | ours/runc |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, c := range v.Cases {
		fmt.Fprintf(b, "| %s |", c.title())
		for _, name := range columns {
			fmt.Fprintf(b, " %s |", figure(median(walls(c.Samples[name]))))
		}
		for _, name := range []string{nameFloor, nameCrun, nameRunc} {
			fmt.Fprintf(b, " %s |", figure(pairedRatio(c.Samples[nameOurs], c.Samples[name], walls)))
		}
		b.WriteString("\n")
	}
}

func (c caseResult) title() string {
	if c.Idle {
		return c.Name + ", after idle"
	}
	return c.Name
}

func (v measuredView) writeParallel(b *strings.Builder) {
	if len(v.Parallel) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### `run true`, %d at a time\n\n", width)
	b.WriteString("| runtime | containers | containers/s | median ms | p99 ms |\n| --- | --- | --- | --- | --- |\n")
	for _, p := range v.Parallel {
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s |\n", p.Name, p.Containers, figure(median(p.PerSecond)),
			figure(median(p.Latencies)), figure(percentile(p.Latencies, 99)))
	}
	for _, p := range v.Parallel {
		if p.Note != "" {
			fmt.Fprintf(b, "\n%s failed: %s\n", p.Name, p.Note)
		}
	}
}

func (v measuredView) writeMemory(b *strings.Builder) {
	if len(v.Memory) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### Smallest memory limit in which `true` starts, %d times out of %d\n\n", enough, enough)
	b.WriteString("| runtime | KiB |\n| --- | --- |\n")
	for _, m := range v.Memory {
		limit := fmt.Sprint(m.Limit / 1024)
		if m.Limit == 0 {
			limit = "none tried: " + m.Note
		}
		fmt.Fprintf(b, "| %s | %s |\n", m.Name, limit)
	}
}

// writeDetails has a table for each case.
func (v measuredView) writeDetails(b *strings.Builder) {
	for _, c := range v.Cases {
		fmt.Fprintf(b, "\n### %s\n\n", c.title())
		b.WriteString("| runtime | rounds | median ms | min ms | p90 ms | CPU ms | peak MiB | ours/it, wall | ours/it, CPU |\n")
		b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
		for _, name := range c.Order {
			s, ours := c.Samples[name], c.Samples[nameOurs]
			fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %s | %s | %s | %s |\n", name, len(walls(s)),
				figure(median(walls(s))), figure(smallest(walls(s))), figure(percentile(walls(s), 90)),
				figure(median(cpus(s))), figure(percentile(peaks(s), 100)),
				figure(pairedRatio(ours, s, walls)), figure(pairedRatio(ours, s, cpus)))
		}
		for _, note := range c.Notes {
			fmt.Fprintf(b, "\n%s\n", note)
		}
	}
}

// figure has three digits that count, or is empty for nothing.
func figure(value float64) string {
	switch {
	case math.IsNaN(value):
		return ""
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}
