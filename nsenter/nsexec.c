/*
 * The C stage of init. It runs as a constructor, before the Go runtime has
 * started threads, since a multi-threaded process can neither enter a user or
 * mount namespace nor fork safely (setns(2), unshare(2)).
 *
 * Stage 1 is the process that the runtime spawned. It enters or makes the
 * namespaces and forks with CLONE_PARENT, for a PID or time namespace holds
 * for children only. Stage 2, the runtime's own child by CLONE_PARENT, returns
 * from the constructor into Go. Stage 1 exits.
 *
 * Nothing is printed here and nothing parsed: the runtime decides beforehand
 * and finds the words for failures.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bootstrap.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

int bootstrap_root = -1;
unsigned long long bootstrap_nofile;

/* The timer slack of the process, before let_monitor_nap; 0: it is as it was. */
unsigned long bootstrap_timer_slack;

/* Whether huge pages were forbidden, by forbid_huge_pages. */
bool bootstrap_no_huge;

/* Nanoseconds that Go's monitor thread may sleep longer than it wants to. */
#define MONITOR_SLACK 5000000

static int sock = -1;
static bool debug;

static void report(enum report_kind kind, uint32_t value, const char *text)
{
	struct report r = { .kind = kind, .value = value };
	const char *at = (const char *)&r;
	size_t left = sizeof(r);

	snprintf(r.text, sizeof(r.text), "%s", text);
	while (left > 0) {
		ssize_t n = send(sock, at, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1); /* the runtime is gone */
		at += n;
		left -= (size_t)n;
	}
}

static void debug_log(const char *text)
{
	if (debug)
		report(REPORT_LOG, 0, text);
}

/* The CPUs that we may run on before we are in the cgroup (execCPUAffinity), as
 * a mask of the first 64. */
