/* SPDX-License-Identifier: MIT */
/* Errors that are the user's or the machine's. The code is the exit status of the program, so a
 * command only passes it on. The message names file, line, key, what was found and what was
 * expected. */
#ifndef SIM_ERROR_H
#define SIM_ERROR_H

#include <glib.h>
#include <stdbool.h>

typedef enum SkeinError {
    SKEIN_ERROR_FAILED = 1,      /* a run or a property failed */
    SKEIN_ERROR_INPUT = 2,       /* bad scenario, option, data file or database */
    SKEIN_ERROR_ENVIRONMENT = 3, /* disk full, no permission, a missing program */
} SkeinError;

#define SKEIN_ERROR (skein_error_quark())
GQuark skein_error_quark(void);

/* Sets an error of code SKEIN_ERROR_INPUT. Returns false, for `return skein_refuse(...)`. */
bool skein_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
