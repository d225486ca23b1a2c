// What the Glibc module lacks: calls that are Linux only, GNU only, or variadic. Only the headers that are
// needed and no feature macros, so that this module and Glibc agree on every type they share.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>

// Borrows a file for reading and gives it back at once, which the kernel allows only while nobody has it open
// for writing: 0, or -1 and errno. F_SETLEASE is 1024 on every Linux, and behind a feature macro.
static inline int clinux_borrow(int descriptor) {
  if (fcntl(descriptor, 1024, F_RDLCK) != 0) return -1;
  return fcntl(descriptor, 1024, F_UNLCK);
}

static inline int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline int clinux_signalfd(const sigset_t *signals) {
  return signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

// The number of the next pending signal, 0 when there is none.
static inline int clinux_read_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

static inline int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// Watch, change or forget a descriptor; `events` is a mask of EPOLLIN and EPOLLOUT, `tag` comes back with them.
static inline int clinux_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint32_t tag) {
  struct epoll_event event = {.events = events, .data = {.u64 = (uint64_t)tag << 32 | (uint32_t)descriptor}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline int clinux_event_descriptor(const struct epoll_event *event) { return (int)(uint32_t)event->data.u64; }
static inline uint32_t clinux_event_tag(const struct epoll_event *event) { return event->data.u64 >> 32; }
static inline uint32_t clinux_event_mask(const struct epoll_event *event) { return event->events; }

// The kernel's name of the calling thread, at most 15 bytes; prctl is variadic.
static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Ask for a signal when the parent ends, so that a child never outlives it.

// A child gets no descriptor from `first` on, whether or not it is closed on exec. GNU only, hence declared here.
static inline int clinux_spawn_closes_from(posix_spawn_file_actions_t *actions, int first) {
  extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// No core file may hold a token. The limit alone does not bind a program that the kernel pipes cores into (core(5));
// a process that cannot be dumped has none, and its memory is not read by others of this user either.
static inline int clinux_forbid_core_file(void) {
  const struct rlimit none = {0, 0};
  int limited = setrlimit(RLIMIT_CORE, &none);
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ? -1 : limited;
}

// As many descriptors as the system allows: a thousand sessions with streams need two thousand.
static inline void clinux_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// How many files this process may have open at once.
static inline uint64_t clinux_descriptor_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

// One heap for all threads: two threads that seldom allocate at once need no second one, which would not be full.
static inline void clinux_use_one_heap(void) { mallopt(M_ARENA_MAX, 1); }

// Gives free memory back to the system.
static inline void clinux_give_back_memory(void) { malloc_trim(0); }

static inline int clinux_open(const char *path, int flags, unsigned int mode) { return open(path, flags, mode); }

static inline int clinux_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

static inline int clinux_errno(void) { return errno; }

extern char **environ;
static inline char **clinux_environment(void) { return environ; }

// The cells that a character takes in the locale of the calling thread; its header hides it from programs that
// do not ask for X/Open, and asking would change types that are shared with Glibc.
int wcwidth(wchar_t character);
static inline int clinux_character_width(uint32_t character) { return wcwidth((wchar_t)character); }

// The next client of a socket, without what a child process would inherit; accept4 stands behind a feature macro.
static inline int clinux_accept(int listener) {
  extern int accept4(int, struct sockaddr *, socklen_t *, int);
  return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Who is at the other end of a Unix socket; struct ucred stands behind a feature macro, and is these three.
static inline int clinux_peer(int descriptor, int *process, uint32_t *user) {
  struct { int process; uint32_t user, group; } peer = {0, 0, 0};
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  *process = peer.process;
  *user = peer.user;
  return 0;
}

#endif
