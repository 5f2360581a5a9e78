package configs

// Process is a program to run in a container: its first one, or one that exec
// adds.
type Process struct {
	// Args is the argument vector; Args[0] is looked up in the container's
	// PATH when it has no slash. Never empty.
	Args []string
	// Env is the whole environment, "NAME=value" each; nothing is inherited
	// from the runtime but HOME, which is found by uid when not given.
	Env []string
	// Cwd is an absolute path inside the container.
	Cwd string

	User User
	// Capabilities are all five sets; nil keeps the caller's (exec).
	Capabilities *Capabilities
	Rlimits      []Rlimit
	// NoNewPrivileges sets PR_SET_NO_NEW_PRIVS.
	NoNewPrivileges bool
	// OOMScoreAdj is written to /proc/self/oom_score_adj; nil: kept.
	OOMScoreAdj *int

	// AppArmorProfile and SELinuxLabel take effect at the exec; empty: none.
	AppArmorProfile, SELinuxLabel string
	// Scheduler, IOPriority and CPUAffinity are nil when config.json is
	// silent.
	Scheduler   *Scheduler
	IOPriority  *IOPriority
	CPUAffinity *CPUAffinity

	// Terminal asks for a pseudo terminal as stdin, stdout and stderr.
	Terminal bool
	// ConsoleSize is the first window size; nil: not set.
	ConsoleSize *WindowSize

	// PreserveFDs is how many descriptors from 3 on are handed through from
	// the caller (--preserve-fds and LISTEN_FDS).
	PreserveFDs int
}

// User is the identity of a process, in ids of the container.
type User struct {
	UID, GID       uint32
	AdditionalGIDs []uint32
	// Umask is nil when config.json is silent.
	Umask *uint32
}

// Capabilities holds the five sets of capabilities(7) as bit masks.
type Capabilities struct {
	Bounding, Effective, Inheritable, Permitted, Ambient uint64
}

// Rlimit is a resource limit (setrlimit(2)).
type Rlimit struct {
	// Type is one of the RLIMIT_* numbers.
	Type       int
	Soft, Hard uint64
}

// Scheduler holds the arguments of sched_setattr(2).
type Scheduler struct {
	Policy   uint32
	Nice     int32
	Priority uint32
	Flags    uint64
	// Runtime, Deadline and Period are in nanoseconds.
	Runtime, Deadline, Period uint64
}

// IOPriority holds the arguments of ioprio_set(2).
type IOPriority struct {
	Class    int
	Priority int
}

// CPUAffinity lists CPU numbers for the time before and after the process has
// joined the container's cgroup.
type CPUAffinity struct {
	Initial, Final []int
}

// WindowSize is the size of a terminal in characters.
type WindowSize struct {
	Height, Width uint16
}
