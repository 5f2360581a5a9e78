package libcontainer

import (
	"encoding/json"
	"fmt"
	"net"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/sirupsen/logrus"

	"runc/libcontainer/handshake"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/sys"
)

// setFilter puts a compiled filter into what init is told; nil: none.
func setFilter(s *handshake.Setup, f *seccomp.Filter) {
	if f != nil {
		s.Filter, s.FilterFlags = f.Program, f.Flags
		logrus.Debugf("seccomp filter flags: %d", f.Flags)
	}
}

// sendListener hands the seccomp listener of the process pid to the agent at
// linux.seccomp.listenerPath (OCI runtime spec, "Container Process State").
// status is the container's: creating, or running for a further process.
func (c *Container) sendListener(pid int, status Status) func(listener *os.File) error {
	return func(listener *os.File) error {
		profile := c.st.Config.Seccomp
		message, err := json.Marshal(specs.ContainerProcessState{
			Version:  specs.Version,
			Fds:      []string{specs.SeccompFdName},
			Pid:      pid,
			Metadata: profile.ListenerMetadata,
			State:    c.ociState(status),
		})
		if err != nil {
			return err
		}
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: profile.ListenerPath, Net: "unix"})
		if err != nil {
			return fmt.Errorf("linux.seccomp.listenerPath: %w", err)
		}
		defer conn.Close()
		sock, err := conn.File()
		if err != nil {
			return err
		}
		defer sock.Close()
		return sys.SendAll(sock, message, listener)
	}
}
