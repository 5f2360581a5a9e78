/*
 * What signals.go says: every signal caught is a byte in a pipe. A fault of our
 * own still goes to the Go runtime, whose handlers were there before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "signals.h"

static int pipe_end = -1;
static struct sigaction before[LAST_SIGNAL + 1];

static bool is_fault(int number)
{
	switch (number) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
		return true;
	}
	return false;
}

static void collect(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;
	ssize_t n;

	if (is_fault(number) && info->si_code > 0) {
		before[number].sa_sigaction(number, info, context);
		return;
	}
	n = write(pipe_end, &byte, 1); /* a full pipe drops it, as a full queue would */
	(void)n;
	errno = saved;
}

int collect_signals(const unsigned char *numbers, int count)
{
	struct sigaction action = { .sa_sigaction = collect,
				    .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	pipe_end = ends[1];
	sigfillset(&action.sa_mask);
	for (int i = 0; i < count; i++) {
		if (sigaction(numbers[i], &action, &before[numbers[i]]) < 0)
			return -errno;
	}
	return ends[0];
}
