/* SPDX-License-Identifier: MIT */
/* Opening a database that `skein run` wrote, for reading only.
 *
 * The schema is the contract between the simulation and the analysis (docs/database.md), so
 * everything here goes by the names of tables and columns. A file that is no SQLite database, was
 * made by another program, has another schema version, or is cut off or damaged gives an error with
 * exit status 2 that says which; every statement may still find the damage later, so the result of
 * each step is checked. Nothing in a foreign file is trusted: its views and triggers are not used,
 * and functions in its schema may not run. */
#ifndef ANALYSIS_DATABASE_H
#define ANALYSIS_DATABASE_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/* The result is closed with sqlite3_close(). */
sqlite3 *database_open(const char *path, GError **error);

/* The statement for one SQL text, finalized with sqlite3_finalize(). */
sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql, GError **error);

/* The statement with ?1 bound to a run's id. */
sqlite3_stmt *database_prepare_for_run(sqlite3 *database, const char *sql, int64_t run_id,
                                       GError **error);

/* Columns of one run, at its row: the run of that id, or of a NULL run_id the first. Fails with
 * exit status 2 when there is none. */
sqlite3_stmt *database_select_run(sqlite3 *database, const char *columns, const int64_t *run_id,
                                  GError **error);
/* That failure: always false. */
bool database_refuse_run(const int64_t *run_id, GError **error);

/* Moves to the next row. False at the end and, with the error set, on damage:
 *
 *     GError *problem = NULL;
 *     while (database_step(statement, &problem)) { ... }
 *     return database_finished(problem, error); */
bool database_step(sqlite3_stmt *statement, GError **error);
/* True when there was no problem, else it becomes the error. */
bool database_finished(GError *problem, GError **error);

/* Runs one SQL text that gives no rows. */
bool database_execute(sqlite3 *database, const char *sql, GError **error);

/* True with *ret_value set to the first column of the only row. */
bool database_read_integer(sqlite3 *database, const char *sql, int64_t *ret_value, GError **error);

/* The text of a column, owned by the caller, NULL for SQL NULL. */
char *database_text(sqlite3_stmt *statement, int column);

bool database_is_null(sqlite3_stmt *statement, int column);

/* Sets the error from the state of the connection. */
void database_set_error(sqlite3 *database, GError **error);

#endif
