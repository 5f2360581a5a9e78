package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/seccomp/libseccomp-golang"
)

// Set by the linker; see the Makefile.
var (
	version   = "unknown"
	gitCommit = ""
)

// versionText is what --version prints; Docker and Podman parse it.
func versionText() string {
	var b strings.Builder
	fmt.Fprintf(&b, "runc version %s\n", version)
	if gitCommit != "" {
		fmt.Fprintf(&b, "commit: %s\n", gitCommit)
	}
	fmt.Fprintf(&b, "spec: %s\n", specs.Version)
	fmt.Fprintf(&b, "go: %s\n", runtime.Version())
	if major, minor, micro := seccomp.GetLibraryVersion(); major+minor+micro > 0 {
		fmt.Fprintf(&b, "libseccomp: %d.%d.%d\n", major, minor, micro)
	}
	return b.String()
}
