// What Swift cannot say of ncurses: macros, globals, one write for a frame, and giving the screen back when the
// program crashes.
#ifndef CNCURSES_H
#define CNCURSES_H

// Must stand before the include: Swift's importer does not see defines made elsewhere.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <stdint.h>

// 1 when the locale's characters are UTF-8; otherwise the C library is put into C.UTF-8 and 0 is returned.
int cncurses_is_utf8(void);

// Opens the terminal on descriptors 0 and 1. 0: done; 1: not a terminal; 2: TERM unknown; 3: TERM cannot place
// the cursor; 4: the system refuses what it takes. Unlike initscr, never ends the process. Without colour not even
// the sequence for the usual colours is sent.
int cncurses_open(int wants_color);

// Leaves curses and restores the terminal's modes; safe to call twice.
void cncurses_close(void);

// Gives the terminal back for a while.
void cncurses_pause(void);

// Takes the terminal again; the next frame draws everything.
void cncurses_resume(void);

// From here on a crash gives the screen back before the usual report is printed.
void cncurses_guard_against_crashes(void);

// Copies the wanted picture to the terminal in one write inside synchronized-output marks, without ever waiting.
// 0: written or nothing to write; 1: the rest is sent by cncurses_flush; -1: the terminal is gone.
int cncurses_show(void);
// How many bytes the last frame took.
long cncurses_frame_bytes(void);
// Waits up to so many milliseconds for input, and throws away what came.
void cncurses_discard_input(int milliseconds);

// Sends what is left of a frame. 0: nothing is left and a new frame can be taken; 1: the terminal takes nothing
// more now; -1: the terminal is gone.
int cncurses_flush(void);

// Sends bytes that are no part of a picture (a title, a bell, a clipboard), behind a frame that is under way; what
// the line does not take now goes first with the next frame. 0: taken; 1: too much waits already; -1: gone.
int cncurses_say(const char *bytes, int length);

// Names the window; the name from before comes back when the terminal is given back.
int cncurses_title(const char *title);

// Asks for presses and the wheel of the mouse, or no longer.
void cncurses_mouse(int on);


// Draws a row anew at the next frame, changed or not.
void cncurses_redraw_row(int row);

void cncurses_erase(void);
void cncurses_redraw_all(void);

// Puts one character (a scalar and its marks, `columns` cells wide) at a place, with attributes and a colour pair
// of any number. What this C library would draw in another width is replaced by question marks.
void cncurses_put(
  int row, int column, const uint32_t *scalars, int count, int columns, unsigned long attributes, int pair);

// The next key without waiting: its code; is_function tells KEY_* codes from characters; 0 when there is none.
int cncurses_key(unsigned int *code, int *is_function);

// The number of a function key's KEY_* code, 0 for other keys.
static inline int cncurses_function_key(int code) {
  return code > KEY_F0 && code <= KEY_F(12) ? code - KEY_F0 : 0;
}

int cncurses_colors(void);
int cncurses_pair(int foreground, int background);
int cncurses_resize(int rows, int columns);
int cncurses_rows(void);
int cncurses_columns(void);

static inline unsigned long cncurses_bold(void) { return A_BOLD; }
static inline unsigned long cncurses_dim(void) { return A_DIM; }
static inline unsigned long cncurses_reverse(void) { return A_REVERSE; }
static inline unsigned long cncurses_underline(void) { return A_UNDERLINE; }

#endif
