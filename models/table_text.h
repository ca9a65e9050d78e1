/* SPDX-License-Identifier: MIT */
/* Walks through a table in a text: one row a line, cells parted by commas, by tabs or by blanks,
 * whichever the first row with anything in it shows (in this order). Blank lines are skipped, and
 * so is what follows a `#` that begins a line or, unless commas part the cells, stands after a
 * blank. A cell between commas may stand in double quotes, which it doubles inside. LF or CRLF, a
 * byte-order mark is skipped. Cells are trimmed; only between commas or tabs can one be empty, and
 * a tab at the end of a line begins no cell.
 *
 * Errors are `NAME:LINE:COLUMN: what was found`; lines and columns count from 1, columns in bytes.
 */
#ifndef MODELS_TABLE_TEXT_H
#define MODELS_TABLE_TEXT_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct TableText TableText;

/* text and name are borrowed until table_text_free. text need not end with NUL. */
TableText *table_text_new(const char *text, size_t size_bytes, const char *name);
void table_text_free(TableText *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TableText, table_text_free)

/* Goes to the next row. false at the end, and on an error, which is then set. */
bool table_text_next(TableText *table, GError **error);

/* The current row, valid until the next. */
unsigned table_text_line(const TableText *table);
unsigned table_text_count(const TableText *table);                   /* of cells */
const char *table_text_cell(const TableText *table, unsigned index); /* NULL past the end */
bool table_text_is_number(const TableText *table, unsigned index);   /* a decimal */

/* The first cell equal to text, ignoring case, or -1. */
int table_text_find(const TableText *table, const char *text);

/* Sets an error that begins with the place of a cell of the current row (index past the end: of
 * the row). Returns false. */
bool table_text_fail(const TableText *table, unsigned index, GError **error, const char *format,
                     ...) G_GNUC_PRINTF(4, 5);

/* Cells as values; false and an error when they are not. */
bool table_text_whole(const TableText *table, unsigned index, int64_t minimum, int64_t maximum,
                      int64_t *ret_value, GError **error);
bool table_text_number(const TableText *table, unsigned index, double *ret_value, GError **error);
/* A bare decimal in `unit` (ns, us, ms, s), or with unit NULL a duration with its own. Exact. */
bool table_text_duration(const TableText *table, unsigned index, const char *unit,
                         SimDuration *ret_value, GError **error);

#endif
