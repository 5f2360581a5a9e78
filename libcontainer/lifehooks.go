package libcontainer

import (
	"encoding/json"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"

	"runc/libcontainer/hooks"
	"runc/libcontainer/sys"
)

// hookState is what hooks read from stdin.
func (c *Container) hookState(status Status) []byte { return encodeState(c.ociState(status)) }

// innerState is what hooks read that run in the container's namespaces: the pid
// is the one seen there (OCI runtime spec, "State").
func (c *Container) innerState(status Status) []byte {
	st := c.ociState(status)
	if pid, err := sys.InnerPID(c.init.PID()); err == nil {
		st.Pid = pid
	}
	return encodeState(st)
}

func encodeState(st specs.State) []byte {
	data, err := json.Marshal(st)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return data
}

// poststop runs the hooks after the end of a container, be it that it has been
// deleted or that its creation failed. A failure is a warning, and the others
// are run all the same (OCI runtime spec, "Lifecycle").
func (c *Container) poststop() {
	if c.st == nil || len(c.st.Config.Hooks.Poststop) == 0 {
		return
	}
	c.st.InitPID, c.init = 0, nil
	dir := c.st.Config.Bundle
	if _, err := os.Stat(dir); err != nil {
		dir = "/" // engines remove the bundle at times before the container
	}
	for _, err := range hooks.RunAll("poststop", c.st.Config.Hooks.Poststop, c.hookState(Stopped), dir, os.Environ()) {
		warn(err)
	}
}
