/* SPDX-License-Identifier: MIT */
#include "analysis/json_text.h"

#include "analysis/number_text.h"

void json_append_string(GString *json, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(json, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        char code[JSON_ESCAPE_BYTES];
        const size_t length = json_escape((unsigned char)*at, code);
        g_string_append_len(json, length == 0 ? at : code, length == 0 ? 1 : (gssize)length);
    }
    g_string_append_c(json, '"');
}

static void next(GString *json)
{
    const char last = json->len == 0 ? '[' : json->str[json->len - 1];
    if (last != '[' && last != '{' && last != ':') {
        g_string_append_c(json, ',');
    }
}

void json_add_text(GString *json, const char *text)
{
    next(json);
    if (text == NULL) {
        g_string_append(json, "null");
    } else {
        json_append_string(json, text);
    }
}

void json_add_integer(GString *json, int64_t value)
{
    next(json);
    g_string_append_printf(json, "%" G_GINT64_FORMAT, value);
}

void json_add_number(GString *json, double value)
{
    g_autofree char *text = number_text_exact(value);
    next(json);
    g_string_append(json, text);
}

void json_key(GString *json, const char *key)
{
    next(json);
    json_append_string(json, key);
    g_string_append_c(json, ':');
}

void json_member_text(GString *json, const char *key, const char *text)
{
    json_key(json, key);
    json_add_text(json, text);
}

void json_member_integer(GString *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_add_integer(json, value);
}

void json_member_number(GString *json, const char *key, double value)
{
    json_key(json, key);
    json_add_number(json, value);
}

void json_member_id(GString *json, const char *key, int64_t id)
{
    json_key(json, key);
    g_string_append_printf(json, "\"%" G_GINT64_FORMAT "\"", id);
}

void json_open(GString *json, char bracket)
{
    next(json);
    g_string_append_c(json, bracket);
}

void json_close(GString *json, char bracket)
{
    g_string_append_c(json, bracket);
}
