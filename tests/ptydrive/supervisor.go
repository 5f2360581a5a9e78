package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// supervise runs a command and tells each message that comes meanwhile, one a
// line, with its pid in place of the number. Files that come are closed, as a
// supervisor that knows sd_notify_barrier(3) does.
func supervise(command []string) error {
	dir, err := os.MkdirTemp("", "supervise")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "socket")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+path)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		// What is queued is still read: there is no more to come.
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		ended <- err
	}()
	for {
		text, err := message(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return <-ended
		}
		if err != nil {
			return err
		}
		own := fmt.Sprintf("MAINPID=%d\n", cmd.Process.Pid)
		fmt.Printf("got %q\n", strings.Replace(text+"\n", own, "MAINPID=command\n", 1))
	}
}

func message(conn *net.UnixConn) (string, error) {
	text, oob := make([]byte, 4096), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := conn.ReadMsgUnix(text, oob)
	if err != nil {
		return "", err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return "", err
	}
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return "", err
		}
		for _, fd := range fds {
			os.NewFile(uintptr(fd), "received").Close()
		}
	}
	return strings.TrimSuffix(string(text[:n]), "\n"), nil
}

// notify is sd_notify(3).
func notify(text string) error {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: os.Getenv("NOTIFY_SOCKET"), Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(text))
	return err
}
