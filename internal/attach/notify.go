package attach

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// Notify passes on to the supervisor what the container's program tells it by
// sd_notify(3).
type Notify struct {
	// host is the supervisor's socket.
	host string
	// inner is ours, which the container sees; nil before Bind.
	inner *os.File
}

// NotifyFromEnv returns nil when no supervisor wants to be told.
func NotifyFromEnv() *Notify {
	host := os.Getenv("NOTIFY_SOCKET")
	if host == "" {
		return nil
	}
	return &Notify{host: host}
}

// notifySocket is the name of the socket in its directory.
const notifySocket = "notify.sock"

// Bind makes the socket that the container talks to, in a directory that is
// mounted there: whoever is in the container may write to it.
func (n *Notify) Bind(dir string) error {
	d, err := sys.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Through the descriptor: the path of a socket has 107 bytes at most.
	path := filepath.Join(sys.FDPath(d), notifySocket)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify socket in %s: %w", dir, err)
	}
	defer conn.Close()
	if n.inner, err = conn.File(); err != nil {
		return err
	}
	return openToAll(d)
}

// openToAll gives the socket in dir mode 0777. It is opened first: the
// directory may be in the container's hands already.
func openToAll(dir *os.File) error {
	sock, err := sys.Openat(dir, notifySocket, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer sock.Close()
	st, err := sock.Stat()
	if err == nil && st.Mode().Type() != fs.ModeSocket {
		err = fmt.Errorf("%s is not a socket", notifySocket)
	}
	if err != nil {
		return err
	}
	return os.Chmod(sys.FDPath(sock), 0o777)
}

// Pass hands messages on until the process p has ended or, without whole, until
// it is ready. The supervisor learns that mainPID is the service's process.
func (n *Notify) Pass(p *sys.Process, mainPID int, whole bool) error {
	defer n.Close()
	host, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.host, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}
	defer host.Close()
	buf := make([]byte, 4096)
	for {
		can, err := sys.Poll(-1, n.inner, p.File())
		if err != nil {
			return err
		}
		if !can[0] {
			return nil // the process has ended, and left nothing
		}
		size, err := n.inner.Read(buf)
		if err != nil && !errors.Is(err, io.EOF) { // which an empty datagram is for Go
			return err
		}
		text, ready := message(string(buf[:size]), mainPID, whole)
		if text == "" {
			continue
		}
		if err := tell(host, text, ready); err != nil {
			return fmt.Errorf("NOTIFY_SOCKET: %w", err)
		}
		if ready && !whole {
			return nil
		}
	}
}

// passed are the assignments of sd_notify(3) that a container may make: about
// itself, none that names a process or leaves a file.
var passed = [...]string{"STATUS=", "STOPPING=", "RELOADING=", "MONOTONIC_USEC=", "WATCHDOG=", "EXTEND_TIMEOUT_USEC=", "ERRNO="}

// message is what of a container's message the supervisor gets, and whether it
// says that the container is ready.
func message(text string, mainPID int, whole bool) (out string, ready bool) {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "READY=1":
			ready = true
			lines = append(lines, "MAINPID="+strconv.Itoa(mainPID), line)
		case whole && hasPrefix(line, passed[:]):
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "", false
	}
	return strings.Join(lines, "\n") + "\n", ready
}

func hasPrefix(line string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

// barrierTimeout bounds the wait for a supervisor that does not know barriers.
const barrierTimeout = 30 * time.Second

// tell sends a message. After one that says ready it waits until the supervisor
// has taken it (sd_notify_barrier(3)): it may refuse a message whose sender is
// gone.
func tell(host *net.UnixConn, text string, ready bool) error {
	if _, err := host.Write([]byte(text)); err != nil || !ready {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	sock, err := host.File()
	if err == nil {
		err = sys.SendAll(sock, []byte("BARRIER=1"), write)
		sock.Close()
	}
	write.Close()
	if err != nil {
		return err
	}
	_, err = sys.Poll(barrierTimeout, read)
	return err
}

// Close closes the socket. What the container says afterwards is refused there.
func (n *Notify) Close() {
	if n.inner != nil {
		n.inner.Close()
		n.inner = nil
	}
}
