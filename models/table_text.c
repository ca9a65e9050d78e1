/* SPDX-License-Identifier: MIT */
/* The cells of a row are copied into one buffer, each with its NUL, so they can be handed to
 * parsers as they are. */
#include "models/table_text.h"

#include "sim/error.h"
#include "sim/value_text.h"

#include <string.h>

/* A number or a name longer than this is a mistake, and not worth printing whole. */
enum { CELL_BYTES_MAX = 200 };

typedef struct Cell {
    size_t offset; /* in buffer */
    unsigned column;
} Cell;

struct TableText {
    const char *at, *end;
    const char *name;
    unsigned line;
    char separator; /* 0: not known yet; ' ': any blanks */
    GString *buffer;
    GArray *cells; /* of Cell */
};

TableText *table_text_new(const char *text, size_t size_bytes, const char *name)
{
    TableText *table = g_new0(TableText, 1);
    table->at = text;
    table->end = text + size_bytes;
    if (size_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        table->at += 3;
    }
    table->name = name;
    table->buffer = g_string_new(NULL);
    table->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    return table;
}

void table_text_free(TableText *table)
{
    if (table != NULL) {
        g_string_free(table->buffer, TRUE);
        g_array_unref(table->cells);
        g_free(table);
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char find_separator(const char *from, const char *to)
{
    const size_t length = (size_t)(to - from);
    if (memchr(from, ',', length) != NULL) {
        return ',';
    }
    return memchr(from, '\t', length) != NULL ? '\t' : ' ';
}

/* Where the cells of the line [from, to) end; `from` when it has none. Learns the separator. */
static const char *find_content_end(TableText *table, const char *from, const char *to)
{
    const char *at = from;
    while (at < to && is_blank(*at)) {
        at++;
    }
    if (at == to || *at == '#') {
        return from;
    }
    const char *end = to;
    for (at++; at < to; at++) {
        if (*at == '#' && is_blank(at[-1])) {
            end = at;
            break;
        }
    }
    if (table->separator == 0) {
        table->separator = find_separator(from, end);
    }
    if (table->separator == ',') {
        return to;
    }
    while (is_blank(end[-1])) {
        end--;
    }
    return end;
}

static bool fail_at(const TableText *table, unsigned column, GError **error, const char *text)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s:%u:%u: %s", table->name, table->line,
                column, text);
    return false;
}

/* Takes the cell [from, to) of the line that begins at `start`. */
static bool take_cell(TableText *table, const char *start, const char *from, const char *to,
                      GError **error)
{
    while (from < to && is_blank(*from)) {
        from++;
    }
    while (to > from && is_blank(to[-1])) {
        to--;
    }
    const Cell cell = {table->buffer->len, (unsigned)(from - start) + 1};
    if (to - from > CELL_BYTES_MAX) {
        return fail_at(table, cell.column, error, "found a cell of more than 200 bytes");
    }
    for (const char *at = from; at < to; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return fail_at(table, (unsigned)(at - start) + 1, error,
                           "found a control character, expected text");
        }
    }
    if (!g_utf8_validate(from, to - from, NULL)) {
        return fail_at(table, cell.column, error, "found bytes that are no UTF-8 text");
    }
    if (to - from >= 2 && *from == '"' && table->separator == ',') {
        for (const char *at = from + 1; at < to - 1; at++) {
            g_string_append_c(table->buffer, *at);
            at += *at == '"';
        }
    } else {
        g_string_append_len(table->buffer, from, to - from);
    }
    g_string_append_c(table->buffer, '\0');
    g_array_append_val(table->cells, cell);
    return true;
}

/* The end of the cell between commas that begins at `from`: quotes hide commas. */
static const char *comma_cell_end(const TableText *table, const char *start, const char *from,
                                  const char *to, GError **error)
{
    const char *at = from;
    while (at < to && is_blank(*at)) {
        at++;
    }
    if (at == to || *at != '"') {
        const char *comma = memchr(from, ',', (size_t)(to - from));
        return comma != NULL ? comma : to;
    }
    const unsigned column = (unsigned)(at - start) + 1;
    for (at++; at < to; at++) {
        if (*at != '"') {
            continue;
        }
        if (at + 1 < to && at[1] == '"') {
            at++;
            continue;
        }
        for (at++; at < to && is_blank(*at); at++) {
        }
        if (at == to || *at == ',') {
            return at;
        }
        break;
    }
    fail_at(table, column, error, "found a quote that does not end where its cell does");
    return NULL;
}

