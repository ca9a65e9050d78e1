/* SPDX-License-Identifier: MIT */
/* JSON (RFC 8259), written front to back into a string. Commas are put where something stands
 * before; texts that are no UTF-8 are made valid. */
#ifndef ANALYSIS_JSON_TEXT_H
#define ANALYSIS_JSON_TEXT_H

#include <glib.h>
#include <stdint.h>

/* A string in quotes. */
void json_append_string(GString *json, const char *text);

/* The next element of an array. NULL is null. */
void json_add_text(GString *json, const char *text);
void json_add_integer(GString *json, int64_t value);
void json_add_number(GString *json, double value); /* what is no number is null */

/* The next member of an object: its key, and then its value by one of the calls above or below. */
void json_key(GString *json, const char *key);
void json_member_text(GString *json, const char *key, const char *text);
void json_member_integer(GString *json, const char *key, int64_t value);
void json_member_number(GString *json, const char *key, double value);
/* 64 bits as text: JavaScript's numbers hold 53. */
void json_member_id(GString *json, const char *key, int64_t id);

/* `{`, `[` after what stands before, and their ends. */
void json_open(GString *json, char bracket);
void json_close(GString *json, char bracket);

#endif
