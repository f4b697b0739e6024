// The list in C++20: the whole test is that this compiles.
#include "layout.h"
