// Starting a child, which needs calls between fork and exec that Swift must not make, and learning of its end; and what
// this process itself looks like to others. The header holds plain types only, so that this module owns none of the
// system's.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <stdint.h>

// What a child is to begin with, as this process found it before it changed its own: file mask, limits (now, most).
struct cprocess_inheritance {
  uint32_t mask;
  uint64_t descriptors[2], core[2];
};
struct cprocess_inheritance cprocess_inherited(void);

// Starts a program as the leader of a session of its own. It ends with the thread that starts it, has default signals
// and an empty mask, the limits and the mask of `inherited`, and of descriptors the three of `pipes`, as 0, 1 and 2.
// Returns its process id; or -1 with `*error` and `*step`: 0 nothing was started, 1 the folder, 2 the file.
int32_t cprocess_start(const char *path, char *const *arguments, char *const *environment, const char *folder,
                       const int32_t *pipes, const struct cprocess_inheritance *inherited, int32_t *error,
                       int32_t *step);

// A descriptor that is readable once the process has ended; it names this process and never a later one. -1: errno.
int32_t cprocess_open(int32_t process);

// Learns how a child ended without taking it away, so that its number stays its own. 1: it has, 0: it runs, -1: unknown.
int32_t cprocess_peek_at_end(int32_t process, int32_t *was_signal, int32_t *status);

// Two ends, for reading and for writing, that are closed on exec. -1: errno.
int32_t cprocess_pipe(int32_t ends[2]);

// Where the kernel keeps the arguments of this process, which everybody on this machine may read, and how many bytes they
// have: fields 48 and 49 of proc(5)'s stat. Null when it does not tell.
uint8_t *cprocess_own_arguments(int64_t *size);

#endif
