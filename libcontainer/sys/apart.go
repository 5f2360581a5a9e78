package sys

import "runtime"

// Apart runs fn on a thread that ends with it: fn may change what belongs to a
// thread, a namespace or a cgroup, and no other code ever runs there.
func Apart(fn func() error) error {
	done := make(chan error, 1)
	go apart(fn, done)
	return <-done
}

// apart must not run on the main thread: that would not end, and /proc/self is
// about it.
func apart(fn func() error, done chan<- error) {
	runtime.LockOSThread() // never unlocked: that is what ends the thread
	if OnMainThread() {
		defer runtime.UnlockOSThread()
		done <- Apart(fn)
		return
	}
	done <- fn()
}
