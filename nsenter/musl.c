/*
 * What a libseccomp.a that was compiled for glibc asks of the C library, and
 * musl does not have (see LIBC in the Makefile).
 */
#include <stdarg.h>
#include <stdio.h>

#ifndef __GLIBC__
int __fprintf_chk(FILE *stream, int flag, const char *format, ...);

/* fprintf with the checks of _FORTIFY_SOURCE, for functions of libseccomp that
 * print a filter: nothing here calls them. */
int __fprintf_chk(FILE *stream, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = vfprintf(stream, format, args);
	va_end(args);
	return n;
}
#endif
