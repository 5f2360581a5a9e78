/*
 * spawn CMD ARG... [WORD CMD ARG...]...: runs commands one after another and
 * measures them. Between two commands stands a word:
 *
 *   --    nothing
 *   ++    wait for all processes that earlier commands left behind
 *   ~MS   idle for MS milliseconds, unmeasured; also before the first command
 *
 * On stdout: a line "done STATUS" for each command when it has ended, and one
 * at the end, when all that was left behind has ended too:
 *
 *   total WALL_NS CPU_US MAXRSS_KB
 *
 * WALL is that of the commands and of each ++. CPU is user and system time of
 * all processes, MAXRSS that of the largest: of those that outlive their
 * command as well, for we are their subreaper.
 *
 * This is not in Go, because the peak memory that wait4 tells of a child begins
 * with what its parent held at the exec: a Go program's own 10 MB.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long wall_ns, cpu_us, maxrss_kb;

static void die(const char *what)
{
	fprintf(stderr, "spawn: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* reap waits for any child and adds up its usage; 0 if there is none. */
static pid_t reap(int *status)
{
	struct rusage u;
	pid_t pid;

	do {
		pid = wait4(-1, status, 0, &u);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return 0;
	cpu_us += (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL;
	cpu_us += u.ru_utime.tv_usec + u.ru_stime.tv_usec;
	if (u.ru_maxrss > maxrss_kb)
		maxrss_kb = u.ru_maxrss;
	return pid;
}

/* exit_code is the status as a shell tells it. */
static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void run(char **argv, int null)
{
	long long start = now();
	int status = 0;
	pid_t pid, gone;

	pid = vfork();
	if (pid < 0)
		die("vfork");
	if (pid == 0) {
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	do {
		gone = reap(&status);
	} while (gone != pid && gone != 0);
	wall_ns += now() - start;
	printf("done %d\n", exit_code(status));
	fflush(stdout);
}

static void wait_for_all(void)
{
	int status;

	while (reap(&status) != 0)
		;
}

/* separator says whether the word is one, and does what it says. */
static int separator(const char *word)
{
	long long start;

	if (strcmp(word, "++") == 0) {
		start = now();
		wait_for_all();
		wall_ns += now() - start;
		return 1;
	}
	if (word[0] == '~') {
		usleep(atoi(word + 1) * 1000);
		return 1;
	}
	return strcmp(word, "--") == 0;
}

static int is_separator(const char *word)
{
	return strcmp(word, "++") == 0 || strcmp(word, "--") == 0 || word[0] == '~';
}

int main(int argc, char **argv)
{
	int i = 1, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		die("/dev/null");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		die("prctl");
	while (i < argc) {
		int first, next;

		if (separator(argv[i])) {
			i++;
			continue;
		}
		first = i;
		while (i < argc && !is_separator(argv[i]))
			i++;
		next = i;
		if (next < argc) {
			/* execvp wants a NULL; the word is needed afterwards. */
			char *word = argv[next];

			argv[next] = NULL;
			run(argv + first, null);
			argv[next] = word;
		} else {
			run(argv + first, null);
		}
	}
	wait_for_all();
	printf("total %lld %lld %lld\n", wall_ns, cpu_us, maxrss_kb);
	return 0;
}
