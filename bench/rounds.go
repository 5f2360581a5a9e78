package main

import (
	"fmt"
	"strings"
)

// A caseResult is what was measured of a case. Samples with the same index are of
// the same round; one without a wall time failed.
type caseResult struct {
	Name    string
	Idle    bool
	Order   []string // names of the runtimes
	Samples map[string][]sample
	Notes   []string
}

// idleMS is a pause that is long enough for the kernel to fall out of step.
const idleMS = 300

// giveUp is how often a runtime may fail at a case.
const giveUp = 2

// measureCases measures all cases of this view; those that Ctrl-C cut short are
// returned as they are.
func (l *lab) measureCases() []caseResult {
	var results []caseResult
	for _, c := range testCases() {
		if !strings.Contains(c.name, l.cases) || l.ctx.Err() != nil {
			continue
		}
		results = append(results, l.measureCase(c)...)
	}
	return results
}

// A player is a runtime at a case, as long as it does not fail too often.
type player struct {
	runtime
	*station
	failures int
}

func (l *lab) measureCase(c testCase) []caseResult {
	players, notes := l.admit(c)
	defer func() {
		for _, p := range players {
			p.end()
		}
	}()
	results := []caseResult{l.playRounds(c.name, players, l.rounds, false)}
	if c.idle {
		results = append(results, l.playRounds(c.name, players, l.idleRounds, true))
	}
	results[0].Notes = append(notes, results[0].Notes...)
	for _, result := range results {
		result.print(l.inside)
	}
	return results
}

// admit begins the case for each runtime, and takes one turn for practice: caches
// are warm then, and who can't do it is known.
func (l *lab) admit(c testCase) (players []*player, notes []string) {
	for _, r := range l.runtimes {
		s, err := c.begin(l, r)
		if err == nil && s == nil {
			continue
		}
		if err == nil {
			if _, err = l.turn(s, 0); err != nil {
				s.end()
			}
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s can't: %v", r.Name, err))
			continue
		}
		players = append(players, &player{runtime: r, station: s})
	}
	return players, notes
}

// turn takes one turn, after idling for so many milliseconds.
func (l *lab) turn(s *station, idle int) (sample, error) {
	words, after, err := s.next()
	if err != nil {
		return sample{}, err
	}
	defer after()
	if idle > 0 {
		words = withIdle(words, idle)
	}
	return l.spawn(words...)
}

// withIdle has each command of the words begin after an idle moment.
func withIdle(words []string, idle int) []string {
	pause := fmt.Sprintf("~%d", idle)
	result := []string{pause}
	for _, word := range words {
		result = append(result, word)
		if word == "--" || word == "++" {
			result = append(result, pause)
		}
	}
	return result
}

// playRounds lets all players take a turn in each round, another one first each
// time.
func (l *lab) playRounds(name string, players []*player, rounds int, idle bool) caseResult {
	result := caseResult{Name: name, Idle: idle, Samples: map[string][]sample{}}
	for _, p := range players {
		result.Order = append(result.Order, p.Name)
	}
	pause := 0
	if idle {
		pause = idleMS
	}
	for round := range rounds {
		for i := range players {
			p := players[(round+i)%len(players)]
			if l.ctx.Err() != nil {
				return result
			}
			var s sample
			if p.failures < giveUp {
				var err error
				if s, err = l.turn(p.station, pause); err != nil {
					p.failures++
					result.Notes = append(result.Notes, fmt.Sprintf("%s failed: %v", p.Name, err))
				}
			}
			result.Samples[p.Name] = append(result.Samples[p.Name], s)
		}
	}
	return result
}

// print tells how it stands while it goes on.
func (r caseResult) print(view string) {
	when := ""
	if r.Idle {
		when = ", after idle"
	}
	fmt.Printf("%s  %-44s", view, r.Name+when)
	for _, name := range r.Order {
		fmt.Printf("  %s %.2f ms", name, median(walls(r.Samples[name])))
	}
	fmt.Println()
	for _, note := range r.Notes {
		fmt.Println("    ", note)
	}
}
