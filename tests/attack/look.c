/*
 * look tells what the runtime has left to a process: descriptors, capabilities,
 * identity, working directory, environment. A line each, "word: value".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attack.h"

extern char **environ;

static void descriptors(void)
{
	for (int fd = 0; fd < 4096; fd++) {
		char path[32], target[4096] = "";

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (readlink(path, target, sizeof(target) - 1) < 0)
			snprintf(target, sizeof(target), "(%s)", strerror(errno));
		printf("fd %d: %s\n", fd, target);
	}
}

static void status(void)
{
	static const char *const wanted[] = { "Uid:",	     "Gid:",	"Groups:", "CapInh:",
					      "CapPrm:",     "CapEff:", "CapBnd:", "CapAmb:",
					      "NoNewPrivs:", "Seccomp:" };
	char line[4096];
	FILE *f = fopen("/proc/self/status", "re");

	if (!f)
		die("/proc/self/status");
	while (fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				for (char *c = line; *c; c++)
					putchar(*c == '\t' ? ' ' : *c);
	fclose(f);
}

int look(int argc, char **argv)
{
	char cwd[4096];

	(void)argc;
	(void)argv;
	descriptors();
	status();
	printf("cwd: %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : strerror(errno));
	printf("dumpable: %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	for (char **e = environ; *e; e++)
		printf("env: %s\n", *e);
	return 0;
}
