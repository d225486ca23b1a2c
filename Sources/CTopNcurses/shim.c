#define _GNU_SOURCE 1
#include "CTopNcurses.h"

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

#define FRAME_BEGIN "\033[?2026h"
#define FRAME_END "\033[?2026l"
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP "\033[23;2t"
// Pasted text comes between marks, so that it is not taken for keys.
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
// In decimals (1006), so that there is no column too far right; what a terminal sends is read by ourselves.
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

// The most that may wait besides a frame.
#define SAY_LIMIT (1 << 20)

static struct termios saved_modes;
static volatile sig_atomic_t is_open;
static WINDOW *keyboard;
static int original = -1; // descriptor 1 as it was
static int terminal = -1; // the same terminal, opened anew so that only our own writes never wait
static int memory = -1;   // where ncurses writes a frame

// What a slow terminal has not taken yet of the last frame.
static char *pending;
static long frame_bytes;
static size_t pending_start, pending_end, pending_room;

static char restore_text[512];
static size_t restore_length;
static int is_titled;
static int uses_mouse;

static void remember(const char *text) {
  if (!text || text == (const char *)-1) return;
  while (*text && restore_length + 1 < sizeof restore_text) {
    // What the terminal database asks to wait for old terminals (`$<5>`) is not for the terminal.
    const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
    if (end) {
      text = end + 1;
    } else {
      restore_text[restore_length++] = *text++;
    }
  }
}

// The locale's name says UTF-8 although the system does not have that locale, as is common over SSH.
static int promises_utf8(void) {
  const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
  for (size_t i = 0; i < 3; i++) {
    if (!names[i] || !*names[i]) continue;
    return strcasestr(names[i], "UTF-8") || strcasestr(names[i], "UTF8");
  }
  return 0;
}

int cncurses_is_utf8(void) {
  // Characters only: numbers and dates of a locale are nobody's business here.
  const char *locale = setlocale(LC_CTYPE, "");
  if (locale && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 1;
  setlocale(LC_CTYPE, "C.UTF-8");
  return !locale && promises_utf8();
}

static void close_descriptors(void) {
  int *all[] = {&original, &terminal, &memory};
  for (size_t i = 0; i < 3; i++) {
    if (*all[i] >= 0) close(*all[i]);
    *all[i] = -1;
  }
}

static int open_descriptors(void) {
  original = fcntl(1, F_DUPFD_CLOEXEC, 3);
  memory = memfd_create("frame", MFD_CLOEXEC);
  const char *name = ttyname(1);
  // O_NONBLOCK belongs to an open file, which the shell shares with us on descriptors 0 to 2: hence one of our own.
  terminal = name ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (terminal < 0) terminal = fcntl(1, F_DUPFD_CLOEXEC, 3);
  return original >= 0 && memory >= 0 && terminal >= 0;
}

int cncurses_open(int wants_color) {
  if (!isatty(0) || !isatty(1) || tcgetattr(0, &saved_modes) != 0) return 1;
  // newterm asks setupterm, which would print and exit; ask first.
  int problem = 0;
  if (setupterm(NULL, 1, &problem) != OK) return 2;
  const char *place = tigetstr("cup");
  if (!place || place == (const char *)-1) return 3;
  if (!open_descriptors()) {
    close_descriptors();
    return 4;
  }
  // The size is the terminal's, not that of LINES and COLUMNS, which a shell may have exported long ago.
  use_env(FALSE);
  use_tioctl(TRUE);
  if (!newterm(NULL, stdout, stdin)) {
    close_descriptors();
    return 2;
  }
  restore_length = 0;
  is_titled = uses_mouse = 0;
  remember(FRAME_END);
  remember(PASTE_OFF);
  remember(tigetstr("sgr0"));
  remember(tigetstr("cnorm"));
  remember(tigetstr("rmkx"));
  remember(tigetstr("rmcup"));
  is_open = 1;
  raw();
  noecho();
  nonl();
  leaveok(stdscr, TRUE);
  curs_set(0);
  set_escdelay(25);
  // Asking a window for a key refreshes it behind our back; a pad is never refreshed.
  keyboard = newpad(1, 1);
  if (!keyboard) {
    cncurses_close();
    return 4;
  }
  keypad(keyboard, TRUE);
  define_key(NULL, KEY_MOUSE);
  nodelay(keyboard, TRUE);
  meta(keyboard, TRUE);
  if (wants_color && has_colors()) {
    start_color();
    use_default_colors();
  }
  if (write(original, PASTE_ON, sizeof PASTE_ON - 1) < 0) {
  }
  return 0;
}

static void forget_pending(void) {
  // Half a frame that a slow line has not taken would only delay what comes now.
  if (pending_start < pending_end) tcflush(original, TCOFLUSH);
  pending_start = pending_end = 0;
}

void cncurses_pause(void) {
  if (!is_open) return;
  forget_pending();
  if (write(original, FRAME_END PASTE_OFF, sizeof FRAME_END PASTE_OFF - 1) < 0) {
  }
  if (is_titled && write(original, TITLE_POP, sizeof TITLE_POP - 1) < 0) {
  }
  if (uses_mouse && write(original, MOUSE_OFF, sizeof MOUSE_OFF - 1) < 0) {
  }
  is_titled = 0;
  endwin();
}

void cncurses_resume(void) {
  if (!is_open) return;
  // The next refresh would set the modes too, but of the memory file.
  reset_prog_mode();
  if (write(original, PASTE_ON, sizeof PASTE_ON - 1) < 0) {
  }
  clearok(stdscr, TRUE);
}

void cncurses_close(void) {
  if (!is_open) return;
  cncurses_pause();
  is_open = 0;
  tcsetattr(0, TCSANOW, &saved_modes);
  close_descriptors();
  free(pending);
  pending = NULL;
  pending_room = 0;
}

enum { FAULTS = 6 };
static const int faults[FAULTS] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
static struct sigaction previous[FAULTS];

// Only calls that are safe in a signal handler.
static void give_back(int signal, siginfo_t *info, void *context) {
  (void)context;
  if (is_open) {
    is_open = 0;
    // A frame in progress has descriptor 1 pointing at the memory file.
    dup2(original, 1);
    if (write(original, restore_text, restore_length) < 0) {
    }
    if (is_titled && write(original, TITLE_POP, sizeof TITLE_POP - 1) < 0) {
    }
    if (uses_mouse && write(original, MOUSE_OFF, sizeof MOUSE_OFF - 1) < 0) {
    }
    tcsetattr(0, TCSANOW, &saved_modes);
  }
  // A fault comes again when its instruction is run again, and then the handler that was there before, Swift's
  // backtrace, tells of it on a sane screen. A signal that was sent does not come again: it ends the program here.
  int is_sent = info->si_code <= 0;
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (size_t i = 0; i < FAULTS; i++) {
    if (faults[i] == signal) sigaction(signal, is_sent ? &usual : &previous[i], NULL);
  }
  if (is_sent) raise(signal);
}

void cncurses_guard_against_crashes(void) {
  static char stack_memory[32768];
  stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = give_back, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < FAULTS; i++) sigaction(faults[i], &action, &previous[i]);
}

