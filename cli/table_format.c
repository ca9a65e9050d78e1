/* SPDX-License-Identifier: MIT */
/* Tables on standard output. */
#include "cli/table_format.h"

#include "analysis/stats.h"
#include "sim/error.h"

#include <stdio.h>
#include <string.h>

void table_format_print(const TableFormat *format, const GPtrArray *tables)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (format->is_json) {
        stats_print_json(tables, out);
    } else if (format->is_csv) {
        stats_print_csv(tables, out);
    } else if (format->is_markdown) {
        stats_print_markdown(tables, out);
    } else {
        stats_print_text(tables, out);
    }
    fputs(out->str, stdout);
}

static void free_table(void *table)
{
    table_free(table);
}

void table_format_print_one(const TableFormat *format, Table *table)
{
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(free_table);
    g_ptr_array_add(tables, table);
    table_format_print(format, tables);
}

bool table_format_parse_level(const char *text, double *level, GError **error)
{
    char *end = NULL;
    if (text == NULL) {
        return true;
    }
    double value = g_ascii_strtod(text, &end);
    value = strcmp(end, "%") == 0 ? value / 100 : value;
    if (end == text || (*end != '\0' && strcmp(end, "%") != 0) || !(value > 0 && value < 1)) {
        return skein_refuse(error, "--level: found '%s', expected a share such as 95%%", text);
    }
    *level = value;
    return true;
}
