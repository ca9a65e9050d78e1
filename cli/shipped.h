/* SPDX-License-Identifier: MIT */
/* The scenario files that come with the program: where it is installed, or beside it in its
 * sources. */
#ifndef CLI_SHIPPED_H
#define CLI_SHIPPED_H

#include <glib.h>

/* Their paths, sorted by name, NULL-terminated, to be freed by g_strfreev; empty when there is no
 * folder of them. */
char **shipped_scenarios(void);

#endif
