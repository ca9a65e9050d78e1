/* SPDX-License-Identifier: MIT */
/* Puts chunks of rows into the tables of a database, one statement for each table, prepared when it
 * is first used. */
#ifndef SIM_RECORD_INSERTER_H
#define SIM_RECORD_INSERTER_H

#include "sim/record_chunk.h"

#include <sqlite3.h>

typedef struct RecordInserter RecordInserter;

/* *ret_code is SQLite's; NULL unless it is SQLITE_OK. The connection must outlive it. */
RecordInserter *record_inserter_new(sqlite3 *database, int *ret_code);
void record_inserter_free(RecordInserter *inserter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordInserter, record_inserter_free)

/* Returns SQLite's code. */
int record_inserter_write(RecordInserter *inserter, const RecordChunk *chunk);

#endif
