/* SPDX-License-Identifier: MIT */
/* The one error domain of the program. */
#include "sim/error.h"

GQuark skein_error_quark(void)
{
    return g_quark_from_static_string("skein");
}
