/* SPDX-License-Identifier: MIT */
/* JSON, written front to back. */
#ifndef SIM_JSON_TEXT_H
#define SIM_JSON_TEXT_H

#include <glib.h>

/* Appends text in quotes, escaped; bytes that are no UTF-8 become U+FFFD. */
void json_text_append_string(GString *json, const char *text);

/* Appends `"key": `, with a comma before it unless an object was just opened. */
void json_text_append_key(GString *json, const char *key);
/* A member whose value is a string; NULL: null. */
void json_text_append_member(GString *json, const char *key, const char *text);
/* A member whose value is printed as it is: a number, true, false. */
void json_text_append_value(GString *json, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* A comma unless an array was just opened. */
void json_text_next(GString *json);

#endif
