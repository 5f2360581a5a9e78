package main

import (
	"fmt"
	"strings"
)

// A memoryResult is the smallest memory limit in which `true` starts.
type memoryResult struct {
	Name  string
	Limit int64 // bytes; 0: in none of those tried
	Note  string
}

// limitsKiB are those that are tried, from the smallest on.
var limitsKiB = []int64{64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768}

// enough is how often in a row it must start: some limits work by chance.
const enough = 5

func (l *lab) measureMemoryLimits() []memoryResult {
	if !strings.Contains("memory limit", l.cases) {
		return nil
	}
	var results []memoryResult
	for _, r := range l.runtimes {
		if r.isFloor() || l.ctx.Err() != nil {
			continue
		}
		result := l.smallestLimit(r)
		fmt.Printf("%s  smallest memory limit: %s %d KiB %s\n", l.inside, r.Name, result.Limit/1024, result.Note)
		results = append(results, result)
	}
	return results
}

func (l *lab) smallestLimit(r runtime) memoryResult {
	result := memoryResult{Name: r.Name}
	for _, kib := range limitsKiB {
		err := l.startsWithin(r, kib*1024)
		if err == nil {
			result.Limit, result.Note = kib*1024, ""
			return result
		}
		result.Note = err.Error()
	}
	return result
}

// startsWithin runs `true` with the limit, enough times.
func (l *lab) startsWithin(r runtime, limit int64) error {
	bundle, err := l.bundle(fmt.Sprintf("limit-%d", limit), l.rootfs, withMemoryLimit(limit))
	if err != nil {
		return err
	}
	for range enough {
		id := l.newID()
		if _, err := l.spawn(l.command(r, "run", "--bundle", bundle, id)...); err != nil {
			l.cleanUp(r, id)
			return err
		}
	}
	return nil
}
