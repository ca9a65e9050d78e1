/* SPDX-License-Identifier: MIT */
/* A timeline in a file of its own: CSV with the header `time,action,arguments`, one row a line. The
 * arguments are all that follows the second comma, so they need no quotes; where a spreadsheet put
 * double quotes around them, these are taken off. Empty lines and lines that start with # are
 * skipped. */
#ifndef SCENARIOS_TIMELINE_CSV_H
#define SCENARIOS_TIMELINE_CSV_H

#include <glib.h>
#include <stdbool.h>

/* Appends a TimelineRow (scenarios/scenario_file.h) for each line. The places borrow name. */
bool timeline_csv_read(const char *text, gsize length, const char *name, GPtrArray *rows,
                       GError **error);

#endif
