/*
 * Commands that stop another at chosen system calls (seccomp_unotify(2)): a race
 * that comes out the same each time. swap-at exchanges two entries then, hidden
 * looks at what is stopped, again has openat2 fail.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

/* The calls by which a path can be resolved, or a name be made in a directory. */
static const unsigned stops[] = {
	SYS_openat,	SYS_openat2,  SYS_mkdirat,    SYS_mknodat,    SYS_symlinkat,
	SYS_unlinkat,	SYS_fchownat, SYS_mount,      SYS_move_mount, SYS_open_tree,
	SYS_pivot_root, SYS_chdir,    SYS_newfstatat, SYS_readlinkat,
};
#define STOPS (sizeof(stops) / sizeof(stops[0]))

#define MAX_WATCHED 32

/* What stops the processes of a command. */
struct watch {
	const unsigned *calls; /* at most MAX_WATCHED */
	size_t count;
	/* Tells the errno that the call shall give, 0 to let it go on. */
	int (*stop)(int pid, void *data);
	void *data;
};

/* Installs a filter that tells of the calls, and returns the listener. */
static int listen_for(const struct watch *w)
{
	struct sock_filter code[MAX_WATCHED + 3];
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(nr));
	for (size_t i = 0; i < w->count; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, w->calls[i],
							 (unsigned char)(w->count - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	return load(code, n, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static void send_listener(int sock, int listener)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &listener, sizeof(int));
	if (sendmsg(sock, &m, 0) < 0)
		die("sendmsg");
}

static int receive_listener(int sock)
{
	char space[CMSG_SPACE(sizeof(int))];
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	int listener;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) <= 0 || !CMSG_FIRSTHDR(&m))
		die("recvmsg");
	memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	return listener;
}

/* Starts the command under the filter. */
static pid_t start(char **command, const struct watch *w, int *listener)
{
	int pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	if ((child = fork()) < 0)
		die("fork");
	if (child == 0) {
		int fd = listen_for(w);

		if (fd < 0)
			die("seccomp");
		send_listener(pair[1], fd);
		close(fd);
		execvp(command[0], command);
		die(command[0]);
	}
	close(pair[1]);
	*listener = receive_listener(pair[0]);
	close(pair[0]);
	return child;
}

/* Deals with one stop. */
static void stopped(int listener, const struct watch *w)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp go = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return; /* killed meanwhile */
	go.id = call.id;
	go.error = -w->stop((int)call.pid, w->data);
	if (go.error == 0)
		go.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go);
}

static int supervise(char **command, const struct watch *w)
{
	int listener, status = 0;
	struct pollfd fd;
	pid_t child = start(command, w, &listener);

	fd = (struct pollfd){ listener, POLLIN, 0 };
	/* It hangs up when the last process under the filter is gone. */
	while (poll(&fd, 1, -1) > 0 && !(fd.revents & POLLHUP))
		stopped(listener, w);
	if (waitpid(child, &status, 0) < 0)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct plan {
	unsigned long first, second; /* when to exchange */
	const char *a, *b;
	unsigned long count;
};

static int exchange_at(int pid, void *data)
{
	struct plan *p = data;

	if (!is_runtime(pid))
		return 0;
	p->count++;
	if (p->count == p->first || p->count == p->second)
		exchange(p->a, p->b);
	return 0;
}

int swap_at(int argc, char **argv)
{
	struct plan p = { .first = strtoul(argv[0], NULL, 10),
			  .second = strtoul(argv[1], NULL, 10),
			  .a = argv[2],
			  .b = argv[3] };
	struct watch w = { stops, STOPS, exchange_at, &p };
	int status;

	(void)argc;
	status = supervise(argv + 4, &w);
	printf("stops: %lu\n", p.count);
	return status;
}

struct busy {
	unsigned long times, count;
};

static int answer_again(int pid, void *data)
{
	struct busy *b = data;

	(void)pid;
	return b->count++ % (b->times + 1) < b->times ? EAGAIN : 0;
}

int again(int argc, char **argv)
{
	static const unsigned calls[] = { SYS_openat2 };
	struct busy b = { .times = strtoul(argv[0], NULL, 10) };
	struct watch w = { calls, 1, answer_again, &b };
	int status;

	(void)argc;
	status = supervise(argv + 1, &w);
	printf("calls: %lu\n", b.count);
	return status;
}

struct observer {
	int userns; /* of the container */
	unsigned long count;
};

/* Tells whether a process is in a PID namespace below ours. */
static bool is_inside(int pid)
{
	char path[64], line[4096];
	bool inside = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (!(f = fopen(path, "re")))
		return false;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "NSpid:", 6) == 0)
			inside = strchr(strchr(line, '\t') + 1, '\t') != NULL;
	fclose(f);
	return inside;
}

/* Looks at a stopped init as root of the container would. */
static int look_at(int pid, void *data)
{
	struct observer *o = data;
	pid_t child;

	if (!is_runtime(pid) || !is_inside(pid))
		return 0;
	o->count++;
	fflush(stdout);
	if ((child = fork()) < 0)
		die("fork");
	if (child == 0) {
		if (setns(o->userns, CLONE_NEWUSER) < 0)
			die("setns");
		try_process(pid);
		exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}

int hidden(int argc, char **argv)
{
	struct observer o = { 0 };
	struct watch w = { stops, STOPS, look_at, &o };
	char path[64];
	int status;

	(void)argc;
	snprintf(path, sizeof(path), "/proc/%s/ns/user", argv[0]);
	if ((o.userns = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		die(path);
	status = supervise(argv + 1, &w);
	printf("stops inside: %lu\n", o.count);
	return status;
}
