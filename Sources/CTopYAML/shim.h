// libyaml's plain interface; nothing of it is beyond Swift.
#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H
#include <yaml.h>
#endif
