/* SPDX-License-Identifier: MIT */
/* Tables of results. */
#include "analysis/table.h"

#include "analysis/json_text.h"
#include "analysis/number_text.h"

#include <math.h>
#include <string.h>

typedef struct Column {
    char *key;
    bool is_hidden;
} Column;

typedef struct Cell {
    char *human, *exact; /* NULL: nothing */
    bool is_text;
} Cell;

struct Table {
    const char *name, *title;
    GArray *columns, *cells;
};

static void column_clear(void *column)
{
    g_free(((Column *)column)->key);
}

static void cell_clear(void *cell)
{
    g_free(((Cell *)cell)->human);
    g_free(((Cell *)cell)->exact);
}

Table *table_new(const char *name, const char *title)
{
    Table *table = g_new0(Table, 1);
    table->name = name;
    table->title = title;
    table->columns = g_array_new(FALSE, TRUE, sizeof(Column));
    table->cells = g_array_new(FALSE, TRUE, sizeof(Cell));
    g_array_set_clear_func(table->columns, column_clear);
    g_array_set_clear_func(table->cells, cell_clear);
    return table;
}

void table_free(Table *table)
{
    if (table != NULL) {
        g_array_unref(table->columns);
        g_array_unref(table->cells);
        g_free(table);
    }
}

static void add_column(Table *table, const char *key, bool is_hidden)
{
    const Column column = {.key = g_strdup(key), .is_hidden = is_hidden};
    g_assert(table->cells->len == 0);
    g_array_append_val(table->columns, column);
}

void table_add_column(Table *table, const char *key)
{
    add_column(table, key, false);
}

void table_add_hidden_column(Table *table, const char *key)
{
    add_column(table, key, true);
}

static void put(Table *table, char *human, char *exact, bool is_text)
{
    const Cell cell = {.human = human, .exact = exact, .is_text = is_text};
    g_array_append_val(table->cells, cell);
}

/* What a foreign file holds must not reach the terminal as a control sequence. Takes ownership. */
static char *harmless(char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c)) {
            *c = ' ';
        }
    }
    g_free(text);
    return valid;
}

void table_put_text(Table *table, const char *text)
{
    if (text == NULL) {
        put(table, NULL, NULL, true);
    } else {
        put(table, harmless(g_strdup(text)), g_utf8_make_valid(text, -1), true);
    }
}

void table_put_integer(Table *table, int64_t value)
{
    put(table, g_strdup_printf("%" G_GINT64_FORMAT, value),
        g_strdup_printf("%" G_GINT64_FORMAT, value), false);
}

void table_put_number(Table *table, double value, const char *unit)
{
    if (isfinite(value)) {
        put(table, harmless(number_text(value, unit)), number_text_exact(value), false);
    } else {
        put(table, NULL, NULL, false);
    }
}

guint table_row_count(const Table *table)
{
    return table->columns->len == 0 ? 0 : table->cells->len / table->columns->len;
}

const char *table_name(const Table *table)
{
    return table->name;
}

const char *table_title(const Table *table)
{
    return table->title;
}

static const Column *column_at(const Table *table, guint column)
{
    return &g_array_index(table->columns, Column, column);
}

static const Cell *cell_at(const Table *table, guint row, guint column)
{
    return &g_array_index(table->cells, Cell, row * table->columns->len + column);
}

static char *heading(const Column *column)
{
    char *text = g_strdup(column->key);
    if (g_str_has_suffix(text, "_ns")) {
        text[strlen(text) - strlen("_ns")] = '\0';
    }
    return g_strdelimit(text, "_", ' ');
}

static void append_padded(GString *out, const char *text, glong width, bool is_left)
{
    const glong padding = width - g_utf8_strlen(text, -1);
    g_string_append(out, "  ");
    if (is_left) {
        g_string_append(out, text);
    }
    for (glong i = 0; i < padding; i++) {
        g_string_append_c(out, ' ');
    }
    if (!is_left) {
        g_string_append(out, text);
    }
}

static void strip_end(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ') {
        g_string_truncate(out, out->len - 1);
    }
}

static const char *human_text(const Cell *cell)
{
    return cell->human == NULL ? "-" : cell->human;
}

