/* SPDX-License-Identifier: MIT */
/* Text as a JSON string. */
#ifndef SIM_JSON_TEXT_H
#define SIM_JSON_TEXT_H

#include <glib.h>

/* Appends text in quotes, escaped; bytes that are no UTF-8 become U+FFFD. */
void json_text_append_string(GString *json, const char *text);

#endif
