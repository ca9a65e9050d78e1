/* SPDX-License-Identifier: MIT */
/* Lists as text: `[Tokyo, Paris, "New York"]`, the flow sequence of YAML with scalars only, on one
 * line. It is what stands in a `parameter` row and on --set, so a printed list reads back as the
 * same one. */
#ifndef SIM_LIST_TEXT_H
#define SIM_LIST_TEXT_H

#include <glib.h>

/* NULL-terminated, to be freed by g_strfreev. Elements are trimmed, unless they have quotes: in
 * double ones a backslash keeps the letter that follows, in single ones '' is one quote. */
char **list_text_read(const char *text, GError **error);

/* With quotes where an element could be read otherwise. */
char *list_text_print(const char *const *elements);

#endif
