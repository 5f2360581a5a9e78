package criu

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/checkpoint-restore/go-criu/v8/rpc"

	"runc/libcontainer/sys"
)

// playVar lets the test binary play criu: it names the scene.
const playVar = "RUNC_TEST_CRIU"

func TestMain(m *testing.M) {
	if scene := os.Getenv(playVar); scene != "" && len(os.Args) == 3 && os.Args[1] == "swrk" {
		os.Exit(play(scene, os.NewFile(3, "socket")))
	}
	os.Exit(m.Run())
}

// play answers one request.
func play(scene string, sock *os.File) int {
	buf := make([]byte, maxMessage)
	receive := func() *rpc.CriuReq {
		n, _, err := sys.RecvPacket(sock, buf)
		req := new(rpc.CriuReq)
		if err != nil || n == 0 || req.UnmarshalVT(buf[:n]) != nil {
			os.Exit(3)
		}
		return req
	}
	send := func(resp *rpc.CriuResp, files ...*os.File) {
		data, _ := resp.MarshalVT()
		_ = sys.SendAll(sock, data, files...)
	}
	req := receive()
	resp := &rpc.CriuResp{Type: req.Type, Success: ptr(true)}
	switch scene {
	case "gone":
		return 1
	case "noise":
		_ = sys.SendAll(sock, []byte{0xff, 0xff})
		return 1
	case "long":
		_ = sys.SendAll(sock, make([]byte, maxMessage))
		return 1
	case "other":
		resp.Type = ptr(rpc.CriuReqType_CHECK)
	case "refuses":
		resp.Success, resp.CrErrno, resp.CrErrmsg = ptr(false), ptr(int32(2)), ptr("no such thing")
	case "version":
		resp.Version = &rpc.CriuVersion{MajorNumber: ptr(int32(3)), MinorNumber: ptr(int32(17)), Sublevel: ptr(int32(1))}
	case "old":
		resp.Version = &rpc.CriuVersion{MajorNumber: ptr(int32(2)), MinorNumber: ptr(int32(12))}
	case "notices":
		for _, script := range []string{"post-restore", "orphan-pts-master"} {
			notice := &rpc.CriuResp{Type: ptr(rpc.CriuReqType_NOTIFY), Success: ptr(true), Notify: &rpc.CriuNotify{Script: &script, Pid: ptr(int32(7))}}
			send(notice, os.Stdin)
			if answer := receive(); answer.GetType() != rpc.CriuReqType_NOTIFY || !answer.GetNotifySuccess() {
				resp.Success = ptr(false)
			}
		}
	case "dies":
		send(resp)
		return 1
	}
	send(resp)
	return 0
}

func program(t *testing.T, scene string) *Program {
	t.Helper()
	t.Setenv(playVar, scene)
	return &Program{path: "/proc/self/exe"}
}

func TestCallFails(t *testing.T) {
	for scene, want := range map[string]string{
		"gone":    "criu failed: type DUMP: unexpected EOF",
		"noise":   "criu failed: type DUMP: ",
		"long":    "a message is too long",
		"other":   "an answer of type CHECK to DUMP",
		"refuses": "criu failed: type DUMP errno 2 (no such file or directory): no such thing",
		"dies":    "criu failed: type DUMP: exit status",
	} {
		_, err := program(t, scene).call(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_DUMP)}, &session{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", scene, err)
		}
	}
}

func TestVersion(t *testing.T) {
	p := program(t, "version")
	if err := p.askVersion(); err != nil || p.version != 31701 || !p.FreezesV2() {
		t.Errorf("%d, %v", p.version, err)
	}
	if err := program(t, "old").askVersion(); err == nil || !strings.Contains(err.Error(), "CRIU version 21200 must be 30000 or higher") {
		t.Errorf("old: %v", err)
	}
}

func TestNotices(t *testing.T) {
	var seen []string
	s := &session{notify: func(n *Notice) error {
		seen = append(seen, n.Script)
		if n.PID != 7 || len(n.Files) != 1 {
			t.Errorf("%+v", n)
		}
		return nil
	}}
	if _, err := program(t, "notices").call(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_RESTORE)}, s); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 || seen[0] != "post-restore" || seen[1] != "orphan-pts-master" {
		t.Errorf("%q", seen)
	}
}

// TestFailedNotice: CRIU is told so and not asked for more; the error is ours.
func TestFailedNotice(t *testing.T) {
	ours := errors.New("ours")
	calls := 0
	s := &session{notify: func(*Notice) error { calls++; return ours }}
	p := program(t, "notices")
	err := s.run(&Options{ImageDir: t.TempDir()}, restoreLog, func() error {
		_, err := p.call(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_RESTORE)}, s)
		return err
	})
	if !errors.Is(err, ours) || calls != 1 {
		t.Errorf("%v, %d calls", err, calls)
	}
}
