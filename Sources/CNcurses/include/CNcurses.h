// What Swift cannot say of ncurses: macros, globals, and giving the screen back when the program crashes.
#ifndef CNCURSES_H
#define CNCURSES_H

// Must stand before the include: Swift's importer does not see defines made elsewhere.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#endif
