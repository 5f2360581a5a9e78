/*
 * The words between the runtime and the C stage of its init: the first half of
 * package handshake, which encodes and decodes them from this very file (cgo).
 */
#ifndef RUNC_BOOTSTRAP_H
#define RUNC_BOOTSTRAP_H

#include <stdbool.h>
#include <stdint.h>

/* The environment variable that makes a process an init; its value is the
 * number of the handshake socket. */
#define BOOTSTRAP_ENV "_RUNC_INIT"

/* Says that both ends are of one build. Change it with the struct. */
#define BOOTSTRAP_MAGIC 0x72756e04u

#define BOOTSTRAP_MAX_JOIN 8

/* How many cgroups can be entered: a cgroup v1 hierarchy for each. */
#define BOOTSTRAP_MAX_CGROUPS 32

enum bootstrap_option {
	/* Send what is done as REPORT_LOG. */
	BOOTSTRAP_DEBUG = 1 << 0,
	/* The runtime is not root: it can write our id maps only while we are
	 * dumpable. */
	BOOTSTRAP_DUMPABLE_MAPS = 1 << 1,
	/* setgroups(2) is denied in the user namespace. */
	BOOTSTRAP_KEEP_GROUPS = 1 << 2,
	/* No transparent huge pages until init allows them. */
	BOOTSTRAP_NO_HUGE = 1 << 3,
};

/* What the runtime sends first, as it is. All that needs a decision has been
 * decided outside: there is nothing to parse. A byte follows when the cgroups
 * are there, with the "tasks" of each that is to be entered, open for writing. */
struct bootstrap {
	uint32_t magic;
	uint32_t options;
	/* CLONE_NEW* bits of the namespaces to make. */
	uint32_t unshare;
	/* A directory without files, to be the root until Go runs. */
	int32_t hole;
	/* Namespaces to enter, each an open descriptor: of the namespace, or of a
	 * process (pidfd), from which all those named in type are taken. */
	uint32_t join_count;
	struct {
		uint32_t type;
		int32_t fd;
	} join[BOOTSTRAP_MAX_JOIN];
};

enum report_kind {
	/* text: something for the debug log. */
	REPORT_LOG = 1,
	/* text: the step that failed; value: errno. The last report. */
	REPORT_FAIL = 2,
	/* The process asks for its id maps and clock offsets, and waits for one
	 * byte. */
	REPORT_MAP_ME = 3,
	/* value: pid of the container's first process; text: empty, or why it is
	 * not in all cgroups that were sent. The last report. */
	REPORT_CHILD = 4,
};

/* What the C stage sends. */
struct report {
	uint32_t kind;
	uint32_t value;
	char text[120];
};

/* The root directory of stage 2, which was taken out of sight; -1: was not. */
extern int bootstrap_root;

/* The soft limit of open files of stage 2 (RLIMIT_NOFILE). */
extern unsigned long long bootstrap_nofile;

/* The timer slack in nanoseconds that the process was started with
 * (PR_SET_TIMERSLACK(2const)), for main to give back to its thread, and to
 * what it starts; 0: it was not changed. */
extern unsigned long bootstrap_timer_slack;

/* Whether the process is kept from transparent huge pages, which it was allowed
 * (PR_SET_THP_DISABLE(2const)). */
extern bool bootstrap_no_huge;

#endif