static void log_affinity(void)
{
	char text[48];
	cpu_set_t cpus;
	unsigned long mask = 0;

	if (!debug || sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return;
	memcpy(&mask, &cpus, sizeof(mask));
	snprintf(text, sizeof(text), "nsexec: affinity: 0x%lx", mask);
	debug_log(text);
}

__attribute__((noreturn)) static void fail(const char *step)
{
	report(REPORT_FAIL, (uint32_t)errno, step);
	_exit(1);
}

/* Reads size bytes; exits in silence when the runtime is gone. */
static void receive(void *buf, size_t size)
{
	char *at = buf;

	while (size > 0) {
		ssize_t n = read(sock, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
		at += n;
		size -= (size_t)n;
	}
}

/* The socket's number from the environment, or -1 if this is not an init. */
static int socket_from_env(void)
{
	const char *value = getenv(BOOTSTRAP_ENV);
	char *end;
	long fd;

	if (!value || *value == '\0')
		return -1;
	fd = strtol(value, &end, 10);
	if (*end != '\0' || fd < 3 || fd > INT32_MAX)
		return -1;
	return (int)fd;
}

/*
 * Enters the namespaces in the order given, the user namespace first. Which
 * ones may be entered before it and which only after depends on who owns them:
 * what the kernel refuses at first is tried once more after the user
 * namespace.
 */
static void join_namespaces(const struct bootstrap *b)
{
	bool refused[BOOTSTRAP_MAX_JOIN] = { false };
	bool user = false;

	for (uint32_t i = 0; i < b->join_count; i++) {
		if (b->join[i].type & CLONE_NEWUSER) {
			user = true;
			continue;
		}
		if (setns(b->join[i].fd, (int)b->join[i].type) == 0)
			continue;
		if (errno != EPERM)
			fail("join namespace");
		refused[i] = true;
	}
	for (uint32_t i = 0; i < b->join_count; i++) {
		if (!(b->join[i].type & CLONE_NEWUSER))
			continue;
		if (setns(b->join[i].fd, (int)b->join[i].type) < 0)
			fail("join user namespace");
	}
	for (uint32_t i = 0; i < b->join_count; i++) {
		if (!refused[i])
			continue;
		if (!user)
			errno = EPERM;
		if (!user || setns(b->join[i].fd, (int)b->join[i].type) < 0)
			fail("join namespace");
	}
	for (uint32_t i = 0; i < b->join_count; i++)
		close(b->join[i].fd);
}

/* Becomes root of the user namespace that the process is in. */
static void become_root(const struct bootstrap *b)
{
	if (!(b->options & BOOTSTRAP_KEEP_GROUPS) && setgroups(0, NULL) < 0)
		fail("drop supplementary groups");
	if (setresgid(0, 0, 0) < 0)
		fail("become group 0 of the user namespace");
	if (setresuid(0, 0, 0) < 0)
		fail("become user 0 of the user namespace");
	/* A change of ids sets this to what fs.suid_dumpable says. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		fail("become undumpable");
}

/* Waits until the runtime has written uid_map, gid_map and timens_offsets. */
static void wait_for_maps(const struct bootstrap *b)
{
	bool dumpable = b->options & BOOTSTRAP_DUMPABLE_MAPS;
	char done;

	if (dumpable && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		fail("become dumpable");
	report(REPORT_MAP_ME, 0, "");
	receive(&done, 1);
	if (dumpable && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		fail("become undumpable");
}

/*
 * User and time namespace come first: both want something written from
 * outside before they are of use. The rest is made as root of the new user
 * namespace, so that it is owned by an id that is mapped.
 */
static void make_namespaces(const struct bootstrap *b)
{
	uint32_t first = b->unshare & (CLONE_NEWUSER | CLONE_NEWTIME);
	uint32_t rest = b->unshare & ~first;

	if (first) {
		if (unshare((int)first) < 0)
			fail(first & CLONE_NEWUSER ? "make user namespace" : "make time namespace");
		wait_for_maps(b);
		if (first & CLONE_NEWUSER)
			become_root(b);
	}
	if (rest) {
		debug_log("make remaining namespaces");
		if (unshare((int)rest) < 0)
			fail("make namespaces");
	}
}

/*
 * Enters the cgroups (v1) that the runtime sends. A thread that moves itself need
 * not wait for a grace period, as one that is moved must (cgroups.Manager.Tasks),
 * and this process is one thread. Returns why one could not be entered, or an
 * empty text: the runtime then moves the child.
 */
static const char *enter_cgroups(void)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(BOOTSTRAP_MAX_CGROUPS * sizeof(int))];
	} control;
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *files;
	const char *failed = "";
	ssize_t n;

	do {
		n = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(1); /* the runtime is gone */
	files = CMSG_FIRSTHDR(&message);
	if (!files)
		return failed;
	for (size_t i = 0; i < (files->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
		int tasks;

		memcpy(&tasks, CMSG_DATA(files) + i * sizeof(int), sizeof(int));
		if (write(tasks, "0", 1) < 0)
			failed = strerror(errno);
		close(tasks);
	}
	return failed;
}

static bool joins(const struct bootstrap *b, uint32_t type)
{
	for (uint32_t i = 0; i < b->join_count; i++)
		if (b->join[i].type & type)
			return true;
	return false;
}

/*
 * Takes all files out of sight until Go's first line brings them back: the C
 * library, the Go runtime and packages that are loaded read files of /proc and
 * /sys, to learn about huge pages, cgroup and capabilities, and can do without.
 * In a mount namespace that was joined these are what the container makes of
 * them: lies, devices, FIFOs that never answer. The limit of open files would
 * not do: Go raises it before most packages are loaded. Without the right to
 * change the root, files that are the host's stay in sight.
 */
static void hide_files(const struct bootstrap *b)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root >= 0 && fchdir(b->hole) == 0 && chroot(".") == 0)
		bootstrap_root = root;
	else if (joins(b, CLONE_NEWNS) || root < 0 || fchdir(root) < 0)
		fail("take files out of sight");
	else
		close(root);
	close(b->hole);
}

/* Notes the limit of open files, which Go raises for itself. */
static void note_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("get limit of open files");
	bootstrap_nofile = limit.rlim_cur;
}

/* The name that ps and security tools show; the kernel's would be the number of
 * the descriptor that was executed. What they know is runc's. */
static void set_name(const char *name)
{
	prctl(PR_SET_NAME, name, 0, 0, 0); /* fails for a bad address only */
}

/*
 * Where all memory may be of huge pages ("always"), the first 4 MiB of Go's heap
 * become two of them, which a small limit of memory does not bear.
 */
static void forbid_huge_pages(void)
{
	if (prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0)
		bootstrap_no_huge = prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0;
}

static void nsexec(void)
{
	struct bootstrap b;
	const char *outside;
	pid_t child;

	sock = socket_from_env();
	if (sock < 0)
		return;
	if (fcntl(sock, F_SETFD, FD_CLOEXEC) < 0)
		_exit(1);
	receive(&b, sizeof(b));
	if (b.magic != BOOTSTRAP_MAGIC || b.join_count > BOOTSTRAP_MAX_JOIN) {
		errno = EPROTO;
		fail("read bootstrap");
	}
	set_name("runc:[1:CHILD]");
	debug = b.options & BOOTSTRAP_DEBUG;
	debug_log("nsexec container setup");
	log_affinity();

	/* Before anything of the container's can see us (CVE-2016-9962). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		fail("become undumpable");
	join_namespaces(&b);
	if (joins(&b, CLONE_NEWUSER))
		become_root(&b);
	make_namespaces(&b);
	if (b.options & BOOTSTRAP_NO_HUGE)
		forbid_huge_pages();
	/* What can fail comes before the fork: after it the runtime, told the pid,
	 * listens to other words. */
	hide_files(&b);
	note_limit();
	outside = enter_cgroups();

	/* The raw call, for fork() has no CLONE_PARENT. What of libc it goes
	 * around (atfork handlers, a cached thread id) this single thread does
	 * not use. */
#ifdef __s390x__
	child = (pid_t)syscall(SYS_clone, NULL, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL);
#else
	child = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
#endif
	if (child < 0)
		fail("fork into the namespaces");
	if (child > 0) {
		report(REPORT_CHILD, (uint32_t)child, outside);
		_exit(0);
	}
	set_name("runc:[2:INIT]");
	setsid(); /* a new process leads no group, so this cannot fail */
}

/*
 * Go's monitor thread wakes every 20 microseconds as long as there is work, to
 * take processors away from blocked threads: some hundred context switches in
 * a process that lives for ten milliseconds. It inherits the timer slack of
 * this thread: with a large one it naps as long as that. main gives this
 * thread its own slack back.
 */
static void let_monitor_nap(void)
{
	long slack = syscall(SYS_prctl, PR_GET_TIMERSLACK, 0, 0, 0, 0);

	if (slack <= 0 || slack >= MONITOR_SLACK)
		return;
	if (prctl(PR_SET_TIMERSLACK, MONITOR_SLACK, 0, 0, 0) == 0)
		bootstrap_timer_slack = (unsigned long)slack;
}

__attribute__((constructor)) static void constructor(void)
{
	nsexec();
	let_monitor_nap();
}
