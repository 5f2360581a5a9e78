package doctor

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"runc/libcontainer"
	"runc/libcontainer/apparmor"
	"runc/libcontainer/cgroups"
	"runc/libcontainer/configs"
	"runc/libcontainer/fault"
	"runc/libcontainer/intelrdt"
	"runc/libcontainer/process"
	"runc/libcontainer/rootfs"
	"runc/libcontainer/seccomp"
	"runc/libcontainer/selfexe"
	"runc/libcontainer/sys"
	"runc/libcontainer/userns"
)

// Bundle tells what would fail if the container s were made here and now, in the
// order in which a start would meet it. err is why there is no s: a mistake in
// the bundle.
func Bundle(path, stateRoot string, s libcontainer.Spec, err error) *Report {
	r := &Report{Bundle: path, Failures: []Failure{}}
	if err != nil {
		r.Failures = append(r.Failures, failureOf(err))
		return r
	}
	p := newPatient(stateRoot)
	for _, look := range []func(*patient, *libcontainer.Spec) []error{
		stateOf, cgroupOf, binaryOf, namespacesOf, devicesOf, filterOf, mountsOf, hooksOf, pivotOf, kernelOf, limitsOf, programOf,
	} {
		for _, err := range look(p, &s) {
			if err != nil {
				r.Failures = append(r.Failures, failureOf(err))
			}
		}
	}
	return r
}

func stateOf(p *patient, _ *libcontainer.Spec) []error { return []error{mayMake(p.stateRoot)} }

func cgroupOf(_ *patient, s *libcontainer.Spec) []error {
	look := cgroups.New
	if s.NoCgroup {
		look = cgroups.None
	}
	m, err := look(s.Cgroup)
	if err == nil {
		err = m.Foresee()
	}
	return []error{fault.At("cgroup", err)}
}

func binaryOf(*patient, *libcontainer.Spec) []error {
	exe, err := selfexe.Open()
	if err != nil {
		return []error{fault.New(fault.Self, err, "")}
	}
	exe.Close()
	return nil
}

// namespacesOf tries the new ones, all at once as a start does.
func namespacesOf(_ *patient, s *libcontainer.Spec) []error {
	var flags uintptr
	for _, kind := range configs.NamespaceKinds {
		if s.Config.Namespaces.New(kind.Type) {
			flags |= kind.Flag
		}
	}
	user := flags & unix.CLONE_NEWUSER
	if user == 0 && s.Config.Namespaces.Has(configs.UserNamespace) {
		return nil // what may be made in the one to join is not known out here
	}
	for _, try := range []uintptr{user, flags} {
		if err := process.TryNamespaces(try); err != nil {
			return []error{err}
		}
	}
	if user == 0 {
		return nil
	}
	return []error{userns.Foresee(s.Config.UIDMappings, s.Config.GIDMappings, !s.Config.RootlessEUID)}
}

func devicesOf(p *patient, s *libcontainer.Spec) []error {
	if s.NoCgroup || s.Cgroup.Resources.SkipDevices || !p.initial {
		return nil
	}
	return []error{fault.At("limits", cgroups.TryDevices())}
}

func filterOf(_ *patient, s *libcontainer.Spec) []error {
	if s.Config.Seccomp == nil {
		return nil
	}
	_, err := seccomp.Compile(s.Config.Seccomp)
	return []error{fault.At("seccomp", err)}
}

func mountsOf(p *patient, s *libcontainer.Spec) []error {
	return rootfs.Foresee(s.Config, !p.initial || s.Config.Namespaces.Has(configs.UserNamespace))
}

// hooksOf looks for the programs of those hooks that run out here.
func hooksOf(_ *patient, s *libcontainer.Spec) (list []error) {
	h := &s.Config.Hooks
	for _, group := range []struct {
		name  string
		hooks []configs.Hook
	}{
		{"prestart", h.Prestart}, {"createRuntime", h.CreateRuntime}, {"createContainer", h.CreateContainer}, {"poststart", h.Poststart},
	} {
		for i, hook := range group.hooks {
			if err := sys.Allowed(hook.Path, unix.X_OK); err != nil {
				err = fmt.Errorf("error running %s hook #%d (%s): %w", group.name, i, hook.Path, err)
				list = append(list, &fault.Error{Code: fault.Hook, Step: group.name + " hooks", Err: err})
			}
		}
	}
	return list
}

func pivotOf(_ *patient, s *libcontainer.Spec) []error {
	if !s.Config.Namespaces.New(configs.MountNamespace) {
		return nil
	}
	return []error{rootfs.ForeseePivot(s.Config.NoPivot)}
}

// kernelOf looks for what a kernel may be built without.
func kernelOf(_ *patient, s *libcontainer.Spec) (list []error) {
	add := func(code fault.Code, step string, err error) {
		list = append(list, &fault.Error{Code: code, Step: step, Err: err})
	}
	if profile := s.Process.AppArmorProfile; profile != "" && !apparmor.Enabled() {
		add(fault.LSM, "apparmor", fmt.Errorf("process.apparmorProfile: %w", apparmor.ErrNotSupported))
	}
	if s.Process.SELinuxLabel != "" && !selinuxOn() {
		add(fault.LSM, "exec label", errors.New("process.selinuxLabel: no policy is loaded"))
	}
	if _, err := intelrdt.New(s.Config.IntelRdt, "doctor"); err != nil {
		list = append(list, fault.At("intel rdt", fault.Worded(fault.Kernel, err)))
	}
	for name := range s.Config.NetDevices {
		if _, err := os.Lstat("/sys/class/net/" + name); err != nil {
			add(fault.Network, "network devices", fmt.Errorf("linux.netDevices[%q]: there is no such device", name))
		}
	}
	for key, value := range s.Config.Sysctl {
		path := "/proc/sys/" + strings.ReplaceAll(key, ".", "/")
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) && !strings.Contains(key, "/") {
			hint := "this kernel has no such sysctl, or its module is not loaded"
			list = append(list, fault.At("sysctl", fault.New(fault.Sysctl, fmt.Errorf("linux.sysctl[%q] = %q: %w", key, value, err), hint)))
		}
	}
	return list
}

func limitsOf(p *patient, s *libcontainer.Spec) (list []error) {
	if p.has(unix.CAP_SYS_RESOURCE) && p.initial {
		return nil
	}
	for i, l := range s.Process.Rlimits {
		if _, hard, err := sys.Getrlimit(l.Type); err == nil && l.Hard > hard {
			err = fmt.Errorf("process.rlimits[%d]: soft %d, hard %d: %w", i, l.Soft, l.Hard, unix.EPERM)
			list = append(list, fault.At("limits", fault.New(fault.Rlimit, err, "raising a hard limit needs CAP_SYS_RESOURCE")))
		}
	}
	return list
}
