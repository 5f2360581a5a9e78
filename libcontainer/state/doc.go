// Package state keeps containers on disk: the state root (/run/runc), a
// directory for each container, and in it the state, the gate that start opens,
// and the mark of a create that has not ended. Only this package knows a file
// name there.
//
// The format of the state is that of runc's state.json, key for key, so that
// the two runtimes can manage each other's containers. It is not the memory
// struct: the disk* types hold the keys, and what is written by one runtime
// version and not known to this one is kept when the state is saved again.
//
// Who may touch a directory: the process that creates a container holds an
// exclusive flock(2) on it until the create has ended, or the process has died.
// Everyone else only reads, or tests the lock without waiting, so that nobody
// can hang behind a create that hangs.
package state
