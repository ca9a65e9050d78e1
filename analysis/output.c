/* SPDX-License-Identifier: MIT */
/* A buffer in front of a file, and the ways of escaping. */
#include "analysis/output.h"

#include "analysis/error.h"
#include "analysis/json_text.h"
#include "analysis/number_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BUFFER_SIZE_BYTES 65536

struct Output {
    FILE *file;
    char *name;
    size_t used_bytes;
    int error; /* errno of the first failure; 0: none */
    char buffer[BUFFER_SIZE_BYTES];
};

Output *output_new(FILE *file, const char *name)
{
    Output *output = g_new(Output, 1);
    output->file = file;
    output->name = g_strdup(name);
    output->used_bytes = 0;
    output->error = 0;
    return output;
}

void output_free(Output *output)
{
    if (output != NULL) {
        g_free(output->name);
        g_free(output);
    }
}

static void write_out(Output *output, const void *bytes, size_t size_bytes)
{
    if (output->error == 0 && fwrite(bytes, 1, size_bytes, output->file) != size_bytes) {
        output->error = errno == 0 ? EIO : errno;
    }
}

static void empty_buffer(Output *output)
{
    write_out(output, output->buffer, output->used_bytes);
    output->used_bytes = 0;
}

bool output_has_failed(const Output *output)
{
    return output->error != 0;
}

bool output_finish(Output *output, GError **error)
{
    empty_buffer(output);
    if (output->error == 0 && fflush(output->file) != 0) {
        output->error = errno;
    }
    if (output->error != 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "%s: %s", output->name,
                    g_strerror(output->error));
        return false;
    }
    return true;
}

void output_bytes(Output *output, const void *bytes, size_t size_bytes)
{
    if (size_bytes > BUFFER_SIZE_BYTES - output->used_bytes) {
        empty_buffer(output);
    }
    if (size_bytes > BUFFER_SIZE_BYTES) {
        write_out(output, bytes, size_bytes);
        return;
    }
    memcpy(output->buffer + output->used_bytes, bytes, size_bytes);
    output->used_bytes += size_bytes;
}

void output_text(Output *output, const char *text)
{
    output_bytes(output, text, strlen(text));
}

void output_character(Output *output, char character)
{
    output_bytes(output, &character, 1);
}

void output_unsigned(Output *output, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    output_bytes(output, digits + at, sizeof digits - at);
}

void output_integer(Output *output, int64_t value)
{
    if (value < 0) {
        output_character(output, '-');
    }
    output_unsigned(output, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void output_number(Output *output, double value)
{
    g_autofree char *text = number_text_exact(value);
    output_text(output, text);
}

void output_hexadecimal(Output *output, uint64_t value)
{
    char digits[16];
    for (size_t i = sizeof digits; i-- > 0; value >>= 4) {
        digits[i] = "0123456789abcdef"[value & 15];
    }
    output_bytes(output, digits, sizeof digits);
}

void output_thousandths(Output *output, int64_t value)
{
    const uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    const unsigned rest = (unsigned)(size % 1000);
    if (value < 0) {
        output_character(output, '-');
    }
    output_unsigned(output, size / 1000);
    if (rest != 0) {
        const char digits[] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
                               (char)('0' + rest % 10)};
        output_bytes(output, digits, sizeof digits);
    }
}

/* Writes what stands for this byte and gives true, or gives false: it stands for itself. A byte
 * beyond ASCII is part of a valid character here. */
typedef bool (*Escape)(Output *output, unsigned char byte);

static void escape(Output *output, const char *text, size_t size_bytes, Escape escape_byte)
{
    g_autofree char *valid = NULL;
    if (!g_utf8_validate_len(text, size_bytes, NULL)) {
        valid = g_utf8_make_valid(text, (gssize)size_bytes);
        text = valid;
        size_bytes = strlen(valid);
    }
    size_t start = 0;
    for (size_t i = 0; i < size_bytes; i++) {
        const unsigned char byte = (unsigned char)text[i];
        /* Letters and digits never need it. */
        if (byte >= 0x80 || g_ascii_isalnum(byte)) {
            continue;
        }
        output_bytes(output, text + start, i - start);
        start = escape_byte(output, byte) ? i + 1 : i;
    }
    output_bytes(output, text + start, size_bytes - start);
}

static bool escape_json(Output *output, unsigned char byte)
{
    char code[JSON_ESCAPE_BYTES];
    const size_t length = json_escape(byte, code);
    if (length > 0) {
        output_bytes(output, code, length);
    }
    return length > 0;
}

void output_json(Output *output, const char *text, size_t size_bytes)
{
    output_character(output, '"');
    escape(output, text, size_bytes, escape_json);
    output_character(output, '"');
}

/* Line ends and tabs as references, or a reader makes blanks of them. */
static bool escape_xml(Output *output, unsigned char byte)
{
    const char *reference = byte == '&'    ? "&amp;"
                            : byte == '<'  ? "&lt;"
                            : byte == '>'  ? "&gt;"
                            : byte == '"'  ? "&quot;"
                            : byte == '\'' ? "&apos;"
                            : byte == '\t' ? "&#9;"
                            : byte == '\n' ? "&#10;"
                            : byte == '\r' ? "&#13;"
                            : byte < 0x20  ? "\xef\xbf\xbd"
                                           : NULL;
    if (reference != NULL) {
        output_text(output, reference);
    }
    return reference != NULL;
}

/* U+FFFE and U+FFFF are characters of UTF-8 but not of XML. */
static char *without_noncharacters(const char *text, size_t size_bytes)
{
    char *copy = g_utf8_make_valid(text, (gssize)size_bytes);
    for (char *at = strstr(copy, "\xef\xbf"); at != NULL; at = strstr(at + 2, "\xef\xbf")) {
        if ((unsigned char)at[2] >= 0xbe) {
            at[2] = (char)0xbd;
        }
    }
    return copy;
}

void output_xml(Output *output, const char *text, size_t size_bytes)
{
    if (memchr(text, 0xef, size_bytes) == NULL) {
        escape(output, text, size_bytes, escape_xml);
        return;
    }
    g_autofree char *copy = without_noncharacters(text, size_bytes);
    escape(output, copy, strlen(copy), escape_xml);
}

/* A label reads \N, \n and &amp; in its text, so that a backslash and an ampersand stand for more
 * than themselves. Control characters break the formats that graphviz writes. */
static bool escape_dot(Output *output, unsigned char byte)
{
    const char *escaped = byte == '"'                   ? "\\\""
                          : byte == '\\'                ? "\\\\"
                          : byte == '&'                 ? "&amp;"
                          : byte < 0x20 || byte == 0x7f ? "\xef\xbf\xbd"
                                                        : NULL;
    if (escaped != NULL) {
        output_text(output, escaped);
    }
    return escaped != NULL;
}

void output_dot(Output *output, const char *text, size_t size_bytes)
{
    output_character(output, '"');
    escape(output, text, size_bytes, escape_dot);
    output_character(output, '"');
}

static bool escape_csv(Output *output, unsigned char byte)
{
    if (byte == '"') {
        output_text(output, "\"\"");
    }
    return byte == '"';
}

void output_csv(Output *output, const char *text, size_t size_bytes)
{
    bool is_plain = size_bytes > 0;
    for (size_t i = 0; i < size_bytes && is_plain; i++) {
        is_plain = strchr(",\"\r\n", text[i]) == NULL; /* a zero byte is found, too */
    }
    if (!is_plain) {
        output_character(output, '"');
    }
    escape(output, text, size_bytes, escape_csv);
    if (!is_plain) {
        output_character(output, '"');
    }
}
