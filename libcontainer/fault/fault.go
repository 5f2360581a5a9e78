// Package fault says what an error means to a program: a code that stays the
// same from release to release, the step that failed, and the mend. The text of
// an error is for people, and engines match on it; what is here goes beside it,
// into JSON logs. The error number is not kept: errors.As finds it.
//
// docs/troubleshooting.md explains every code.
package fault

import (
	"errors"
	"strings"
	"syscall"
)

// Error adds to an error what it means. Any field but Err may be empty.
type Error struct {
	Code Code
	// Step is what was being done: "mounts", "cgroup".
	Step string
	// Hint is the mend, as a phrase.
	Hint string
	Err  error
}

// Error is the text of the error, and the mend unless that is in it already.
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Hint == "" || strings.Contains(text, e.Hint) {
		return text
	}
	return text + "; " + e.Hint
}

// Unwrap returns the error that is explained.
func (e *Error) Unwrap() error { return e.Err }

// Fault makes Of find it.
func (e *Error) Fault() Details { return Details{Code: e.Code, Step: e.Step, Hint: e.Hint} }

// New gives err, which is not nil, a code and a mend; an empty hint: none is
// known.
func New(code Code, err error, hint string) error { return &Error{Code: code, Hint: hint, Err: err} }

// Worded gives err, unless it is nil, a code. The mend is what follows the last
// semicolon of the text: so docs/errors.md wants it.
func Worded(code Code, err error) error {
	if err == nil {
		return nil
	}
	_, hint := cutLast(err.Error())
	return &Error{Code: code, Hint: hint, Err: err}
}

func cutLast(text string) (before, after string) {
	if i := strings.LastIndex(text, "; "); i >= 0 {
		return text[:i], text[i+2:]
	}
	return text, ""
}

// At says in which step err, unless it is nil, came up.
func At(step string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Step: step, Err: err}
}

// Details are what a program may want to know of an error; empty: unknown.
type Details struct {
	Code       Code
	Step, Hint string
	// Errno is the system's error number at the bottom; 0: none.
	Errno syscall.Errno
}

// explainer is an error that knows more: Error here, and what init says.
type explainer interface{ Fault() Details }

// Of collects what is known of err. What is nearest to the cause counts; of
// joined errors the first. The code is never empty.
func Of(err error) Details {
	var d Details
	d.collect(err)
	errors.As(err, &d.Errno)
	if d.Code == "" {
		d.Code = byStep(d.Step)
	}
	return d
}

func (d *Details) collect(err error) {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if below := e.Unwrap(); below != nil {
			d.collect(below)
		}
	case interface{ Unwrap() []error }:
		for _, below := range e.Unwrap() {
			d.collect(below)
		}
	}
	e, ok := err.(explainer)
	if !ok {
		return
	}
	own := e.Fault()
	d.Code = Code(first(string(d.Code), string(own.Code)))
	d.Step = first(d.Step, own.Step)
	d.Hint = first(d.Hint, own.Hint)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
