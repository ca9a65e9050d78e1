/* SPDX-License-Identifier: MIT */
/* Opening and reading a database. */
#include "analysis/database.h"

#include "analysis/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define APPLICATION_ID 0x736b6569 /* "skei" */
#define SCHEMA_VERSION 1
#define BUSY_MILLISECONDS 10000 /* for whoever is writing it just now */

/* Every table that some part of the analysis reads. */
static const char *const TABLES[] = {
    "run",    "parameter", "peer",       "link",           "connection",
    "stream", "span",      "span_event", "span_link",      "message",
    "fault",  "metric",    "snapshot",   "snapshot_state", "snapshot_channel",
};

static const char MAGIC[] = "SQLite format 3";

static int code_of(int sqlite_code)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return ANALYSIS_ERROR_ENVIRONMENT;
    default:
        return ANALYSIS_ERROR_INPUT;
    }
}

void database_set_error(sqlite3 *database, GError **error)
{
    const int code = code_of(sqlite3_errcode(database));
    g_set_error(error, ANALYSIS_ERROR, code, "%s: %s",
                code == ANALYSIS_ERROR_INPUT ? "damaged, or not written by skein"
                                             : "cannot be read",
                sqlite3_errmsg(database));
}

/* SQLite takes an empty file for an empty database and reports a directory as a damaged one, so the
 * first bytes are looked at here. */
static bool check_magic(const char *path, GError **error)
{
    char start[sizeof MAGIC] = {0};
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "%s: a directory; expected a database", path);
        return false;
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "%s: %s", path, g_strerror(errno));
        return false;
    }
    const size_t size_bytes = fread(start, 1, sizeof MAGIC, file);
    fclose(file);
    if (size_bytes < sizeof MAGIC || memcmp(start, MAGIC, sizeof MAGIC) != 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "%s: not a database: it does not start as an SQLite file does%s", path,
                    size_bytes == 0 ? " (it is empty)" : "");
        return false;
    }
    return true;
}

static bool check_is_ours(sqlite3 *database, GError **error)
{
    int64_t application_id = 0, version = 0;
    if (!database_read_integer(database, "PRAGMA application_id", &application_id, error) ||
        !database_read_integer(database, "PRAGMA user_version", &version, error)) {
        return false;
    }
    if (application_id != APPLICATION_ID) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "not written by skein: application id %" G_GINT64_FORMAT ", expected %d",
                    application_id, APPLICATION_ID);
        return false;
    }
    if (version != SCHEMA_VERSION) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "schema version %" G_GINT64_FORMAT ", but this skein reads version %d", version,
                    SCHEMA_VERSION);
        return false;
    }
    g_autoptr(sqlite3_stmt) statement = database_prepare(
        database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", error);
    if (statement == NULL) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(TABLES); i++) {
        GError *problem = NULL;
        sqlite3_reset(statement);
        sqlite3_bind_text(statement, 1, TABLES[i], -1, SQLITE_STATIC);
        if (!database_step(statement, &problem)) {
            if (problem == NULL) {
                g_set_error(&problem, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                            "damaged, or not written by skein: it has no table '%s'", TABLES[i]);
            }
            g_propagate_error(error, problem);
            return false;
        }
    }
    return true;
}

sqlite3 *database_open(const char *path, GError **error)
{
    g_autoptr(sqlite3) database = NULL;
    if (!check_magic(path, error)) {
        return NULL;
    }
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        g_set_error(error, ANALYSIS_ERROR, code_of(sqlite3_errcode(database)), "%s: %s", path,
                    sqlite3_errmsg(database));
        return NULL;
    }
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_MILLISECONDS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!database_execute(database, "PRAGMA trusted_schema = OFF", error) ||
        !database_execute(database, "PRAGMA cell_size_check = ON", error) ||
        !check_is_ours(database, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&database);
}

sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) {
        database_set_error(database, error);
        return NULL;
    }
    return statement;
}

sqlite3_stmt *database_prepare_for_run(sqlite3 *database, const char *sql, int64_t run_id,
                                       GError **error)
{
    sqlite3_stmt *statement = database_prepare(database, sql, error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, run_id);
    }
    return statement;
}

bool database_refuse_run(const int64_t *run_id, GError **error)
{
    if (run_id != NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "no run %" G_GINT64_FORMAT " in the database", *run_id);
    } else {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "no run in the database");
    }
    return false;
}

sqlite3_stmt *database_select_run(sqlite3 *database, const char *columns, const int64_t *run_id,
                                  GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT %s FROM run WHERE (?1 IS NULL OR id = ?1) ORDER BY id LIMIT 1", columns);
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare(database, sql, error);
    if (row == NULL) {
        return NULL;
    }
    if (run_id != NULL) {
        sqlite3_bind_int64(row, 1, *run_id);
    }
    if (database_step(row, &problem)) {
        return g_steal_pointer(&row);
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
    } else {
        database_refuse_run(run_id, error);
    }
    return NULL;
}

bool database_step(sqlite3_stmt *statement, GError **error)
{
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        database_set_error(sqlite3_db_handle(statement), error);
    }
    return false;
}

bool database_finished(GError *problem, GError **error)
{
    if (problem != NULL) {
        g_propagate_error(error, problem);
    }
    return problem == NULL;
}

bool database_execute(sqlite3 *database, const char *sql, GError **error)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) {
        database_set_error(database, error);
        return false;
    }
    return true;
}

bool database_read_integer(sqlite3 *database, const char *sql, int64_t *ret_value, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) statement = database_prepare(database, sql, error);
    if (statement == NULL) {
        return false;
    }
    if (!database_step(statement, &problem)) {
        if (problem == NULL) {
            g_set_error(&problem, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "no row from: %s", sql);
        }
        g_propagate_error(error, problem);
        return false;
    }
    *ret_value = sqlite3_column_int64(statement, 0);
    return true;
}

char *database_text(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

bool database_is_null(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}