void table_print_text(const Table *table, guint row_count_max, GString *out)
{
    const guint row_count = table_row_count(table);
    const guint shown = MIN(row_count, row_count_max);
    const guint column_count = table->columns->len;
    g_autofree glong *widths = g_new0(glong, column_count);
    for (guint column = 0; column < column_count; column++) {
        g_autofree char *title = heading(column_at(table, column));
        widths[column] = g_utf8_strlen(title, -1);
        for (guint row = 0; row < shown; row++) {
            const char *text = human_text(cell_at(table, row, column));
            widths[column] = MAX(widths[column], g_utf8_strlen(text, -1));
        }
    }
    g_string_append_printf(out, "%s\n", table->title);
    for (guint line = 0; line <= shown; line++) {
        for (guint column = 0; column < column_count; column++) {
            g_autofree char *title = heading(column_at(table, column));
            if (!column_at(table, column)->is_hidden) {
                const char *text = line == 0 ? title : human_text(cell_at(table, line - 1, column));
                const bool is_left = row_count > 0 && cell_at(table, 0, column)->is_text;
                append_padded(out, text, widths[column], is_left);
            }
        }
        strip_end(out);
        g_string_append_c(out, '\n');
    }
    if (shown < row_count) {
        g_string_append_printf(out, "  ... and %u more\n", row_count - shown);
    }
}

void table_print_json(const Table *table, GString *out)
{
    const guint row_count = table_row_count(table);
    g_string_append_c(out, '[');
    for (guint row = 0; row < row_count; row++) {
        g_string_append(out, row == 0 ? "\n    {" : ",\n    {");
        for (guint column = 0; column < table->columns->len; column++) {
            const Cell *cell = cell_at(table, row, column);
            g_string_append(out, column == 0 ? "" : ", ");
            json_append_string(out, column_at(table, column)->key);
            g_string_append(out, ": ");
            if (cell->exact == NULL) {
                g_string_append(out, "null");
            } else if (cell->is_text) {
                json_append_string(out, cell->exact);
            } else {
                g_string_append(out, cell->exact);
            }
        }
        g_string_append_c(out, '}');
    }
    g_string_append(out, row_count == 0 ? "]" : "\n  ]");
}

/* RFC 4180. */
static void append_csv_text(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        g_string_append(out, *c == '"' ? "\"" : "");
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

void table_print_csv(const Table *table, GString *out)
{
    const guint row_count = table_row_count(table);
    g_string_append(out, "table");
    for (guint column = 0; column < table->columns->len; column++) {
        g_string_append_c(out, ',');
        append_csv_text(out, column_at(table, column)->key);
    }
    g_string_append_c(out, '\n');
    for (guint row = 0; row < row_count; row++) {
        append_csv_text(out, table->name);
        for (guint column = 0; column < table->columns->len; column++) {
            const Cell *cell = cell_at(table, row, column);
            g_string_append_c(out, ',');
            append_csv_text(out, cell->exact == NULL ? "" : cell->exact);
        }
        g_string_append_c(out, '\n');
    }
}

static void append_markdown(GString *out, const char *text)
{
    g_string_append_c(out, ' ');
    for (const char *c = text; *c != '\0'; c++) {
        g_string_append(out, *c == '|' ? "\\" : "");
        g_string_append_c(out, *c);
    }
    g_string_append(out, " |");
}

void table_print_markdown(const Table *table, GString *out)
{
    const guint row_count = table_row_count(table);
    for (guint line = 0; line < row_count + 2; line++) {
        g_string_append_c(out, '|');
        for (guint column = 0; column < table->columns->len; column++) {
            if (column_at(table, column)->is_hidden) {
                continue;
            }
            if (line == 1) {
                const bool is_left = row_count > 0 && cell_at(table, 0, column)->is_text;
                g_string_append(out, is_left ? " --- |" : " ---: |");
            } else if (line == 0) {
                g_autofree char *title = heading(column_at(table, column));
                append_markdown(out, title);
            } else {
                append_markdown(out, human_text(cell_at(table, line - 2, column)));
            }
        }
        g_string_append_c(out, '\n');
    }
}
