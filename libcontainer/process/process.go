// Package process is init seen from outside: it spawns the process, sends it
// into its namespaces, tells it what to do and ends it when that fails. What
// init wishes for is answered by the caller (handshake.Answers).
package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/handshake"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
	"runc/nsenter"
)

// Start says how a process comes to life.
type Start struct {
	// Exe is our own binary, sealed (package selfexe).
	Exe *os.File
	// Stdio are stdin, stdout and stderr; nil: closed.
	Stdio [3]*os.File
	// Extra are handed through as descriptors from 3 on.
	Extra []*os.File
	// Gate is exec.fifo, opened with O_PATH; nil: the process does not wait.
	Gate *os.File
	// CgroupDir is where to be born (cgroup v2); nil: joined later.
	CgroupDir *os.File
	// OOMScoreAdj is set before anything else; nil: inherited.
	OOMScoreAdj *int
	// NoHuge keeps init from transparent huge pages: Go's heap would begin with two
	// of 2 MiB where the host gives them to all.
	NoHuge bool
	// Namespaces says what to enter.
	Namespaces Entry
	// Debug asks for debug logs.
	Debug bool
}

// Process is an init, or a process that exec adds.
type Process struct {
	stage1 *sys.Process
	proc   *sys.Process
	parent *handshake.Parent
	start  Start
	// gate, root and hole are numbers of descriptors in the child; 0: none.
	gate, root, hole int
	join             []nsenter.Join
}

