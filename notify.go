package main

import (
	"os"

	"github.com/sirupsen/logrus"

	"runc/internal/attach"
	"runc/libcontainer/sys"
)

// passNotify passes on what the program of a foreground container tells its
// supervisor, for which this process is the service. The channel is closed at
// the end of the program.
func passNotify(n *attach.Notify, p *sys.Process) <-chan struct{} {
	done := make(chan struct{})
	if n == nil {
		close(done)
		return done
	}
	go func() {
		defer close(done)
		warn(n.Pass(p, os.Getpid(), true))
	}()
	return done
}

// warn logs an error that does not keep the container from running.
func warn(err error) {
	if err != nil {
		logrus.Warn(err)
	}
}
