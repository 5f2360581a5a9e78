/* The commands of attack, the helper of tests/security*.bats. */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stddef.h>

struct sock_filter;

int swap(int argc, char **argv);
int swap_at(int argc, char **argv);
int hold(int argc, char **argv);
int look(int argc, char **argv);
int peek(int argc, char **argv);
int without(int argc, char **argv);
int short_bpf(int argc, char **argv);
int again(int argc, char **argv);
int hidden(int argc, char **argv);

/* Ends the program with the errno of what failed. */
__attribute__((noreturn)) void die(const char *what);

/* Exchanges two entries; both must exist. */
void exchange(const char *a, const char *b);

/* Tells whether pid is the runtime's init, in its C part or after, and not yet
 * the user's program. */
bool is_runtime(int pid);

/* Follows all links of a process and attaches to it; prints what it could. */
void try_process(int pid);

/* Offset of a field for a seccomp filter, and the loading of one. */
#define WORD(field) offsetof(struct seccomp_data, field)
int load(struct sock_filter *code, size_t length, unsigned flags);

#endif
