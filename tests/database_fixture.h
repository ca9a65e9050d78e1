/* SPDX-License-Identifier: MIT */
/* A database made by a test, in a folder of its own that goes with it. */
#ifndef TESTS_DATABASE_FIXTURE_H
#define TESTS_DATABASE_FIXTURE_H

#include "sim/record.h"

#include <sqlite3.h>

typedef struct DatabaseFixture {
    char *folder, *path;
    Recorder *recorder; /* of path */
    sqlite3 *database;  /* path, after the commit */
} DatabaseFixture;

DatabaseFixture *database_fixture_new(void);
void database_fixture_free(DatabaseFixture *fixture);

/* Commits, closes the recorder and opens the database for reading. */
bool database_fixture_commit(DatabaseFixture *fixture);

/* The rows of a query: columns joined by `|`, rows by `;`, NULL as that word. The text of the error
 * when there is one. */
char *database_fixture_query(DatabaseFixture *fixture, const char *sql);

/* Asserts that a query gives these rows, and shows those it gives instead. */
void database_fixture_expect(DatabaseFixture *fixture, const char *sql, const char *rows);

/* The number of files in the folder. */
unsigned database_fixture_file_count(const DatabaseFixture *fixture);

#endif
