/* SPDX-License-Identifier: MIT */
/* Part after part is attached, held against what is there already, and copied with its runs
 * renumbered. Tables are taken as the schema has them, so none is named here but those that are
 * compared. */
#include "scenarios/sweep_merge.h"

#include "scenarios/run_rows.h"
#include "sim/database_file.h"
#include "sim/error.h"
#include "sim/schema.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

typedef struct Merge {
    sqlite3 *database;
    const char *path; /* for messages: of the part at hand, or of the result */
} Merge;

/* The table `origin` says which runs came from which part; `setting` holds what all runs of an
 * experiment share. */
static const char START[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = %d;"
    "PRAGMA user_version = %d; BEGIN EXCLUSIVE; %s"
    "CREATE UNIQUE INDEX run_key ON run(experiment, cell, repetition);"
    "CREATE TEMP TABLE origin(path TEXT, first INTEGER, last INTEGER);"
    "CREATE TEMP TABLE setting(experiment TEXT, key TEXT, value TEXT,"
    "  PRIMARY KEY(experiment, key, value));";

static const char COLLECT[] = "INSERT OR IGNORE INTO setting SELECT DISTINCT experiment, key, value"
                              "  FROM part.parameter JOIN part.run ON run.id = run_id"
                              "  WHERE origin <> 'sweep' AND key <> 'scenario.title'";

/* Each gives a row when the part does not belong to the others; the text says why. */
static const struct {
    const char *sql;
    const char *format; /* of up to three texts */
} CONFLICTS[] = {
    {"SELECT ours.scenario, theirs.scenario, '' FROM (SELECT scenario FROM main.run LIMIT 1) AS "
     "ours,"
     " part.run AS theirs WHERE ours.scenario <> theirs.scenario LIMIT 1",
     "found another scenario: expected '%s', found '%s'%s"},
    {"SELECT ours.module, theirs.module, '' FROM (SELECT module FROM main.run LIMIT 1) AS ours,"
     " part.run AS theirs WHERE ours.module <> theirs.module LIMIT 1",
     "found another module: expected %s, found %s%s"},
    {"SELECT '', '', '' FROM main.execution AS ours, part.execution AS theirs"
     " WHERE ours.run_id IS NULL AND theirs.run_id IS NULL"
     "  AND ours.key = '" EXECUTION_TIMELINE "' AND theirs.key = ours.key"
     "  AND ours.value <> theirs.value LIMIT 1",
     "found another timeline than in the parts before%s%s%s"},
    {"SELECT theirs.name, substr(ours.sha256, 1, 12), substr(theirs.sha256, 1, 12)"
     " FROM (SELECT DISTINCT name, sha256 FROM main.input) AS ours"
     " JOIN (SELECT DISTINCT name, sha256 FROM part.input) AS theirs ON ours.name = theirs.name"
     " WHERE ours.sha256 <> theirs.sha256 LIMIT 1",
     "input '%s' has another content: SHA-256 %s... in the parts before, %s... here"},
    {"SELECT ours.key, ours.value, theirs.value FROM setting AS ours JOIN"
     " (SELECT DISTINCT experiment, key, value FROM part.parameter JOIN part.run ON run.id = run_id"
     "  WHERE origin <> 'sweep' AND key <> 'scenario.title') AS theirs"
     " ON ours.experiment = theirs.experiment AND ours.key = theirs.key"
     " WHERE ours.value <> theirs.value LIMIT 1",
     "found another scenario: %s is '%s' in the parts before, '%s' here"},
    {"SELECT theirs.cell, theirs.repetition, origin.path FROM part.run AS theirs JOIN main.run AS "
     "ours"
     " USING (experiment, cell, repetition) JOIN origin ON ours.id BETWEEN first AND last LIMIT 1",
     "the run of cell '%s', repetition %s, is in %s, too"},
};

static bool refuse_database(const Merge *merge, GError **error)
{
    const int code = sqlite3_errcode(merge->database) & 0xff;
    const bool is_input = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
                          code == SQLITE_CONSTRAINT;
    g_set_error(error, SKEIN_ERROR, is_input ? SKEIN_ERROR_INPUT : SKEIN_ERROR_ENVIRONMENT,
                "%s: %s: %s", merge->path,
                is_input ? "damaged, or not written by skein" : "cannot be read or written",
                sqlite3_errmsg(merge->database));
    return false;
}

static bool execute(const Merge *merge, const char *sql, GError **error)
{
    return sqlite3_exec(merge->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           refuse_database(merge, error);
}

static sqlite3_stmt *prepare(const Merge *merge, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(merge->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        refuse_database(merge, error);
    }
    return statement;
}

static bool read_integer(const Merge *merge, const char *sql, int64_t *ret_value, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = prepare(merge, sql, error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        return refuse_database(merge, error);
    }
    *ret_value = sqlite3_column_int64(statement, 0);
    return true;
}

static const char *text(sqlite3_stmt *statement, int column)
{
    const unsigned char *value = sqlite3_column_text(statement, column);
    return value == NULL ? "" : (const char *)value;
}

/* -- Is it a part? -- */

static bool attach(const Merge *merge, GError **error)
{
    char *sql = sqlite3_mprintf("ATTACH DATABASE %Q AS part", merge->path);
    int64_t application_id = 0, version = 0, runs = 0;
    const bool is_attached =
        g_file_test(merge->path, G_FILE_TEST_IS_REGULAR)
            ? execute(merge, sql, error)
            : skein_refuse(error, "%s: found no such file, expected a database", merge->path);
    sqlite3_free(sql);
    if (!is_attached ||
        !read_integer(merge, "PRAGMA part.application_id", &application_id, error) ||
        !read_integer(merge, "PRAGMA part.user_version", &version, error)) {
        return false;
    }
    if (application_id != SCHEMA_APPLICATION_ID) {
        return skein_refuse(error,
                            "%s: not written by skein: found application id %" G_GINT64_FORMAT
                            ", expected %d",
                            merge->path, application_id, SCHEMA_APPLICATION_ID);
    }
    if (version != SCHEMA_VERSION) {
        return skein_refuse(
            error, "%s: found schema version %" G_GINT64_FORMAT ", but this skein reads version %d",
            merge->path, version, SCHEMA_VERSION);
    }
    return read_integer(merge, "SELECT count(*) FROM part.run", &runs, error) &&
           (runs > 0 ||
            skein_refuse(error, "%s: found no runs, expected the share of a sweep", merge->path));
}

static bool check_conflicts(const Merge *merge, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CONFLICTS); i++) {
        g_autoptr(sqlite3_stmt) rows = prepare(merge, CONFLICTS[i].sql, error);
        if (rows == NULL) {
            return false;
        }
        const int code = sqlite3_step(rows);
        if (code == SQLITE_ROW) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            g_autofree char *reason =
                g_strdup_printf(CONFLICTS[i].format, text(rows, 0), text(rows, 1), text(rows, 2));
#pragma GCC diagnostic pop
            return skein_refuse(error, "%s: %s", merge->path, reason);
        }
        if (code != SQLITE_DONE) {
            return refuse_database(merge, error);
        }
    }
    return true;
}

