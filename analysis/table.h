/* SPDX-License-Identifier: MIT */
/* A table of results, to be printed for people (aligned columns, sizes in fitting units) or for
 * programs (JSON, CSV: base units, all digits).
 *
 * Cells are put in column order, row after row. The key of a column is its name for programs and
 * carries the unit ("p50_ns"); people read it without the unit and with spaces. */
#ifndef ANALYSIS_TABLE_H
#define ANALYSIS_TABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Table Table;

/* `name` is for programs, `title` for people; both must live as long as the table. */
Table *table_new(const char *name, const char *title);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Before the first cell. A column of text stands left. */
void table_add_column(Table *table, const char *key);
/* A column that programs need and people do not see. */
void table_add_hidden_column(Table *table, const char *key);

void table_put_text(Table *table, const char *text); /* NULL: nothing */
void table_put_integer(Table *table, int64_t value);
/* `unit` as in number_text(); NaN: nothing. */
void table_put_number(Table *table, double value, const char *unit);

guint table_row_count(const Table *table);
const char *table_name(const Table *table);
const char *table_title(const Table *table);

/* The first `row_count_max` rows, and how many more there are. */
void table_print_text(const Table *table, guint row_count_max, GString *out);
/* A JSON array of objects. */
void table_print_json(const Table *table, GString *out);
/* A header line and the rows, with the table's name in the first column. */
void table_print_csv(const Table *table, GString *out);
/* As people read it, with all rows. */
void table_print_markdown(const Table *table, GString *out);

#endif