// Spawn starts the process, which begins to enter its namespaces; it waits in the C
// stage for EnterNamespaces.
func Spawn(s Start) (*Process, error) {
	parent, sock, err := handshake.Pair()
	if err != nil {
		return nil, err
	}
	defer sock.Close()
	p := &Process{parent: parent, start: s}

	files := append([]*os.File{s.Stdio[0], s.Stdio[1], s.Stdio[2]}, s.Extra...)
	hand := func(f *os.File) (number int) {
		files = append(files, f)
		return len(files) - 1
	}
	number := hand(sock)
	if s.Gate != nil {
		p.gate = hand(s.Gate)
	}
	if s.Namespaces.Root != nil {
		p.root = hand(s.Namespaces.Root)
	}
	hole, letGo, err := s.Namespaces.hole()
	if err != nil {
		parent.Close()
		return nil, err
	}
	defer letGo()
	p.hole = hand(hole)
	for _, j := range s.Namespaces.Join {
		p.join = append(p.join, nsenter.Join{Type: j.Type, FD: hand(j.File)})
	}
	// What our caller left open must not be found by anything of the
	// container's, not even by its paths while init works (CVE-2024-21626).
	if err := sys.CloseOnExecFrom(3); err != nil {
		parent.Close()
		return nil, fmt.Errorf("keep descriptors from init: %w", err)
	}
	p.stage1, err = sys.Spawn(sys.SpawnAttr{
		Exe:  s.Exe,
		Args: []string{"runc", "init"},
		// Init does one thing after the other: more threads would only be woken
		// and put to sleep again.
		Env:       []string{nsenter.Env + "=" + strconv.Itoa(number), "GOMAXPROCS=1"},
		Files:     files,
		CgroupDir: s.CgroupDir,
	})
	if err != nil {
		parent.Close()
		return nil, fmt.Errorf("start init: %w", err)
	}
	if err := p.begin(); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

// begin sets what comes before anything else, and lets the process set out.
func (p *Process) begin() error {
	if adj := p.start.OOMScoreAdj; adj != nil {
		err := sys.WriteProc(p.stage1.PID, "oom_score_adj", strconv.Itoa(*adj))
		if err != nil && !errors.Is(err, unix.EACCES) {
			return fmt.Errorf("process.oomScoreAdj: %w", err)
		}
		if err != nil && !p.start.Namespaces.Unprivileged {
			return fmt.Errorf("process.oomScoreAdj %d: %w; lowering it needs CAP_SYS_RESOURCE", *adj, err)
		}
	}
	b := p.start.Namespaces.bootstrap(p.start.Debug, p.hole, p.join)
	b.NoHuge = p.start.NoHuge
	return p.parent.Begin(b)
}

// Adopt is a process that CRIU has made: it needs no setting up.
func Adopt(proc *sys.Process) *Process { return &Process{proc: proc} }

// EnterNamespaces returns when the process is in its namespaces and, if inside, in
// the cgroups (v1) whose "tasks", open for writing, are given.
func (p *Process) EnterNamespaces(tasks []*os.File) (inside bool, err error) {
	var answers handshake.Answers
	if p.start.Namespaces.asksForMaps() {
		answers.MapMe = p.writeMaps
	}
	pid, inside, err := p.parent.EnterNamespaces(tasks, answers)
	if err != nil {
		return false, explain(err)
	}
	if p.proc, err = sys.FindProcess(pid); err != nil {
		return false, fmt.Errorf("hold init (pid %d): %w", pid, err)
	}
	_, err = p.stage1.Wait()
	p.stage1.Release()
	p.stage1 = nil
	return inside, err
}

func (p *Process) writeMaps() error {
	ns := &p.start.Namespaces
	if ns.Unshare&unix.CLONE_NEWUSER != 0 {
		if err := userns.WriteMaps(p.stage1.PID, ns.UIDMappings, ns.GIDMappings, !ns.Unprivileged); err != nil {
			return err
		}
	}
	if ns.Unshare&unix.CLONE_NEWTIME != 0 && len(ns.TimeOffsets) > 0 {
		return userns.WriteTimeOffsets(p.stage1.PID, ns.TimeOffsets)
	}
	return nil
}

// Setup tells the process what to do.
func (p *Process) Setup(s *handshake.Setup) error {
	s.Gate, s.Root = p.gate, p.root
	s.Debug = p.start.Debug
	s.KeepGroups = p.start.Namespaces.KeepGroups
	return p.parent.Setup(s)
}

// UntilReady answers the process's wishes until it is ready to go on.
func (p *Process) UntilReady(a handshake.Answers) error { return p.parent.UntilReady(a) }

// Proceed lets it go on, and returns when it waits at the gate or has become
// the user's program.
func (p *Process) Proceed(a handshake.Answers) error { return p.parent.Proceed(a) }

// SetRlimits sets the resource limits of the process. Done from outside, where
// the rights to raise them are.
func (p *Process) SetRlimits(limits []configs.Rlimit) error {
	for i, l := range limits {
		if err := sys.SetRlimit(p.proc.PID, l.Type, l.Soft, l.Hard); err != nil {
			hint := ""
			if errors.Is(err, unix.EPERM) {
				hint = "raising a hard limit needs CAP_SYS_RESOURCE"
			}
			return fault.New(fault.Rlimit, fmt.Errorf("process.rlimits[%d]: soft %d, hard %d: %w", i, l.Soft, l.Hard, err), hint)
		}
	}
	return nil
}

// PID is the process's number in the runtime's PID namespace; 0 before
// EnterNamespaces.
func (p *Process) PID() int {
	if p.proc == nil {
		return 0
	}
	return p.proc.PID
}

// Handle returns the process held by its pidfd.
func (p *Process) Handle() *sys.Process { return p.proc }

// Kill ends the process wherever it is, and reaps it: an undo function.
func (p *Process) Kill() {
	if p.parent != nil {
		p.parent.Close()
	}
	for _, proc := range []*sys.Process{p.stage1, p.proc} {
		if proc == nil {
			continue
		}
		_ = proc.Signal(unix.SIGKILL)
		_, _ = proc.Wait()
		proc.Release()
	}
	p.stage1, p.proc = nil, nil
}

// Died reaps a process that closed the socket in the middle of the talk, and
// tells how it ended; ok is false when it still lives.
func (p *Process) Died() (ws unix.WaitStatus, ok bool) {
	proc := p.proc
	if proc == nil {
		proc = p.stage1
	}
	if proc == nil {
		return 0, false
	}
	if ended, err := proc.Ended(time.Second); err != nil || !ended {
		return 0, false
	}
	ws, err := proc.Wait()
	return ws, err == nil
}

// Close ends the talk and lets go of the process, which lives on.
func (p *Process) Close() {
	p.parent.Close()
	p.proc.Release()
}