static bool split_line(TableText *table, const char *start, const char *to, GError **error)
{
    const char *from = start;
    for (;;) {
        const char *end = from;
        if (table->separator == ',') {
            end = comma_cell_end(table, start, from, to, error);
            if (end == NULL) {
                return false;
            }
        } else {
            while (table->separator == ' ' && from < to && is_blank(*from)) {
                from++;
            }
            if (from == to && table->cells->len > 0) {
                return true;
            }
            for (end = from; end < to && *end != '\t' && (table->separator == '\t' || *end != ' ');
                 end++) {
            }
        }
        if (!take_cell(table, start, from, end, error)) {
            return false;
        }
        if (end == to) {
            return true;
        }
        from = end + 1;
    }
}

bool table_text_next(TableText *table, GError **error)
{
    while (table->at < table->end) {
        const char *start = table->at;
        const char *to = memchr(start, '\n', (size_t)(table->end - start));
        table->at = to != NULL ? to + 1 : table->end;
        to = to != NULL ? to : table->end;
        table->line++;
        if (to > start && to[-1] == '\r') {
            to--;
        }
        const char *content_end = find_content_end(table, start, to);
        if (content_end == start) {
            continue;
        }
        g_string_truncate(table->buffer, 0);
        g_array_set_size(table->cells, 0);
        return split_line(table, start, content_end, error);
    }
    return false;
}

unsigned table_text_line(const TableText *table)
{
    return table->line;
}

unsigned table_text_count(const TableText *table)
{
    return table->cells->len;
}

static const Cell *find_cell(const TableText *table, unsigned index)
{
    return index < table->cells->len ? &g_array_index(table->cells, Cell, index) : NULL;
}

const char *table_text_cell(const TableText *table, unsigned index)
{
    const Cell *cell = find_cell(table, index);
    return cell != NULL ? table->buffer->str + cell->offset : NULL;
}

static bool is_decimal(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789+-.eE")] == '\0' &&
           strpbrk(text, "0123456789") != NULL;
}

bool table_text_is_number(const TableText *table, unsigned index)
{
    const char *text = table_text_cell(table, index);
    return text != NULL && is_decimal(text);
}

int table_text_find(const TableText *table, const char *text)
{
    for (unsigned i = 0; i < table->cells->len; i++) {
        if (g_ascii_strcasecmp(table_text_cell(table, i), text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool table_text_fail(const TableText *table, unsigned index, GError **error, const char *format,
                     ...)
{
    const Cell *cell = find_cell(table, index);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return fail_at(table, cell != NULL ? cell->column : 1, error, message);
}

/* The cell's text, or an error that says what was expected. */
static const char *expect_cell(const TableText *table, unsigned index, const char *expected,
                               GError **error)
{
    const char *text = table_text_cell(table, index);
    if (text == NULL) {
        table_text_fail(table, index, error, "found %u cells, expected %s in cell %u",
                        table->cells->len, expected, index + 1);
    } else if (text[0] == '\0') {
        table_text_fail(table, index, error, "found an empty cell, expected %s", expected);
        return NULL;
    }
    return text;
}

bool table_text_whole(const TableText *table, unsigned index, int64_t minimum, int64_t maximum,
                      int64_t *ret_value, GError **error)
{
    const char *text = expect_cell(table, index, "a whole number", error);
    int64_t value = 0;
    if (text == NULL) {
        return false;
    }
    if (!is_decimal(text) || !value_parse(text, VALUE_COUNT, &value, NULL) || value < minimum ||
        value > maximum) {
        return table_text_fail(table, index, error,
                               "found '%s', expected a whole number from %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT,
                               text, minimum, maximum);
    }
    *ret_value = value;
    return true;
}

bool table_text_number(const TableText *table, unsigned index, double *ret_value, GError **error)
{
    const char *text = expect_cell(table, index, "a number", error);
    if (text == NULL) {
        return false;
    }
    if (!is_decimal(text) || !value_parse_number(text, ret_value, NULL)) {
        return table_text_fail(table, index, error, "found '%s', expected a number", text);
    }
    return true;
}

bool table_text_duration(const TableText *table, unsigned index, const char *unit,
                         SimDuration *ret_value, GError **error)
{
    const char *text =
        expect_cell(table, index, unit != NULL ? "a number" : "a duration with its unit", error);
    g_autoptr(GError) cause = NULL;
    char with_unit[CELL_BYTES_MAX + 8];
    if (text == NULL) {
        return false;
    }
    g_snprintf(with_unit, sizeof with_unit, "%s%s", text, unit != NULL ? unit : "");
    if (unit != NULL && !is_decimal(text)) {
        return table_text_fail(table, index, error, "found '%s', expected a number of %s", text,
                               unit);
    }
    if (!value_parse(with_unit, VALUE_DURATION, ret_value, &cause)) {
        return table_text_fail(table, index, error, "%s", cause->message);
    }
    return true;
}