/* -- Copying -- */

/* `INSERT INTO main.T SELECT run_id + offset, other columns FROM part.T`. */
static char *copy_sql(const Merge *merge, const char *table, int64_t offset, GError **error)
{
    g_autoptr(sqlite3_stmt) columns =
        prepare(merge, "SELECT name FROM pragma_table_info(?1, 'main') ORDER BY cid", error);
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GString) values = g_string_new(NULL);
    if (columns == NULL) {
        return NULL;
    }
    sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
    const char *run_column = strcmp(table, "run") == 0 ? "id" : "run_id";
    while (sqlite3_step(columns) == SQLITE_ROW) {
        const char *name = text(columns, 0);
        g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", name);
        g_string_append_printf(values, "%s%s", values->len == 0 ? "" : ", ", name);
        if (strcmp(name, run_column) == 0) {
            g_string_append_printf(values, " + %" G_GINT64_FORMAT, offset);
        }
    }
    return g_strdup_printf("INSERT INTO main.%s(%s) SELECT %s FROM part.%s WHERE %s IS NOT NULL",
                           table, names->str, values->str, table, run_column);
}

static bool copy_tables(const Merge *merge, int64_t offset, GError **error)
{
    g_autoptr(sqlite3_stmt) tables =
        prepare(merge,
                "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
                error);
    if (tables == NULL) {
        return false;
    }
    while (sqlite3_step(tables) == SQLITE_ROW) {
        g_autofree char *sql = copy_sql(merge, text(tables, 0), offset, error);
        if (sql == NULL || !execute(merge, sql, error)) {
            return false;
        }
    }
    return true;
}

