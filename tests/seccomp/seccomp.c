/*
 * The helper of tests/seccomp.bats: makes single system calls inside, and is the
 * agent outside that a filter with SCMP_ACT_NOTIFY tells.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "seccomp: %s: %s\n", what, strerror(errno));
	exit(111);
}

static void tell(const char *number, long result)
{
	printf("%s: %s\n", number, result < 0 ? strerrorname_np(errno) : "ok");
}

/* call NUMBER[,ARG...]...: each with its result. */
static int call(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		unsigned long a[7] = { 0 };
		char *at = argv[i];

		for (int n = 0; n < 7 && at && *at; n++) {
			a[n] = strtoul(at, &at, 0);
			at += *at == ',';
		}
		tell(argv[i], syscall((long)a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
	}
	return 0;
}

/* call32 NUMBER...: the same by the gate of 32 bit programs. */
static int call32(int argc, char **argv)
{
#ifdef __x86_64__
	for (int i = 0; i < argc; i++) {
		long result;

		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(strtol(argv[i], NULL, 0)), "b"(0), "c"(0), "d"(0), "S"(0),
				   "D"(0)
				 : "memory");
		errno = (int)-(int)result;
		tell(argv[i], (int)result < 0 ? -1 : 0);
	}
	return 0;
#else
	(void)argc, (void)argv;
	return 112;
#endif
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, path, length);
	if (*path == '@')
		a.sun_path[0] = '\0';
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&a,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0 ||
	    listen(fd, 8) < 0)
		die(path);
	return fd;
}

/* Prints the text of one message, and returns the listener that came with it. */
static int receive(int sock)
{
	char space[CMSG_SPACE(4 * sizeof(int))], text[1 << 16];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = space,
			    .msg_controllen = sizeof(space) };
	int listener, fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n;

	if (fd < 0 || (n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC)) <= 0 || !CMSG_FIRSTHDR(&m))
		die("receive");
	if (CMSG_FIRSTHDR(&m)->cmsg_len != CMSG_LEN(sizeof(int)))
		die("not one descriptor");
	memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	printf("%.*s\n", (int)n, text);
	/* The message is whole: the sender says no more. */
	if (read(fd, text, 1) != 0)
		die("more than one message");
	close(fd);
	return listener;
}

static void serve(int listener, int error)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp answer = { 0 };

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	answer.id = call.id;
	answer.error = -error;
	answer.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* agent SOCKET ERRNO: takes listeners for ever, prints what is said of each, and
 * answers each call with ERRNO; 0: it may go on. */
static int agent(int argc, char **argv)
{
	struct pollfd fds[16] = { { listen_at(argv[0]), POLLIN, 0 } };
	int error = atoi(argv[1]);
	nfds_t n = 1;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (poll(fds, n, -1) > 0) {
		for (nfds_t i = n; i-- > 1;) {
			if (fds[i].revents & POLLIN)
				serve(fds[i].fd, error);
			else if (fds[i].revents)
				fds[i].fd = -1;
		}
		if ((fds[0].revents & POLLIN) && n < 16)
			fds[n++] = (struct pollfd){ receive(fds[0].fd), POLLIN, 0 };
	}
	return 1;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "call") == 0)
		return call(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "call32") == 0)
		return call32(argc - 2, argv + 2);
	if (argc == 4 && strcmp(argv[1], "agent") == 0)
		return agent(argc - 2, argv + 2);
	fprintf(stderr, "seccomp call N[,ARG...]... | call32 N... | agent SOCKET ERRNO\n");
	return 2;
}
