package initproc

import "runc/libcontainer/handshake"

// step is one thing that init does with itself.
type step struct {
	name string
	do   func(*initProcess) error
}

// steps is the order of a start. The kernel and past CVEs dictate it; a step
// moves only with the reason beside it.
func (i *initProcess) steps() []step {
	if i.Exec {
		return execSteps[:]
	}
	return startSteps[:]
}

var startSteps = [...]step{
	{"close-on-exec", closeOnExec},        // whatever the caller left open stays outside (CVE-2024-21626)
	{"key label", labelKeys},              // the keyring gets the SELinux label that its user will have
	{"session keyring", joinKeyring},      //
	{"network", loopbackUp},               //
	{"cgroup namespace", unshareCgroup},   // its root is the cgroup we are in now: joined before, mounted after
	{"procfs", openProc},                  // a handle of our own, of the new PID namespace, before mounts can cover /proc
	{"mounts", makeMounts},                //
	{"devices", makeDevices},              //
	{"runtime hooks", runtimeHooks},       // outside, with the namespaces made and the root not yet entered
	{"createContainer hooks", hooksHere},  // in our mount namespace, still with the host's root
	{"root", enterRoot},                   //
	{"console", openConsole},              // on the devpts of the container
	{"working directory", makeCwd},        // while the root may still be written
	{"seal", sealRoot},                    // read-only and masked paths: the last change of the mount table
	{"host name", setNames},               //
	{"sysctl", writeSysctls},              //
	{"personality", setPersonality},       // some flags change how addresses are laid out: not before our own work
	{"memory policy", setMemoryPolicy},    //
	{"apparmor", confine},                 // before no_new_privs, which lets a confined caller only narrow its profile
	{"no new privileges", noNewPrivs},     // lets the seccomp filter be loaded without privilege, last
	{"let go of the host", leaveHost},     // what follows may be seen by the container's own (CVE-2016-9962)
	{"ready", ready},                      // the parent sets limits, saves the state
	{"huge pages", allowHuge},             // for the program; a small limit that is set keeps us from them
	{"scheduling", setScheduling},         // in the cgroup, with its limits set; identity drops the right to it
	{"exec label", labelProcess},          // before the filter, which may forbid it; nothing but hooks is executed in between
	{"home", findHome},                    // what we need for it, a filter may forbid
	{"change directory", changeDir},       // as root, who may pass where the user may not; the filter may forbid the look at where we are
	{"seccomp", seccompPrivileged},        // without no_new_privs it needs CAP_SYS_ADMIN, which identity drops
	{"stdio", giveStdio},                  //
	{"identity", setIdentity},             //
	{"change directory", changeDirAsUser}, // where root was refused
	{"command", findCommand},              // as the user: what he may not execute is not found
	{"seccomp", seccompLast},              // as late as can be: the fewer system calls it must allow us
	{"gate", passGate},                    // here create ends and start begins
	{"startContainer hooks", startHooks},  //
	{"started", tellStart},                // the last word to start: a hook may have failed
	{handshake.StepExec, execute},         //
}

// execSteps is the order of a process that joins a container.
var execSteps = [...]step{
	{"close-on-exec", closeOnExec},
	{"key label", labelKeys},
	{"session keyring", joinKeyring},
	{"root", joinRoot},
	{"console", openConsole},
	{"personality", setPersonality},
	{"memory policy", setMemoryPolicy},
	{"apparmor", confine},
	{"no new privileges", noNewPrivs},
	{"ready", ready},
	{"scheduling", setScheduling},
	{"exec label", labelProcess},
	{"home", findHome},
	{"change directory", changeDir},
	{"seccomp", seccompPrivileged},
	{"stdio", giveStdio},
	{"identity", setIdentity},
	{"change directory", changeDirAsUser},
	{"command", findCommand},
	{"seccomp", seccompLast},
	{handshake.StepExec, execute},
}
