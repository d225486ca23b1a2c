// Starting a child between fork and exec, where only such calls are allowed that a signal handler may make.
#define _GNU_SOURCE
#include "CTopProcess.h"

#include <errno.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct cprocess_inheritance cprocess_inherited(void) {
  struct cprocess_inheritance found = {0};
  struct rlimit limit;
  found.mask = umask(077);
  umask(found.mask);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    found.descriptors[0] = limit.rlim_cur;
    found.descriptors[1] = limit.rlim_max;
  }
  if (getrlimit(RLIMIT_CORE, &limit) == 0) {
    found.core[0] = limit.rlim_cur;
    found.core[1] = limit.rlim_max;
  }
  return found;
}

static void become(const char *path, char *const *arguments, char *const *environment, const char *folder,
                   const int *pipes, const struct cprocess_inheritance *inherited, int report, pid_t parent) {
  enum { away = 16, told = 3 };
  int failure[2] = {0, 0}, moved[3];
  // The kernel's own call: the library's keeps two signals for itself, which may be ignored all the same.
  const uint64_t normal[4] = {0};
  for (int number = 1; number < 65; number++) syscall(SYS_rt_sigaction, number, normal, 0, sizeof(uint64_t));
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(127);
  umask(inherited->mask);
  const struct rlimit descriptors = {inherited->descriptors[0], inherited->descriptors[1]};
  const struct rlimit core = {inherited->core[0], inherited->core[1]};
  // First out of each other's way, then to their places.
  for (int place = 0; place < 3; place++) moved[place] = fcntl(pipes[place], F_DUPFD_CLOEXEC, away);
  report = fcntl(report, F_DUPFD_CLOEXEC, away);
  for (int place = 0; place < 3; place++) dup2(moved[place], place);
  dup2(report, told);
  fcntl(told, F_SETFD, FD_CLOEXEC);
  if (syscall(SYS_close_range, (unsigned)told + 1, ~0u, 0u) != 0) {
    for (int other = told + 1; other < 65536; other++) close(other);  // Linux before 5.9
  }
  setrlimit(RLIMIT_NOFILE, &descriptors);
  setrlimit(RLIMIT_CORE, &core);
  if (folder && chdir(folder) != 0) {
    failure[0] = errno;
    failure[1] = 1;
  } else {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    execve(path, arguments, environment);
    failure[0] = errno;
    failure[1] = 2;
  }
  _exit(write(told, failure, sizeof failure) > 0 ? 127 : 126);
}

int32_t cprocess_start(const char *path, char *const *arguments, char *const *environment, const char *folder,
                         const int32_t *pipes, const struct cprocess_inheritance *inherited, int32_t *error,
                       int32_t *step) {
  int report[2];
  *step = 0;
  if (pipe2(report, O_CLOEXEC) != 0) {
    *error = errno;
    return -1;
  }
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) become(path, arguments, environment, folder, pipes, inherited, report[1], parent);
  *error = errno;
  pthread_sigmask(SIG_SETMASK, &before, 0);
  close(report[1]);
  if (child > 0) {
    int failure[2];
    ssize_t count;
    do count = read(report[0], failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    if (count == (ssize_t)sizeof failure) {
      *error = failure[0];
      *step = failure[1];
      while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
      child = -1;
    }
  }
  close(report[0]);
  return child;
}

int32_t cprocess_open(int32_t process) { return (int)syscall(SYS_pidfd_open, process, 0u); }

int32_t cprocess_peek_at_end(int32_t process, int32_t *was_signal, int32_t *status) {
  siginfo_t info = {0};
  if (waitid((idtype_t)3 /* P_PIDFD */, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return -1;
  if (info.si_pid == 0) return 0;
  *was_signal = info.si_code != CLD_EXITED;
  *status = info.si_status;
  return 1;
}

int32_t cprocess_pipe(int32_t ends[2]) { return pipe2(ends, O_CLOEXEC); }

uint8_t *cprocess_own_arguments(int64_t *size) {
  char text[2048];
  int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return NULL;
  text[length] = 0;
  // Field 2 is a name, in which anything may stand; what follows its last parenthesis begins with field 3.
  char *rest = strrchr(text, ')');
  for (int field = 3; rest && field <= 48; field++) rest = strchr(rest + 1, ' ');
  if (!rest) return NULL;
  uintptr_t start = strtoull(rest, &rest, 10);
  uintptr_t end = strtoull(rest, &rest, 10);
  if (start == 0 || end <= start) return NULL;
  *size = (int64_t)(end - start);
  return (uint8_t *)start;
}
