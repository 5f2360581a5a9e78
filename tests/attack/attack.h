/* The commands of attack, the helper of tests/security*.bats. */
#ifndef ATTACK_H
#define ATTACK_H

int swap(int argc, char **argv);
int swap_at(int argc, char **argv);
int look(int argc, char **argv);
int peek(int argc, char **argv);
int without(int argc, char **argv);
int short_bpf(int argc, char **argv);

/* Ends the program with the errno of what failed. */
__attribute__((noreturn)) void die(const char *what);

/* Exchanges two entries; both must exist. */
void exchange(const char *a, const char *b);

#endif
