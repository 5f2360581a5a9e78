// Package doctor tells, and changes nothing, what this host gives this user
// (Host), and what in a bundle would fail here (Bundle). It tries the kernel
// where that leaves no trace, and otherwise reads what the kernel tells. What
// it foresees has the code and the words that the runtime would fail with: the
// packages that do a thing foresee it as well.
package doctor

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer/fault"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

// Status is how a finding turned out.
type Status string

// The statuses.
const (
	OK      Status = "ok"      // nothing is ruled out
	Limited Status = "limited" // something is
	Missing Status = "missing" // all of it is
)

// Finding is one thing that was looked at.
type Finding struct {
	// Topic is what: "namespaces".
	Topic  string `json:"topic"`
	Status Status `json:"status"`
	// Found is what there is.
	Found string `json:"found"`
	// RulesOut is what cannot be done, Mend what to do about it; empty: none.
	RulesOut string `json:"rulesOut,omitempty"`
	Mend     string `json:"mend,omitempty"`
}

// Failure is something that would fail, as the runtime's JSON log would have it.
type Failure struct {
	Code  fault.Code `json:"code"`
	Step  string     `json:"step,omitempty"`
	Errno string     `json:"errno,omitempty"`
	Msg   string     `json:"msg"`
	Hint  string     `json:"hint,omitempty"`
}

// Report is what a doctor has to say.
type Report struct {
	// Findings are about the host; empty when only a bundle was asked about.
	Findings []Finding `json:"findings,omitempty"`
	// Bundle is the path of the bundle; empty: none was asked about.
	Bundle   string    `json:"bundle,omitempty"`
	Failures []Failure `json:"failures"`
}

// patient is who asks, where.
type patient struct {
	// root says that there is root's identity, initial that the user namespace
	// is the first.
	root, initial bool
	caps          uint64
	// stateRoot is --root.
	stateRoot string
	rootless  bool
}

func newPatient(stateRoot string) *patient {
	p := &patient{root: os.Geteuid() == 0, initial: userns.InInitial(), stateRoot: stateRoot}
	p.rootless = !p.root || !p.initial
	if sets, err := sys.Capget(); err == nil {
		p.caps = sets.Effective
	}
	return p
}

func (p *patient) has(capability int) bool { return p.caps&(1<<capability) != 0 }

// failureOf words err as the runtime would log it.
func failureOf(err error) Failure {
	d := fault.Of(err)
	return Failure{
		Code: d.Code, Step: d.Step, Errno: unix.ErrnoName(d.Errno),
		Msg: strings.ReplaceAll(err.Error(), "\n", "; "), Hint: d.Hint,
	}
}

// cause is the error number of err in words, or all of its text.
func cause(err error) string {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// text reads a small file; "" if it cannot be read.
func text(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
