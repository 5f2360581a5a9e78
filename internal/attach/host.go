package attach

import (
	"os"

	"github.com/containerd/console"

	"runc/libcontainer/sys"
)

// host is the command's own terminal.
type host struct {
	// size is where the size of the window comes from; nil: from nowhere.
	size console.Console
	// raw is stdin as a terminal in raw mode; nil: stdin is none, and what is
	// typed at another one of the streams is not for the program.
	raw console.Console
}

// openHost finds the command's terminal, if it has one.
func openHost() (h host, err error) {
	if in, err := console.ConsoleFromFile(os.Stdin); err == nil {
		h.size, h.raw = in, in
		return h, h.raw.SetRaw()
	}
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if out, err := console.ConsoleFromFile(f); err == nil {
			h.size = out
			return h, nil
		}
	}
	// All may be redirected and the command still be in a window.
	if f, err := os.Open("/dev/tty"); err == nil {
		h.size, _ = console.ConsoleFromFile(f)
	}
	return h, nil
}

// again makes raw again what a shell has reset while the command was stopped.
func (h *host) again() {
	if h.raw != nil {
		_ = h.raw.SetRaw()
	}
}

// reset gives the terminal back as it was found.
func (h *host) reset() {
	if h.raw != nil {
		_ = h.raw.Reset()
		h.raw = nil
	}
}

// resize gives the terminal tty the size of the command's own, unless nobody has
// ever given that one a size: then process.consoleSize stands.
func (h *host) resize(tty *os.File) {
	if h.size == nil {
		return
	}
	if size, err := h.size.Size(); err == nil && size.Height != 0 && size.Width != 0 {
		_ = sys.SetWindowSize(tty, size.Height, size.Width)
	}
}
