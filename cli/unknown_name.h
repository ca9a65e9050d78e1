/* SPDX-License-Identifier: MIT */
/* A name that is none of those there are: the error that a command ends with. */
#ifndef CLI_UNKNOWN_NAME_H
#define CLI_UNKNOWN_NAME_H

#include <glib.h>
#include <stdbool.h>

/* Fails with exit status 2 and the nearest of `known` (of char *), which are listed where they are
 * few. `what` is what the name would be: "format". Always false. */
bool unknown_name(const char *what, const char *name, const GPtrArray *known, GError **error);

#endif