/* What belongs to the sweep as a whole is taken once. */
static bool add_part(const Merge *merge, bool is_first, GError **error)
{
    int64_t offset = 0, last = 0;
    if (!attach(merge, error) || !check_conflicts(merge, error) ||
        !read_integer(merge, "SELECT ifnull(max(id), 0) FROM main.run", &offset, error) ||
        !copy_tables(merge, offset, error) || !execute(merge, COLLECT, error) ||
        !read_integer(merge, "SELECT max(id) FROM main.run", &last, error)) {
        return false;
    }
    char *sql = sqlite3_mprintf("INSERT INTO origin VALUES(%Q, %lld, %lld)", merge->path,
                                (long long)offset + 1, (long long)last);
    const bool is_noted = execute(merge, sql, error);
    sqlite3_free(sql);
    return is_noted &&
           (!is_first || execute(merge,
                                 "INSERT INTO main.execution SELECT * FROM part.execution"
                                 " WHERE run_id IS NULL AND key <> '" EXECUTION_SHARE "'",
                                 error));
}

/* Counts the part when it says that it is a share of so many as the others. */
static bool count_share(const Merge *merge, SweepMergeReport *report, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = prepare(
        merge,
        "SELECT value FROM part.execution WHERE run_id IS NULL AND key = '" EXECUTION_SHARE "'",
        error);
    unsigned number = 0, of = 0;
    if (rows == NULL) {
        return false;
    }
    if (sqlite3_step(rows) == SQLITE_ROW && sscanf(text(rows, 0), "%u/%u", &number, &of) == 2 &&
        (report->share_count == 0 || report->share_count == of)) {
        report->shares++;
        report->share_count = of;
    }
    return true;
}

/* A file cannot be detached inside a transaction. */
static bool add_parts(Merge *merge, const char *const *parts, SweepMergeReport *report,
                      GError **error)
{
    const char *result = merge->path;
    for (size_t i = 0; parts[i] != NULL; i++) {
        merge->path = parts[i];
        if (!add_part(merge, i == 0, error) || !count_share(merge, report, error) ||
            !execute(merge, "COMMIT", error) || !execute(merge, "DETACH DATABASE part", error) ||
            !execute(merge, "BEGIN EXCLUSIVE", error)) {
            return false;
        }
    }
    merge->path = result;
    return true;
}

static bool count(const Merge *merge, SweepMergeReport *report, GError **error)
{
    return read_integer(merge, "SELECT count(*) FROM main.run", &report->runs, error) &&
           read_integer(merge, "SELECT count(*) FROM main.run WHERE status <> 'complete'",
                        &report->failed, error) &&
           read_integer(merge,
                        "SELECT count(*) FROM (SELECT DISTINCT experiment, cell FROM main.run)",
                        &report->cells, error);
}

/* The result must not be one of the parts, under whatever name. */
static bool check_paths(const char *const *parts, const char *path, GError **error)
{
    GStatBuf result, part;
    const bool exists = g_stat(path, &result) == 0;
    for (size_t i = 0; exists && parts[i] != NULL; i++) {
        if (g_stat(parts[i], &part) == 0 && part.st_dev == result.st_dev &&
            part.st_ino == result.st_ino) {
            return skein_refuse(error,
                                "%s: found it among the parts, expected another name for "
                                "the result",
                                path);
        }
    }
    return true;
}

bool sweep_merge(const char *const *parts, const char *path, bool replace,
                 SweepMergeReport *ret_report, GError **error)
{
    g_autoptr(sqlite3) database = NULL;
    SweepMergeReport report = {0};
    if (!check_paths(parts, path, error)) {
        return false;
    }
    g_autoptr(DatabaseFile) file = database_file_new(path, replace, error);
    if (file == NULL) {
        return false;
    }
    const int code = sqlite3_open_v2(database_file_partial_path(file), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    Merge merge = {database, path};
    g_autofree char *start =
        g_strdup_printf(START, SCHEMA_APPLICATION_ID, SCHEMA_VERSION, SCHEMA_TABLES);
    if (code != SQLITE_OK) {
        return refuse_database(&merge, error);
    }
    if (!execute(&merge, start, error) || !add_parts(&merge, parts, &report, error) ||
        !execute(&merge, SCHEMA_INDICES, error) || !execute(&merge, SCHEMA_VIEWS, error) ||
        !count(&merge, &report, error) || !execute(&merge, "COMMIT", error)) {
        return false;
    }
    sqlite3_close(g_steal_pointer(&database));
    *ret_report = report;
    return database_file_publish(file, error);
}
