/* SPDX-License-Identifier: MIT */
/* The content digest of a database: SHA-256 over what its runs did, equal for equal runs whatever
 * the machine, compiler, number of threads or shards, order of insertion or completion.
 *
 * All tables but `execution` enter, in name order; a table is its name, the names of its columns
 * and its rows. `run_id` and `run.id` are not hashed: rows stand under the key of their run, which
 * is (experiment, cell, repetition), in that order (text bytewise, repetition as a number). Under a
 * key the rows are sorted by all other columns in schema order; equal rows each count.
 *
 * The bytes: a tag ('T' table, 'K' key of a run, 'R' row) before what follows, then each value as a
 * type byte and, by type,
 *
 *     'n' NULL   nothing            'i' integer  8 bytes, two's complement, big endian
 *     'r' real   8 bytes, IEEE 754 bits, big endian
 *     't' text, 'b' blob            length as 8 bytes big endian, then the bytes
 *
 * 'T' is followed by the name, the number of columns, and their names (without that of the run); a
 * key by its three values. SQLite sorts, in temporary files, so memory stays bounded. */
#ifndef ANALYSIS_DIGEST_H
#define ANALYSIS_DIGEST_H

#include "analysis/database.h"

/* 64 hexadecimal digits, owned by the caller. Makes a temporary table on the connection. */
char *digest_of_database(sqlite3 *database, GError **error);

#endif
