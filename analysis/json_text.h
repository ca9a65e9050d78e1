/* SPDX-License-Identifier: MIT */
/* JSON (RFC 8259), written front to back into a string. Commas are put where something stands
 * before; texts that are no UTF-8 are made valid. */
#ifndef ANALYSIS_JSON_TEXT_H
#define ANALYSIS_JSON_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What stands for the byte inside a string: its length, 0 where the byte stands for itself. */
enum { JSON_ESCAPE_BYTES = 6 };
static inline size_t json_escape(unsigned char byte, char code[JSON_ESCAPE_BYTES])
{
    static const char DIGITS[] = "0123456789abcdef";
    const bool is_control = byte < 0x20 || byte == 0x7f;
    if (!is_control && byte != '"' && byte != '\\') {
        return 0;
    }
    code[0] = '\\';
    code[1] = is_control ? 'u' : (char)byte;
    code[2] = code[3] = '0';
    code[4] = DIGITS[byte >> 4];
    code[5] = DIGITS[byte & 15];
    return is_control ? JSON_ESCAPE_BYTES : 2;
}

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
