/*
 * Commands that run another under a seccomp filter which takes calls away, as an
 * old kernel or the filter of an outer sandbox does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

int load(struct sock_filter *code, size_t length, unsigned flags)
{
	struct sock_fprog prog = { (unsigned short)length, code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
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
