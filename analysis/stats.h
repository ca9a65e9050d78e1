/* SPDX-License-Identifier: MIT */
/* What `skein stats` says of a database: its runs, metrics, messages by fate, dials by outcome,
 * spans by name and snapshots, each a table. A table without rows is left out of the text, and
 * stands empty in JSON. Quantiles of metrics come from their histograms, all others are exact. */
#ifndef ANALYSIS_STATS_H
#define ANALYSIS_STATS_H

#include "analysis/database.h"
#include "analysis/table.h"

/* The tables, in order of printing; of one run, or of all together for a NULL run_id. */
GPtrArray *stats_read(sqlite3 *database, const int64_t *run_id, GError **error);

void stats_print_text(const GPtrArray *tables, GString *out);
void stats_print_json(const GPtrArray *tables, GString *out);
/* One CSV table after another, separated by an empty line. */
void stats_print_csv(const GPtrArray *tables, GString *out);

/* Each under its title. */
void stats_print_markdown(const GPtrArray *tables, GString *out);

#endif
