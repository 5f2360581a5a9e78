/*
 * Feeds the C stage with any bytes, for fuzz_test.go: it is compiled with the
 * sanitizers, and asks a kernel that is made up of further bytes. Each input on
 * stdin is a header, the value of the environment variable, and what the socket
 * says; each answer on stdout one byte.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>

#define constructor unused
#define setns	    fake_setns
#define unshare	    fake_unshare
#define setgroups   fake_setgroups
#define setresuid   fake_setresuid
#define setresgid   fake_setresgid
#define prctl	    fake_prctl
#define open	    fake_open
#define fchdir	    fake_fchdir
#define chroot	    fake_chroot
#define setsid	    fake_setsid
#define syscall	    fake_syscall
#define close	    fake_close
#define _exit	    fake_exit

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static jmp_buf end;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "harness: %s\n", what);
	abort();
}

static bool forked, stage2;

__attribute__((noreturn)) void fake_exit(int status)
{
	(void)status;
	must(!stage2, "failed after the fork, when nobody listens for its words");
	longjmp(end, 1);
}

#include "../nsexec.c"

#undef close
int close(int fd);
#undef _exit

/* What is known of the input: what was asked for, and the kernel's answers. */
static struct bootstrap asked;
static size_t asked_size;
static uint32_t answers;

/* An answer of the kernel: success, EPERM or EINVAL, by the next two bits. */
static int answer(void)
{
	uint32_t a = answers & 3;

	must(asked_size == sizeof(asked) && asked.magic == BOOTSTRAP_MAGIC &&
		     asked.join_count <= BOOTSTRAP_MAX_JOIN,
	     "acted on a bootstrap that is none");
	answers = answers >> 2 | answers << 30;
	if (a < 2)
		return 0;
	errno = a == 2 ? EPERM : EINVAL;
	return -1;
}

static bool is_asked(int fd)
{
	for (uint32_t i = 0; i < asked.join_count; i++)
		if (asked.join[i].fd == fd)
			return true;
	return false;
}

int fake_setns(int fd, int type)
{
	(void)type;
	int r = answer();

	must(is_asked(fd), "joined what was not asked for");
	return r;
}

int fake_unshare(int flags)
{
	int r = answer();

	must(((uint32_t)flags & ~asked.unshare) == 0, "made a namespace that was not asked for");
	return r;
}

int fake_setgroups(size_t n, const gid_t *list)
{
	must(n == 0 && !list, "set groups");
	return answer();
}

int fake_setresuid(uid_t r, uid_t e, uid_t s)
{
	must(r == 0 && e == 0 && s == 0, "set uid");
	return answer();
}

int fake_setresgid(gid_t r, gid_t e, gid_t s)
{
	must(r == 0 && e == 0 && s == 0, "set gid");
	return answer();
}

int fake_prctl(int option, ...)
{
	must(option == PR_SET_DUMPABLE || option == PR_SET_NAME || option == PR_GET_THP_DISABLE ||
		     option == PR_SET_THP_DISABLE,
	     "prctl");
	return answer();
}

/* The root, held back. */
enum { ROOT = 1 << 20 };

int fake_open(const char *path, int flags, ...)
{
	must(strcmp(path, "/") == 0 && flags & O_PATH, "open");
	return answer() < 0 ? -1 : ROOT;
}

int fake_fchdir(int fd)
{
	must(fd == asked.hole || fd == ROOT, "entered a directory that was not asked for");
	return answer();
}

int fake_chroot(const char *path)
{
	must(strcmp(path, ".") == 0, "chroot");
	return answer();
}

pid_t fake_setsid(void)
{
	return answer();
}

long fake_syscall(long number, ...)
{
	must(number == SYS_clone && !forked, "syscall");
	forked = true;
	if (answer() < 0)
		return -1;
	stage2 = !(answers & 1);
	return !stage2;
}

int fake_close(int fd)
{
	must(is_asked(fd) || fd == asked.hole || fd == ROOT, "closed what was not asked for");
	return 0;
}

static void read_exactly(void *buf, size_t size)
{
	if (size > 0 && fread(buf, size, 1, stdin) != 1)
		exit(0);
}

struct header {
	uint32_t answers, env, data;
};

static void run(const struct header *h)
{
	char *env = calloc(h->env + 1, 1), *data = malloc(h->data + 1), drain[4096], number[16];
	int pair[2];

	read_exactly(env, h->env);
	read_exactly(data, h->data);
	asked_size = h->data < sizeof(asked) ? h->data : sizeof(asked);
	memset(&asked, 0, sizeof(asked));
	memcpy(&asked, data, asked_size);
	answers = h->answers;
	forked = stage2 = false;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		exit(2);
	/* The number may be that of this end, where nobody says anything. */
	setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 0, 1000 },
		   sizeof(struct timeval));
	must(send(pair[1], data, h->data, 0) == (ssize_t)h->data, "send");
	shutdown(pair[1], SHUT_WR);
	snprintf(number, sizeof(number), "%d", pair[0]);
	setenv(BOOTSTRAP_ENV, *env ? env : number, 1);
	if (setjmp(end) == 0)
		nsexec();
	while (recv(pair[1], drain, sizeof(drain), MSG_DONTWAIT) > 0)
		;
	close(pair[0]);
	close(pair[1]);
	free(env);
	free(data);
}

int main(void)
{
	struct header h;

	/* What the fuzzer's worker has open must not be taken for the socket. */
	close_range(3, ~0U, 0);
	for (;;) {
		read_exactly(&h, sizeof(h));
		run(&h);
		putchar('.');
		fflush(stdout);
	}
}
