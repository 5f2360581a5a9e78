package criu

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// maxQuoted is how many lines of CRIU's log an error quotes: the last ones.
const maxQuoted = 3

// Failure is an error of CRIU's, with the reason out of its log.
type Failure struct {
	err    error
	reason []string
	log    string
}

func (f *Failure) Error() string {
	text := f.err.Error()
	if len(f.reason) > 0 {
		text += ": " + strings.Join(f.reason, "; ")
	}
	return text + "; log file: " + f.log
}

func (f *Failure) Unwrap() error { return f.err }

// withLog makes a call of CRIU, and adds to its error what the log says and
// where that is.
func (o *Options) withLog(name string, call func() error) error {
	dir, err := filepath.Abs(o.LogDir())
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	// What an earlier call has left would be taken for this one's.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err = call(); err == nil {
		return nil
	}
	reason, logErr := lastErrors(path)
	if logErr != nil {
		return err // CRIU has not come so far
	}
	return &Failure{err, reason, path}
}

// lastErrors returns the last lines of a log that tell of errors.
func lastErrors(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), "Error") {
			continue
		}
		if list = append(list, oneLine(lines.Text())); len(list) > maxQuoted {
			list = list[1:]
		}
	}
	return list, lines.Err()
}

// oneLine drops what a name of the container's may have put into the log.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text))
}
