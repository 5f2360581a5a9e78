/*
 * floor ROOTFS VIEW ID [MOUNTS SOURCE]: does the kernel's share of `run true` for
 * the default spec, and nothing else: no reading of a config, no checks, no
 * second process for set-up, no state on disk. No runtime can be quicker.
 *
 * VIEW says how the container gets its cgroup: v1 (a cgroup in every hierarchy,
 * the process written into each), v2 (born in it) or none. MOUNTS more read-only
 * bind mounts of SOURCE go below /mnt.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUP	      "/sys/fs/cgroup"
#define SAFE	      (MS_NOSUID | MS_NOEXEC | MS_NODEV)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void must(int result, const char *what)
{
	if (result < 0)
		die(what);
}

/* --- cgroups --------------------------------------------------------------- */

static char *hierarchies[32];
static int hierarchy_count;

static void find_hierarchies(void)
{
	struct dirent *entry;
	DIR *dir = opendir(CGROUP);

	if (dir == NULL)
		die(CGROUP);
	while ((entry = readdir(dir)) != NULL && hierarchy_count < (int)ARRAY_SIZE(hierarchies)) {
		struct statfs fs;
		char path[512];

		snprintf(path, sizeof(path), CGROUP "/%s", entry->d_name);
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && statfs(path, &fs) == 0 &&
		    fs.f_type == CGROUP_SUPER_MAGIC)
			hierarchies[hierarchy_count++] = strdup(entry->d_name);
	}
	closedir(dir);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd, path);
	must(write(fd, text, strlen(text)), path);
	close(fd);
}

/* inherit_cpuset: a new cpuset of v1 is empty until it is told. */
static void inherit_cpuset(const char *dir)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char path[512], text[256];
	ssize_t n;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), CGROUP "/cpuset/%s", files[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		must(fd, path);
		n = read(fd, text, sizeof(text) - 1);
		must(n, path);
		text[n] = '\0';
		close(fd);
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		write_file(path, text);
	}
}

/* The device rules of the default spec: all denied but the fixed few. */
static void limit_devices(const char *dir)
{
	static const char *const allowed[] = { "c *:* m",   "b *:* m",	  "c 1:3 rwm", "c 1:5 rwm",
					       "c 1:7 rwm", "c 1:8 rwm",  "c 1:9 rwm", "c 5:0 rwm",
					       "c 5:2 rwm", "c 136:* rwm" };
	char path[512];
	size_t i;

	snprintf(path, sizeof(path), "%s/devices.deny", dir);
	write_file(path, "a");
	snprintf(path, sizeof(path), "%s/devices.allow", dir);
	for (i = 0; i < ARRAY_SIZE(allowed); i++)
		write_file(path, allowed[i]);
}

static void join_v1(const char *id, pid_t pid)
{
	char dir[256], path[512], text[32];
	int i;

	snprintf(text, sizeof(text), "%d", pid);
	for (i = 0; i < hierarchy_count; i++) {
		snprintf(dir, sizeof(dir), CGROUP "/%s/%s", hierarchies[i], id);
		must(mkdir(dir, 0755), dir);
		if (strcmp(hierarchies[i], "cpuset") == 0)
			inherit_cpuset(dir);
		snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
		write_file(path, text);
		if (strcmp(hierarchies[i], "devices") == 0)
			limit_devices(dir);
	}
}

/* The kernel needs a moment after the exit of a cgroup's last process. */
static void remove_cgroup(const char *dir)
{
	while (rmdir(dir) != 0)
		if (errno != EBUSY)
			die(dir);
}

static void leave_v1(const char *id)
{
	char dir[256];
	int i;

	for (i = 0; i < hierarchy_count; i++) {
		snprintf(dir, sizeof(dir), CGROUP "/%s/%s", hierarchies[i], id);
		remove_cgroup(dir);
	}
}

/* --- the file system -------------------------------------------------------- */

struct mount_point {
	const char *type, *target, *data;
	unsigned long flags;
};

static const struct mount_point mounts[] = {
	{ "proc", "proc", NULL, 0 },
	{ "tmpfs", "dev", "mode=755,size=65536k", MS_NOSUID | MS_STRICTATIME },
	{ "devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC },
	{ "tmpfs", "dev/shm", "mode=1777,size=65536k", SAFE },
	{ "mqueue", "dev/mqueue", NULL, SAFE },
	{ "sysfs", "sys", NULL, SAFE | MS_RDONLY },
};

static const struct {
	const char *path;
	int major, minor;
} devices[] = {
	{ "dev/null", 1, 3 },	{ "dev/zero", 1, 5 },	 { "dev/full", 1, 7 },
	{ "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "pts/ptmx", "dev/ptmx" },	     { "/proc/self/fd", "dev/fd" },
	{ "/proc/self/fd/0", "dev/stdin" },  { "/proc/self/fd/1", "dev/stdout" },
	{ "/proc/self/fd/2", "dev/stderr" },
};

static const char *const masked[] = {
	"/proc/acpi",	       "/proc/asound",	   "/proc/kcore",	"/proc/keys",
	"/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
	"/sys/firmware",       "/proc/scsi",
};

static const char *const readonly[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

static void mount_all(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].target, 0755);
		must(mount(mounts[i].type, mounts[i].target, mounts[i].type, mounts[i].flags,
			   mounts[i].data),
		     mounts[i].target);
	}
}

