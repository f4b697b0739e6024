/* The list in C11: the whole test is that this compiles. */
#include "layout.h"
