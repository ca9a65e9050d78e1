/* SPDX-License-Identifier: MIT */
/* What commands that read a database are told to look at: --from, --to and --peers. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "analysis/database.h"

/* `*time_ns` stays as it is without a text; `option` is the name without dashes, for the error. */
bool selection_parse_time(const char *option, const char *text, int64_t *time_ns, GError **error);

/* The peers as int64_t, ascending: numbers, sets, or names of the run; run_id NULL is the first. */
GArray *selection_parse_peers(sqlite3 *database, const int64_t *run_id, const char *text,
                              GError **error);

/* Opens a database and reads the peers in one go; a NULL text leaves *ret_peers NULL: all. */
sqlite3 *selection_open(const char *path, const int64_t *run_id, const char *peers_text,
                        GArray **ret_peers, GError **error);

#endif