/* With v1, /sys/fs/cgroup is a tmpfs with the container's own part of each hierarchy. */
static void mount_cgroups(const char *view, const char *id)
{
	const unsigned long ro = MS_REMOUNT | MS_BIND | MS_RDONLY | SAFE;
	char source[256], target[256];
	int i;

	if (strcmp(view, "v2") == 0) {
		must(mount("cgroup", "sys/fs/cgroup", "cgroup2", SAFE | MS_RDONLY, NULL),
		     "cgroup2");
		return;
	}
	if (strcmp(view, "v1") != 0)
		return;
	must(mount("cgroup", "sys/fs/cgroup", "tmpfs", SAFE, "mode=755"), "sys/fs/cgroup");
	for (i = 0; i < hierarchy_count; i++) {
		snprintf(source, sizeof(source), CGROUP "/%s/%s", hierarchies[i], id);
		snprintf(target, sizeof(target), "sys/fs/cgroup/%s", hierarchies[i]);
		must(mkdir(target, 0755), target);
		must(mount(source, target, NULL, MS_BIND, NULL), target);
		must(mount(NULL, target, NULL, ro, NULL), target);
	}
	must(mount(NULL, "sys/fs/cgroup", NULL, ro, NULL), "sys/fs/cgroup");
}

static void bind_more(int count, const char *source)
{
	char target[64];
	int i;

	for (i = 0; i < count; i++) {
		snprintf(target, sizeof(target), "mnt/%d", i);
		must(mount(source, target, NULL, MS_BIND | MS_REC, NULL), target);
		must(mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), target);
	}
}

static void make_devices(void)
{
	size_t i;

	umask(0);
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		must(mknod(devices[i].path, S_IFCHR | 0666,
			   makedev(devices[i].major, devices[i].minor)),
		     devices[i].path);
	for (i = 0; i < ARRAY_SIZE(links); i++)
		must(symlink(links[i][0], links[i][1]), links[i][1]);
	umask(022);
}

static void pivot(void)
{
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount");
	must(chdir("/"), "chdir");
}

static void hide(void)
{
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(readonly); i++) {
		if (mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL) != 0)
			continue;
		must(mount(NULL, readonly[i], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
		     readonly[i]);
	}
	for (i = 0; i < ARRAY_SIZE(masked); i++) {
		if (stat(masked[i], &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			must(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL), masked[i]);
		else
			must(mount("/dev/null", masked[i], NULL, MS_BIND, NULL), masked[i]);
	}
	must(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "/");
}

/* --- the process ------------------------------------------------------------ */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	must(ioctl(fd, SIOCSIFFLAGS, &request), "lo");
	close(fd);
}

static void restrict_self(void)
{
	struct {
		uint32_t version;
		int pid;
	} header = { 0x20080522, 0 };
	const uint32_t kept =
		1u << 29 | 1u << 5 | 1u << 10; /* audit_write, kill, net_bind_service */
	const uint32_t sets[6] = { kept, kept, 0, 0, 0, 0 };
	const struct rlimit files = { 1024, 1024 };
	int cap;

	must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
	for (cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (cap > 31 || !(kept & 1u << cap))
			must(prctl(PR_CAPBSET_DROP, cap), "bounding set");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(syscall(SYS_capset, &header, sets), "capset");
}

static void child(char **argv, int argc, const int *joined)
{
	char byte;

	close(joined[1]); /* to see the end of a parent that failed */
	if (read(joined[0], &byte, 1) != 1)
		_exit(1);
	must(mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL), "/");
	must(mount(argv[1], argv[1], NULL, MS_BIND | MS_REC, NULL), argv[1]);
	must(chdir(argv[1]), argv[1]);
	mount_all();
	mount_cgroups(argv[2], argv[3]);
	if (argc == 6)
		bind_more(atoi(argv[4]), argv[5]);
	make_devices();
	pivot();
	hide();
	loopback_up();
	must(sethostname("floor", 5), "sethostname");
	restrict_self();
	execl("/bin/true", "true", NULL);
	die("/bin/true");
}

/* clone_child is fork, but into new namespaces, and for v2 into the cgroup. */
static pid_t clone_child(int cgroup)
{
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
		.exit_signal = SIGCHLD,
	};

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP | CLONE_NEWCGROUP;
		args.cgroup = cgroup;
	}
	return syscall(SYS_clone3, &args, sizeof(args));
}

int main(int argc, char **argv)
{
	int v1, v2, status, cgroup = -1, joined[2];
	char dir[256];
	pid_t pid;

	if (argc != 4 && argc != 6) {
		fprintf(stderr, "usage: floor ROOTFS v1|v2|none ID [MOUNTS SOURCE]\n");
		return 2;
	}
	v1 = strcmp(argv[2], "v1") == 0;
	v2 = strcmp(argv[2], "v2") == 0;
	snprintf(dir, sizeof(dir), CGROUP "/%s", argv[3]);
	if (v1)
		find_hierarchies();
	if (v2) {
		must(mkdir(dir, 0755), dir);
		cgroup = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		must(cgroup, dir);
	}
	must(pipe2(joined, O_CLOEXEC), "pipe");
	pid = clone_child(cgroup);
	must(pid, "clone3");
	if (pid == 0)
		child(argv, argc, joined);
	if (v1)
		join_v1(argv[3], pid);
	must(write(joined[1], "", 1), "pipe");
	must(waitpid(pid, &status, 0), "waitpid");
	if (v1)
		leave_v1(argv[3]);
	if (v2)
		remove_cgroup(dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
