package initproc

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"runc/libcontainer/apparmor"
	"runc/libcontainer/configs"
	"runc/libcontainer/handshake"
)

func labelled(p configs.Process) *initProcess {
	return &initProcess{Setup: &handshake.Setup{Config: &configs.Config{}, Process: &p}}
}

// TestNoLabels: a process without labels needs no procfs.
func TestNoLabels(t *testing.T) {
	i := labelled(configs.Process{})
	for _, step := range []func(*initProcess) error{labelKeys, confine, labelProcess} {
		if err := step(i); err != nil || i.proc != nil {
			t.Errorf("%v, procfs %v", err, i.proc)
		}
	}
	i = labelled(configs.Process{SELinuxLabel: "l"})
	i.Config.NoNewKeyring = true
	if err := labelKeys(i); err != nil || i.proc != nil {
		t.Errorf("no keyring, no label: %v", err)
	}
}

// TestLabelsAreTold asks this kernel for what it does not have: the write must
// reach it, and its refusal must be told with the field.
func TestLabelsAreTold(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, err := os.Stat("/sys/fs/selinux/enforce"); err == nil {
		t.Skip("this kernel has SELinux")
	}
	i := labelled(configs.Process{SELinuxLabel: "u:r:t:s0", AppArmorProfile: "runc-test-no-such-profile"})
	for _, step := range []func(*initProcess) error{labelKeys, labelProcess} {
		if err := step(i); err == nil || !strings.Contains(err.Error(), "process.selinuxLabel: selinux failed to set the label") {
			t.Errorf("error %v", err)
		}
	}
	err := confine(i)
	if err == nil || !strings.HasPrefix(err.Error(), "process.apparmorProfile: ") {
		t.Errorf("error %v", err)
	}
	if !apparmor.Enabled() && !errors.Is(err, apparmor.ErrNotSupported) {
		t.Errorf("error %v", err)
	}
	i.proc.Close()
}
