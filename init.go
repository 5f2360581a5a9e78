package main

import (
	"os"

	"runc/libcontainer/initproc"
	_ "runc/nsenter" // its C stage runs before main in a process that is an init
)

// isInit tells whether this process is the inside of a container: the hidden
// command "init", started by the runtime alone.
func isInit() bool { return len(os.Args) > 1 && os.Args[1] == "init" }

// initMain does not return.
func initMain() { initproc.Main() }
