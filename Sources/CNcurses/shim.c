#define _GNU_SOURCE 1
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

// Not from term.h, whose macros take words such as `columns` away.
extern int setupterm(const char *, int, int *);
extern char *tigetstr(const char *);

static struct termios saved_modes;
static volatile sig_atomic_t is_open;
static SCREEN *screen;
static char restore_text[512];
static size_t restore_length;
static int memory = -1;   // where ncurses writes a frame
static int terminal = -1; // where the frame goes

static void remember(const char *capability) {
  const char *text = tigetstr(capability);
  if (!text || text == (const char *)-1) return;
  size_t length = strlen(text);
  if (restore_length + length >= sizeof restore_text) return;
  memcpy(restore_text + restore_length, text, length);
  restore_length += length;
}

int cncurses_open(void) {
  if (!isatty(0) || !isatty(1)) return 1;
  if (tcgetattr(0, &saved_modes) != 0) return 1;
  terminal = fcntl(1, F_DUPFD_CLOEXEC, 3);
  memory = memfd_create("frame", MFD_CLOEXEC);
  if (terminal < 0 || memory < 0) return 1;
  // newterm asks setupterm, which would print and exit; ask first.
  int problem = 0;
  if (setupterm(NULL, 1, &problem) != OK) return 2;
  const char *place = tigetstr("cup");
  if (!place || place == (const char *)-1) return 3;
  screen = newterm(NULL, stdout, stdin);
  if (!screen) return 2;
  restore_length = 0;
  remember("sgr0");
  remember("cnorm");
  remember("rmkx");
  remember("rmcup");
  is_open = 1;
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  leaveok(stdscr, TRUE);
  meta(stdscr, TRUE);
  curs_set(0);
  set_escdelay(25);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  return 0;
}

void cncurses_close(void) {
  if (!is_open) return;
  is_open = 0;
  endwin();
  tcsetattr(0, TCSANOW, &saved_modes);
  if (terminal >= 0) close(terminal);
  if (memory >= 0) close(memory);
  terminal = memory = -1;
}

// Only calls that are safe in a signal handler; then the previous handler sees the same fault again.
static void give_back(int signal, siginfo_t *info, void *context) {
  (void)info;
  (void)context;
  if (is_open) {
    is_open = 0;
    // A frame in progress has descriptor 1 pointing at the memory file; the terminal itself is `terminal`.
    if (write(terminal, restore_text, restore_length) < 0) {
    }
    tcsetattr(0, TCSANOW, &saved_modes);
    dup2(terminal, 1);
  }
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(signal, &usual, NULL);
  if (signal == SIGABRT) raise(signal);
}

void cncurses_guard_against_crashes(void) {
  static char stack_memory[32768];
  stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = give_back, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i], &action, NULL);
}

int cncurses_is_writable(void) {
  struct pollfd request = {.fd = terminal, .events = POLLOUT};
  if (poll(&request, 1, 0) < 0) return 0;
  if (request.revents & (POLLHUP | POLLERR | POLLNVAL)) return -1;
  return (request.revents & POLLOUT) != 0;
}

static int write_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(terminal, bytes, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    bytes += written;
    length -= (size_t)written;
  }
  return 0;
}

int cncurses_show(void) {
  int writable = cncurses_is_writable();
  if (writable != 1) return writable == 0 ? 1 : -1;
  static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
  if (ftruncate(memory, 0) != 0 || lseek(memory, 0, SEEK_SET) < 0) return -1;
  if (write(memory, begin, sizeof begin - 1) < 0) return -1;
  // ncurses writes a frame in dozens of pieces; into memory they are one.
  dup2(memory, 1);
  refresh();
  fflush(stdout);
  dup2(terminal, 1);
  off_t length = lseek(memory, 0, SEEK_CUR);
  if (length <= (off_t)(sizeof begin - 1)) return 0;
  if (write(memory, end, sizeof end - 1) < 0) return -1;
  length += (off_t)(sizeof end - 1);
  char *frame = malloc((size_t)length);
  if (!frame) return 1;
  int result = pread(memory, frame, (size_t)length, 0) == length ? write_all(frame, (size_t)length) : -1;
  free(frame);
  return result;
}

void cncurses_erase(void) { werase(stdscr); }
void cncurses_redraw_all(void) { clearok(stdscr, TRUE); }

void cncurses_put(int row, int column, const char *text, unsigned long attributes, int pair) {
  wchar_t wide[CCHARW_MAX + 1];
  mbstate_t state = {0};
  size_t count = mbsrtowcs(wide, &text, CCHARW_MAX, &state);
  if (count == (size_t)-1 || count == 0) return;
  wide[count < CCHARW_MAX ? count : CCHARW_MAX] = L'\0';
  cchar_t cell;
  // The pair goes in by its last argument, since COLOR_PAIR packs only eight bits.
  if (setcchar(&cell, wide, (attr_t)attributes, 0, &pair) == ERR) return;
  mvwadd_wch(stdscr, row, column, &cell);
}

int cncurses_key(unsigned int *code, int *is_function) {
  wint_t key = 0;
  int result = wget_wch(stdscr, &key);
  if (result == ERR) return 0;
  *code = (unsigned int)key;
  *is_function = result == KEY_CODE_YES;
  return 1;
}

int cncurses_colors(void) { return has_colors() ? COLORS : 0; }
int cncurses_pair(int foreground, int background) { return alloc_pair(foreground, background); }
int cncurses_resize(int rows, int columns) { return resizeterm(rows, columns); }

int cncurses_rows(void) { return getmaxy(stdscr); }
int cncurses_columns(void) { return getmaxx(stdscr); }

int cncurses_is_utf8(void) {
  setlocale(LC_ALL, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 1;
  // Names from servers may still hold any character; only what we draw ourselves stays ASCII.
  setlocale(LC_CTYPE, "C.UTF-8");
  return 0;
}
