package initproc

import (
	"fmt"

	"runc/libcontainer/console"
)

// openConsole makes the terminal inside the container's root and hands its
// master out. In a new container it is /dev/console as well.
func openConsole(i *initProcess) error {
	if !i.Process.Terminal {
		return nil
	}
	pair, err := console.Open(i.Process.ConsoleSize)
	if err != nil {
		return fmt.Errorf("process.terminal: %w", err)
	}
	defer pair.Close()
	if i.root != nil {
		if err := i.root.Console(pair.Peer); err != nil {
			return err
		}
	}
	if err := i.parent.Console(pair.Master); err != nil {
		return err
	}
	return pair.Attach()
}
