/* SPDX-License-Identifier: MIT */
/* JSON strings (RFC 8259, section 7). */
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