int cncurses_flush(void) {
  while (pending_start < pending_end) {
    ssize_t written = write(terminal, pending + pending_start, pending_end - pending_start);
    if (written > 0) {
      pending_start += (size_t)written;
    } else if (written < 0 && errno == EINTR) {
      continue;
    } else if (written < 0 && errno == EAGAIN) {
      return 1;
    } else {
      return -1;
    }
  }
  pending_start = pending_end = 0;
  return 0;
}

static int reserve(size_t length) {
  if (length <= pending_room) return 1;
  char *larger = realloc(pending, length);
  if (!larger) return 0;
  pending = larger;
  pending_room = length;
  return 1;
}

int cncurses_show(void) {
  int left = cncurses_flush();
  if (left != 0) return left;
  if (ftruncate(memory, 0) != 0 || lseek(memory, 0, SEEK_SET) < 0) return -1;
  if (write(memory, FRAME_BEGIN, sizeof FRAME_BEGIN - 1) < 0) return -1;
  // ncurses writes a frame in dozens of pieces; into memory they are one.
  dup2(memory, 1);
  refresh();
  fflush(stdout);
  dup2(original, 1);
  off_t length = lseek(memory, 0, SEEK_CUR);
  frame_bytes = 0;
  if (length <= (off_t)(sizeof FRAME_BEGIN - 1)) return 0;
  if (write(memory, FRAME_END, sizeof FRAME_END - 1) < 0) return -1;
  length += (off_t)(sizeof FRAME_END - 1);
  if (!reserve((size_t)length) || pread(memory, pending, (size_t)length, 0) != length) return -1;
  pending_start = 0;
  pending_end = (size_t)length;
  frame_bytes = (long)length;
  return cncurses_flush();
}

long cncurses_frame_bytes(void) { return frame_bytes; }

void cncurses_discard_input(int milliseconds) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  // What began to come is whole within a moment.
  if (poll(&input, 1, milliseconds) > 0) poll(NULL, 0, 5);
  tcflush(0, TCIFLUSH);
}

int cncurses_say(const char *bytes, int length) {
  if (!is_open || length <= 0) return 0;
  if (pending_start == pending_end) pending_start = pending_end = 0;
  if (pending_end + (size_t)length > SAY_LIMIT || !reserve(pending_end + (size_t)length)) return 1;
  memcpy(pending + pending_end, bytes, (size_t)length);
  pending_end += (size_t)length;
  return cncurses_flush() < 0 ? -1 : 0;
}

int cncurses_title(const char *title) {
  char text[512];
  int length = snprintf(text, sizeof text, "%s\033]2;%s\033\\", is_titled ? "" : TITLE_PUSH, title);
  if (length < 0 || (size_t)length >= sizeof text) return 1;
  int result = cncurses_say(text, length);
  if (result == 0) is_titled = 1;
  return result;
}

void cncurses_mouse(int on) {
  uses_mouse = on;
  const char *text = on ? MOUSE_ON : MOUSE_OFF;
  cncurses_say(text, (int)strlen(text));
}

void cncurses_redraw_row(int row) { wredrawln(stdscr, row, 1); }

void cncurses_erase(void) { werase(stdscr); }
void cncurses_redraw_all(void) { clearok(stdscr, TRUE); }

void cncurses_put(
  int row, int column, const uint32_t *scalars, int count, int columns, unsigned long attributes, int pair) {
  wchar_t text[CCHARW_MAX + 1] = {0};
  int length = 0;
  int fits = count > 0 && wcwidth((wchar_t)scalars[0]) == columns;
  for (int i = 0; i < count && length < CCHARW_MAX; i++) {
    if (i > 0 && (!fits || wcwidth((wchar_t)scalars[i]) != 0)) continue;
    text[length++] = fits ? (wchar_t)scalars[i] : L'?';
  }
  cchar_t cell;
  // The pair goes in by its last argument, since COLOR_PAIR packs only eight bits.
  if (setcchar(&cell, text, (attr_t)attributes, 0, &pair) == ERR) return;
  for (int place = column; place < column + (fits ? 1 : columns); place++) {
    mvwadd_wch(stdscr, row, place, &cell);
  }
}

int cncurses_key(unsigned int *code, int *is_function) {
  wint_t key = 0;
  int result = wget_wch(keyboard, &key);
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
