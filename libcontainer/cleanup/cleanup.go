// Package cleanup keeps the list of what must be undone when a longer work
// fails half-way. Say how to undo a thing on the line after you made it:
//
//	undo := cleanup.New()
//	defer undo.Clean()
//	dir := mkdir()
//	undo.Add(dir.Remove)
//	...
//	undo.Release()
package cleanup

// Stack is a list of undo functions, run last first.
type Stack struct {
	undo []func()
}

// New returns an empty stack.
func New() *Stack { return &Stack{} }

// Add puts fn on the stack. An undo function reports its own failure, if
// anywhere: the error that led here matters more.
func (s *Stack) Add(fn func()) { s.undo = append(s.undo, fn) }

// Clean runs the functions, last first, and empties the stack.
func (s *Stack) Clean() {
	for len(s.undo) > 0 {
		last := len(s.undo) - 1
		fn := s.undo[last]
		s.undo = s.undo[:last]
		fn()
	}
}

// Release empties the stack without running anything: the work is done.
func (s *Stack) Release() { s.undo = nil }
