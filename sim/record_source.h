/* SPDX-License-Identifier: MIT */
/* A virtual table over a chunk of rows, so that one INSERT ... SELECT moves them all into the
 * database: SQLite asks for each value once, and no statement is bound and stepped for each row.
 * This is the fastest way into a table that SQLite offers. */
#ifndef SIM_RECORD_SOURCE_H
#define SIM_RECORD_SOURCE_H

#include "sim/record_chunk.h"

#include <sqlite3.h>

/* The chunk that `SELECT * FROM source_NAME` reads, NAME being the name of its table. */
typedef struct RecordSource {
    const RecordTable *table;
    const RecordChunk *chunk; /* set before the statement is stepped */
} RecordSource;

/* Makes source_NAME known to the database; *source must outlive it. Returns an SQLite code. */
int record_source_register(sqlite3 *database, RecordSource *source);

#endif
