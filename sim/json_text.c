/* SPDX-License-Identifier: MIT */
/* JSON strings (RFC 8259, section 7) and what stands between them. */
#include "sim/json_text.h"

void json_text_append_string(GString *json, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(json, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            g_string_append_printf(json, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            g_string_append_printf(json, "\\u%04x", byte);
        } else {
            g_string_append_c(json, *at);
        }
    }
    g_string_append_c(json, '"');
}

void json_text_next(GString *json)
{
    const char last = json->len == 0 ? '[' : json->str[json->len - 1];
    if (last != '[' && last != '{') {
        g_string_append(json, ", ");
    }
}

void json_text_append_key(GString *json, const char *key)
{
    json_text_next(json);
    json_text_append_string(json, key);
    g_string_append(json, ": ");
}

void json_text_append_member(GString *json, const char *key, const char *text)
{
    json_text_append_key(json, key);
    if (text == NULL) {
        g_string_append(json, "null");
    } else {
        json_text_append_string(json, text);
    }
}

void json_text_append_value(GString *json, const char *key, const char *format, ...)
{
    json_text_append_key(json, key);
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(json, format, arguments);
    va_end(arguments);
}
