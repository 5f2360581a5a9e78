package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"runc/libcontainer/sys"
)

// onTerminal runs a command as the leader of a session on a new terminal.
func onTerminal(steps, command []string) error {
	master, peer, err := newTerminal()
	if err != nil {
		return err
	}
	path, err := os.Readlink(sys.FDPath(peer))
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = peer, peer, peer
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	t := &terminal{master: master, peer: path, cmd: cmd}
	if err := sys.SetWindowSize(master, 24, 80); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	peer.Close()
	err = t.steps(steps)
	if cmd.ProcessState == nil {
		master.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	os.Stdout.Write(t.out)
	return err
}

func newTerminal() (master, peer *os.File, err error) {
	m, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := sys.UnlockPty(m); err != nil {
		return nil, nil, err
	}
	if peer, err = sys.PtyPeer(m); err != nil {
		return nil, nil, err
	}
	master, err = sys.DupNonblocking(m) // for deadlines
	return master, peer, errors.Join(err, m.Close())
}

// receiveTerminal plays an engine with a --console-socket.
func receiveTerminal(socket string, steps []string) error {
	name, f, err := receive(socket)
	if err != nil {
		return err
	}
	master, err := sys.DupNonblocking(f)
	if err != nil {
		return err
	}
	f.Close()
	t := &terminal{master: master}
	err = t.steps(steps)
	fmt.Printf("%s\n%s", name, t.out)
	return err
}

// receivePidfd tells under what name the pidfd came, and of what process it is.
func receivePidfd(socket string) error {
	name, f, err := receive(socket)
	if err != nil {
		return err
	}
	info, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(int(f.Fd())))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(info)) {
		if pid, ok := strings.CutPrefix(line, "Pid:"); ok {
			fmt.Println(name, strings.TrimSpace(pid))
			return nil
		}
	}
	return fmt.Errorf("not a pidfd: %q", info)
}

// receive waits for one file and its name.
func receive(socket string) (string, *os.File, error) {
	// Made under another name: whoever waits for the path can connect at once.
	tmp := filepath.Join(filepath.Dir(socket), "."+filepath.Base(socket))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: tmp, Net: "unix"})
	if err != nil {
		return "", nil, err
	}
	defer l.Close()
	if err := os.Rename(tmp, socket); err != nil {
		return "", nil, err
	}
	conn, err := l.AcceptUnix()
	if err != nil {
		return "", nil, err
	}
	defer conn.Close()
	name, oob := make([]byte, 4096), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := conn.ReadMsgUnix(name, oob)
	if err != nil {
		return "", nil, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		return "", nil, fmt.Errorf("%d control messages: %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return "", nil, fmt.Errorf("%d files: %w", len(fds), err)
	}
	return string(name[:n]), os.NewFile(uintptr(fds[0]), "received"), nil
}
