#ifndef RUNC_SIGNALS_H
#define RUNC_SIGNALS_H

#define LAST_SIGNAL 64

/* Has the signals written to a pipe, a byte each. Returns its end to read from,
 * or -errno. */
int collect_signals(const unsigned char *numbers, int count);

#endif
