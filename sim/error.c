/* SPDX-License-Identifier: MIT */
/* The one error domain of the program. */
#include "sim/error.h"

GQuark skein_error_quark(void)
{
    return g_quark_from_static_string("skein");
}

bool skein_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, message);
    return false;
}
