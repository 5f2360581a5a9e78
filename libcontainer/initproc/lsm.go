package initproc

import (
	"fmt"

	"runc/libcontainer/apparmor"
	"runc/libcontainer/fault"
	"runc/libcontainer/safepath"
	"runc/libcontainer/selinux"
)

// procfs is the trusted procfs. A process that exec adds seldom needs one.
func (i *initProcess) procfs() (*safepath.Proc, error) {
	var err error
	if i.proc == nil {
		i.proc, err = safepath.OpenProc()
	}
	return i.proc, err
}

// labelKeys lets the session keyring have the label of the process that shall
// use it. The kernel forgets it at the exec.
func labelKeys(i *initProcess) error {
	if i.Config.NoNewKeyring {
		return nil
	}
	return i.selinuxLabel(selinux.ApplyToKeys)
}

func labelProcess(i *initProcess) error { return i.selinuxLabel(selinux.Apply) }

func (i *initProcess) selinuxLabel(apply func(string, selinux.Opener) error) error {
	label := i.Process.SELinuxLabel
	if label == "" {
		return nil
	}
	proc, err := i.procfs()
	if err == nil {
		err = apply(label, proc.OpenFile)
	}
	if err != nil {
		return fault.Worded(fault.LSM, fmt.Errorf("process.selinuxLabel: %w", err))
	}
	return nil
}

func confine(i *initProcess) error {
	profile := i.Process.AppArmorProfile
	if profile == "" {
		return nil
	}
	proc, err := i.procfs()
	if err == nil {
		err = apparmor.Apply(profile, proc.OpenFile)
	}
	if err != nil {
		return fault.Worded(fault.LSM, fmt.Errorf("process.apparmorProfile: %w", err))
	}
	return nil
}
