/*
 * peek looks, from inside a container, into every process that appears there:
 * follows its links in /proc, opens its program for writing, attaches to it.
 * A process of the runtime that joins the container must show nothing that is
 * not the container's, and be nobody's to trace (CVE-2016-9962); its program is
 * nobody's to write (CVE-2019-5736).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define MAX_PID 65536

static const char *own = "/nothing is"; /* where what is the container's own lies */
static bool known[MAX_PID];
static unsigned seen, runtime;

/* Tells whether a link of a process leads to nothing of the host's. */
static bool harmless(const char *target)
{
	/* pipe:[1], socket:[1], anon_inode:..., /memfd:... */
	return strncmp(target, own, strlen(own)) == 0 || strcmp(target, "/") == 0 ||
	       strcmp(target, "/dev/null") == 0 || target[0] != '/';
}

static void follow(int pid, const char *name)
{
	char path[64], target[4096] = "";

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	if (readlink(path, target, sizeof(target) - 1) >= 0 && !harmless(target))
		printf("readable: %s -> %s\n", name, target);
}

static void follow_descriptors(int pid)
{
	char path[64];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if (!(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		char name[300];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "fd/%s", e->d_name);
		follow(pid, name);
	}
	closedir(d);
}

/* Tells whether a program is busybox, the image's own. */
static bool is_own(const char *path)
{
	struct stat program, busybox;

	return stat(path, &program) == 0 && stat("/bin/busybox", &busybox) == 0 &&
	       program.st_dev == busybox.st_dev && program.st_ino == busybox.st_ino;
}

/* Programs of processes, held by O_PATH for when nobody runs them any more: until
 * then the kernel refuses to have them written (ETXTBSY). */
static int held[512];
static unsigned held_count;

static void write_held(void)
{
	for (unsigned i = 0; i < held_count; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", held[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 && errno == ETXTBSY)
			printf("still running: a program that was held\n");
		if (fd < 0)
			continue;
		printf("writable: a program that was held\n");
		close(fd);
	}
	printf("held: %u programs\n", held_count);
}

/* Tries to open the program for writing. */
static void write_program(int pid)
{
	static const int ways[] = { O_WRONLY, O_RDWR, O_WRONLY | O_APPEND };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (is_own(path))
		return;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int fd = open(path, ways[i] | O_CLOEXEC);

		if (fd < 0)
			continue;
		/* It may have become busybox in between. */
		if (!is_own(path))
			printf("writable: program of a process\n");
		close(fd);
	}
}

/* Holds the program of a process, once. */
static void hold_program(int pid)
{
	char path[64];
	int fd;

	if (held_count == sizeof(held) / sizeof(held[0]))
		return;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if ((fd = open(path, O_PATH | O_CLOEXEC)) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (is_own(path))
		close(fd);
	else
		held[held_count++] = fd;
}

bool is_runtime(int pid)
{
	char path[64], line[64] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	return n >= 9 && memcmp(line, "runc\0init", 9) == 0;
}

static void attach(int pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return;
	/* It may have become the user's program just before. */
	if (is_runtime(pid)) {
		printf("attached\n");
		kill(pid, SIGKILL);
	}
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

void try_process(int pid)
{
	follow(pid, "exe");
	follow(pid, "cwd");
	follow(pid, "root");
	follow_descriptors(pid);
	attach(pid);
}

static void examine(int pid)
{
	seen++;
	for (int i = 0; i < 2000 && is_runtime(pid); i++) {
		if (i == 0) {
			runtime++;
			hold_program(pid);
		}
		write_program(pid);
		try_process(pid);
	}
	/* What it has become may have the runtime's program still. */
	hold_program(pid);
	write_program(pid);
}

int peek(int argc, char **argv)
{
	struct dirent *e;
	struct stat st;
	DIR *d;

	(void)argc;
	own = argv[0];
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!(d = opendir("/proc")))
		die("/proc");
	for (bool first = true; stat(argv[1], &st) < 0; first = false) {
		rewinddir(d);
		while ((e = readdir(d))) {
			int pid = atoi(e->d_name);

			if (pid <= 0 || pid >= MAX_PID || known[pid])
				continue;
			known[pid] = true;
			if (!first)
				examine(pid);
		}
		if (first)
			printf("peeking\n");
	}
	write_held();
	printf("peeked: %u processes, %u of the runtime\n", seen, runtime);
	return 0;
}
