// Package handshake is the talk between the runtime (Parent) and init (Child)
// over one stream socket: the words, the phases in which each may be said, and
// both ends. Its first half, with the C stage of init, is in nsenter's
// bootstrap.h.
//
//	runtime                          init
//	   | bootstrap --------------------> |  C stage
//	   | <--------------- map me         |
//	   | mapped -----------------------> |
//	   | <--------------- child(pid)     |
//	   | setup ------------------------> |  Go
//	   | <--------------- source(i)      |  any number of wishes,
//	   | tree -------------------------> |  each answered
//	   | <--------------- ready          |
//	   | proceed ----------------------> |
//	   | <--------------- seccomp        |  the listener, if any
//	   | <--------------- (closed)       |  waiting at the gate, or exec'd
//
// Init may have been taken over by what it set up: the parent takes only the
// words that belong to the phase, of bounded length, and nothing it is told
// decides about a path or an id on the host.
package handshake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/leanjson"
	"runc/libcontainer/sys"
)

// word is a kind of message after the C stage.
type word uint16

const (
	// From init.
	wordLog          word = iota + 1 // text for the debug log
	wordFail                         // a Failure; the last word
	wordWarn                         // text to be logged as a warning
	wordSource                       // wish: the tree of mount number n
	wordCgroup                       // wish: to be told when the cgroup is joined
	wordRuntimeHooks                 // wish: run prestart and createRuntime hooks
	wordConsole                      // fact: the pseudo terminal, attached
	wordReady                        // all is set up that needs the parent
	wordSeccomp                      // fact: the seccomp listener, attached
	// From the parent.
	wordSetup   // a Setup
	wordDone    // the wish is fulfilled; a file may be attached
	wordProceed // the state is saved, go on
)

var wordNames = [...]string{
	wordLog: "log", wordFail: "fail", wordWarn: "warn", wordSource: "source",
	wordCgroup: "cgroup", wordRuntimeHooks: "runtime hooks", wordConsole: "console",
	wordReady: "ready", wordSeccomp: "seccomp",
	wordSetup: "setup", wordDone: "done", wordProceed: "proceed",
}

func (w word) String() string {
	if int(w) < len(wordNames) && wordNames[w] != "" {
		return wordNames[w]
	}
	return fmt.Sprintf("word %d", uint16(w))
}

// Setup is all that init is told, in one message.
type Setup struct {
	// Debug asks for debug logs.
	Debug bool
	// Exec says that the process joins a container that is already set up.
	Exec bool
	// ContainerID names the session keyring.
	ContainerID string
	// Config is the container, without what init does not need to know.
	Config *configs.Config
	// Process is the program to run.
	Process *configs.Process
	// Cgroup is where the container's cgroups are on the host.
	Cgroup configs.CgroupView
	// NewCgroupNamespace asks init to make a cgroup namespace, once the
	// parent says that it has joined the cgroup.
	NewCgroupNamespace bool
	// SourcesFromParent says that mount sources are to be wished for, as init
	// may lack the right to reach them (user namespaces).
	SourcesFromParent bool
	// Filter is the compiled seccomp program; empty: none. It goes as it is,
	// behind the JSON of the rest.
	Filter []byte `json:"-"`
	// FilterFlags are its SECCOMP_FILTER_FLAG_* bits.
	FilterFlags uint32
	// StateCreating and StateCreated are the OCI states for the hooks that
	// init runs before and after start.
	StateCreating, StateCreated []byte
	// Gate is the number of the O_PATH descriptor of exec.fifo; 0: none.
	Gate int
	// Root is the number of the descriptor of the root directory to enter;
	// 0: none.
	Root int
	// KeepGroups says that setgroups(2) is denied in the user namespace.
	KeepGroups bool
}

// StepExec is the step in which init becomes the user's program.
const StepExec = "exec"

// encode returns the length of the JSON, the JSON, the filter.
func (s *Setup) encode() ([]byte, error) {
	text, err := leanjson.Marshal(s)
	if err != nil {
		return nil, err
	}
	body := binary.NativeEndian.AppendUint32(make([]byte, 0, 4+len(text)+len(s.Filter)), uint32(len(text)))
	return append(append(body, text...), s.Filter...), nil
}

func decodeSetup(body []byte) (*Setup, error) {
	if len(body) < 4 || uint64(binary.NativeEndian.Uint32(body)) > uint64(len(body)-4) {
		return nil, errors.New("cut short")
	}
	text, filter := body[4:], body[4+binary.NativeEndian.Uint32(body):]
	s := &Setup{Filter: filter}
	return s, leanjson.Unmarshal(text[:len(text)-len(filter)], s)
}

// Failure is the error that ended init.
type Failure struct {
	// Step is what init was doing ("mounts").
	Step string
	// Message is the error, in full.
	Message string
	// Errno is the system's error number at its bottom; 0: none.
	Errno uint32
	// Code and Hint are those of package fault; empty: none.
	Code fault.Code
	Hint string
}

// Bounds of a message's body in bytes. What init says is short; what it is
// told holds the whole config.
const (
	maxFromInit = 64 << 10
	maxToInit   = 64 << 20
)

// headerSize is the length of kind (2), reserved (2) and body length (4), in
// the machine's byte order: both ends are one binary.
const headerSize = 8

// message is one word with what belongs to it.
type message struct {
	word  word
	body  []byte
	files []*os.File
}

func send(sock *os.File, m message) error {
	frame := make([]byte, headerSize, headerSize+len(m.body))
	binary.NativeEndian.PutUint16(frame, uint16(m.word))
	binary.NativeEndian.PutUint32(frame[4:], uint32(len(m.body)))
	return sys.SendAll(sock, append(frame, m.body...), m.files...)
}

// receive returns io.EOF when the peer has closed between two messages.
func receive(sock *os.File, limit uint32) (m message, err error) {
	var header [headerSize]byte
	if m.files, err = sys.RecvFull(sock, header[:]); err != nil {
		return message{}, err
	}
	m.word = word(binary.NativeEndian.Uint16(header[:]))
	size := binary.NativeEndian.Uint32(header[4:])
	if size > limit {
		sys.CloseAll(m.files)
		return message{}, fmt.Errorf("handshake: %s of %d bytes, at most %d are allowed", m.word, size, limit)
	}
	m.body = make([]byte, size)
	if size == 0 {
		return m, nil
	}
	more, err := sys.RecvFull(sock, m.body)
	m.files = append(m.files, more...)
	if err != nil {
		sys.CloseAll(m.files)
		return message{}, fmt.Errorf("handshake: cut short in %s: %w", m.word, err)
	}
	return m, nil
}
