/* SPDX-License-Identifier: MIT */
/* How commands print tables: aligned text, or with an option CSV, JSON or Markdown. */
#ifndef CLI_TABLE_FORMAT_H
#define CLI_TABLE_FORMAT_H

#include "analysis/table.h"

typedef struct TableFormat {
    gboolean is_json, is_csv, is_markdown;
} TableFormat;

/* The options, for an array of GOptionEntry. */
#define TABLE_FORMAT_ENTRIES(format)                                                               \
    {"json", 0, 0, G_OPTION_ARG_NONE, &(format)->is_json, "Print JSON, in base units", NULL},      \
        {"csv", 0, 0, G_OPTION_ARG_NONE, &(format)->is_csv, "Print CSV, in base units", NULL},     \
    {                                                                                              \
        "markdown", 0, 0, G_OPTION_ARG_NONE, &(format)->is_markdown, "Print Markdown", NULL        \
    }

/* Of several formats the first in the order above. */
void table_format_print(const TableFormat *format, const GPtrArray *tables);

/* The same for one table, which it takes ownership of. */
void table_format_print_one(const TableFormat *format, Table *table);

/* A level such as 0.95 or 95%. */
bool table_format_parse_level(const char *text, double *level, GError **error);

#endif
