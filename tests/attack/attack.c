/*
 * What an attacker does, in a container and beside it: the helper of
 * tests/security*.bats, linked statically so that it runs in any root file
 * system. Each command says what it has seen; the tests judge.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attack.h"

static const struct command {
	const char *name;
	int min; /* arguments at least */
	int (*run)(int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "swap", 2, swap, "A B: exchange the two for ever" },
	{ "swap-at", 5, swap_at,
	  "N M A B COMMAND...: exchange at init's N-th system call that takes a path, and again at "
	  "its M-th (0: never); the last line tells how many there were" },
	{ "hold", 1, hold,
	  "PTMX: open a terminal by it, for anybody, and hold its master for ever" },
	{ "look", 0, look, "tell all about this process that a leak would show" },
	{ "peek", 2, peek,
	  "OWN STOP: look into every new process until the file STOP is there; what has a path "
	  "below "
	  "OWN is the container's own" },
	{ "without", 2, without,
	  "ERRNO COMMAND...: run it, answering ERRNO to openat2 and the mount API" },
	{ "again", 2, again,
	  "N COMMAND...: run it; each openat2 gives EAGAIN N times before it goes on" },
	{ "hidden", 2, hidden,
	  "PID COMMAND...: at each system call of init's that takes a path look at it, from the "
	  "user "
	  "namespace of PID; the last line tells how many there were" },
	{ "short-bpf", 1, short_bpf, "COMMAND...: run it, forbidding bpf(2) with a short union" },
};

void die(const char *what)
{
	fprintf(stderr, "attack: %s: %s\n", what, strerror(errno));
	exit(111);
}

void exchange(const char *a, const char *b)
{
	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0)
		die(a);
}

int swap(int argc, char **argv)
{
	(void)argc;
	/* With the test that started it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (;;)
		exchange(argv[0], argv[1]);
}

int hold(int argc, char **argv)
{
	int unlocked = 0, master = open(argv[0], O_RDWR | O_NOCTTY);

	(void)argc;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		die(argv[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const size_t count = sizeof(commands) / sizeof(commands[0]);

	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].min)
			return commands[i].run(argc - 2, argv + 2);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "attack %s %s\n", commands[i].name, commands[i].usage);
	return 2;
}
