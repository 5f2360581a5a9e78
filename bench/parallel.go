package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// width is how many containers are started at a time.
const width = 20

// A parallelResult is of many containers, width at a time.
type parallelResult struct {
	Name       string
	Containers int
	PerSecond  []float64 // of each repetition
	Latencies  []float64 // milliseconds, of each container
	Note       string
}

// repetitions of the parallel case; the runtimes take turns.
const repetitions = 3

// measureParallel runs `true` in many containers at once.
func (l *lab) measureParallel() []parallelResult {
	if !strings.Contains("parallel", l.cases) {
		return nil
	}
	var results []parallelResult
	var stations []*station
	for _, r := range l.runtimes {
		s, err := runs("plain")(l, r)
		if err == nil {
			_, err = l.turn(s, 0)
		}
		if err != nil {
			continue // measureCases told why
		}
		results = append(results, parallelResult{Name: r.Name})
		stations = append(stations, s)
	}
	for range repetitions {
		for i, s := range stations {
			if l.ctx.Err() != nil {
				return results
			}
			l.runMany(s, &results[i])
		}
	}
	for _, r := range results {
		fmt.Printf("%s  %d at a time: %s %.0f containers/s, p99 %.1f ms\n", l.inside, width, r.Name, median(r.PerSecond), percentile(r.Latencies, 99))
	}
	return results
}

// runMany runs one repetition of a runtime, and adds to its result.
func (l *lab) runMany(s *station, result *parallelResult) {
	count := max(width, l.parallel/repetitions)
	turns := make(chan []string, count)
	for range count {
		words, _, _ := s.next()
		turns <- words
	}
	close(turns)
	var mu sync.Mutex
	var group sync.WaitGroup
	began := time.Now()
	for range width {
		group.Go(func() {
			for words := range turns {
				sample, err := l.spawn(words...)
				mu.Lock()
				if err != nil {
					result.Note = err.Error()
				} else {
					result.Containers++
					result.Latencies = append(result.Latencies, float64(sample.WallNS)/1e6)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	result.PerSecond = append(result.PerSecond, float64(count)/time.Since(began).Seconds())
}
