/* SPDX-License-Identifier: MIT */
/* The shape `name(argument, key=argument)` that many settings share: distributions, latency and
 * loss models. A plain word or number without parentheses is a call without arguments whose name is
 * the text. Arguments are text; nested calls keep their parentheses and are read again by whoever
 * knows them. */
#ifndef SIM_CALL_TEXT_H
#define SIM_CALL_TEXT_H

#include <glib.h>
#include <stdbool.h>

typedef struct CallText CallText;

CallText *call_text_new(const char *text, GError **error);
void call_text_free(CallText *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CallText, call_text_free)

const char *call_text_name(const CallText *call);
bool call_text_has_parentheses(const CallText *call);
unsigned call_text_count(const CallText *call);                       /* positional arguments */
const char *call_text_argument(const CallText *call, unsigned index); /* NULL past the end */
const char *call_text_option(const CallText *call, const char *key);  /* NULL when not given */

/* Error unless the count of positional arguments lies in [least, most] and every key=... is one of
 * `keys` (NULL-terminated, may be NULL). The message shows `usage` and the nearest key. */
bool call_text_expect(const CallText *call, unsigned least, unsigned most, const char *const *keys,
                      const char *usage, GError **error);

#endif
