/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "scenarios/sweep_database.h"

#include "scenarios/run_rows.h"
#include "sim/error.h"
#include "sim/record_block.h"
#include "sim/record_inserter.h"
#include "sim/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 5000

struct SweepDatabase {
    char *path;
    int descriptor; /* holds a lock of flock(2), which SQLite does not use; closed last, since
                       closing any descriptor of a file drops SQLite's own locks */
    sqlite3 *connection;
    RecordInserter *inserter;
    int64_t next_id;
    int64_t begun_us; /* of the open transaction; 0: none */
};

static const char START[] = "PRAGMA journal_mode = WAL;"
                            "PRAGMA synchronous = FULL;"
                            "PRAGMA cache_size = -8192;";
/* No run can be there twice; and the metrics of a cell are looked at while the sweep goes on. */
static const char KEY[] = "CREATE UNIQUE INDEX IF NOT EXISTS run_key"
                          " ON run(experiment, cell, repetition);"
                          "CREATE INDEX IF NOT EXISTS metric_run ON metric(run_id);";

void sweep_database_free(SweepDatabase *database)
{
    if (database == NULL) {
        return;
    }
    record_inserter_free(database->inserter);
    sqlite3_close(database->connection);
    if (database->descriptor >= 0) {
        close(database->descriptor);
    }
    g_free(database->path);
    g_free(database);
}

bool sweep_database_refuse(SweepDatabase *database, GError **error)
{
    const int code = sqlite3_errcode(database->connection) & 0xff;
    const int system_code = sqlite3_system_errno(database->connection);
    const bool is_input = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
    const bool is_ours = code == SQLITE_CONSTRAINT || code == SQLITE_ERROR || code == SQLITE_MISUSE;
    const bool has_reason = code == SQLITE_IOERR && system_code != 0;
    g_set_error(error, SKEIN_ERROR,
                is_input  ? SKEIN_ERROR_INPUT
                : is_ours ? SKEIN_ERROR_FAILED
                          : SKEIN_ERROR_ENVIRONMENT,
                "%s: cannot write the database: %s%s%s", database->path,
                sqlite3_errmsg(database->connection), has_reason ? ": " : "",
                has_reason ? g_strerror(system_code) : "");
    return false;
}

static bool execute(SweepDatabase *database, const char *sql, GError **error)
{
    return sqlite3_exec(database->connection, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sweep_database_refuse(database, error);
}

static bool read_integer(SweepDatabase *database, const char *sql, int64_t *ret_value,
                         GError **error)
{
    sqlite3_stmt *statement = NULL;
    const bool is_read =
        sqlite3_prepare_v2(database->connection, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW;
    if (is_read) {
        *ret_value = sqlite3_column_int64(statement, 0);
    }
    const bool is_fine = is_read || sweep_database_refuse(database, error);
    sqlite3_finalize(statement);
    return is_fine;
}

static bool refuse_system(const char *path, const char *verb, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: cannot %s: %s", path, verb,
                g_strerror(errno));
    return false;
}

static bool lock(SweepDatabase *database, SweepOpening opening, GError **error)
{
    const char *path = database->path;
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | (opening == SWEEP_CREATE ? O_EXCL : 0);
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return skein_refuse(error, "%s: found a %s, expected the name of a database file", path,
                            S_ISDIR(status.st_mode) ? "folder" : "special file");
    }
    database->descriptor = g_open(path, flags, 0666);
    if (database->descriptor < 0) {
        return errno == EEXIST ? skein_refuse(error,
                                              "%s: already exists; use --resume to go on with it, "
                                              "or --force to replace it",
                                              path)
                               : refuse_system(path, "open this file", error);
    }
    if (flock(database->descriptor, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? skein_refuse(error, "%s: another sweep is writing this file", path)
                   : refuse_system(path, "lock this file", error);
    }
    return true;
}

/* The logs belong to what was in the file. */
static bool empty_file(SweepDatabase *database, GError **error)
{
    g_autofree char *log = g_strconcat(database->path, "-wal", NULL);
    g_autofree char *memory = g_strconcat(database->path, "-shm", NULL);
    (void)g_unlink(log);
    (void)g_unlink(memory);
    return ftruncate(database->descriptor, 0) == 0 ||
           refuse_system(database->path, "empty this file", error);
}

/* Creates the tables in a file that has none, and looks whose file it is otherwise. */
static bool set_up(SweepDatabase *database, GError **error)
{
    int64_t application_id = 0, version = 0, tables = 0;
    if (!read_integer(database, "PRAGMA application_id", &application_id, error) ||
        !read_integer(database, "PRAGMA user_version", &version, error) ||
        !read_integer(database, "SELECT count(*) FROM sqlite_schema", &tables, error)) {
        return false;
    }
    if (tables == 0 && application_id == 0) {
        g_autofree char *sql =
            g_strdup_printf("BEGIN; PRAGMA application_id = %d; PRAGMA user_version = %d; %s %s "
                            "COMMIT;",
                            SCHEMA_APPLICATION_ID, SCHEMA_VERSION, SCHEMA_TABLES, KEY);
        return execute(database, START, error) && execute(database, sql, error);
    }
    if (application_id != SCHEMA_APPLICATION_ID) {
        return skein_refuse(error,
                            "%s: not written by skein: found application id %" G_GINT64_FORMAT
                            ", expected %d",
                            database->path, application_id, SCHEMA_APPLICATION_ID);
    }
    if (version != SCHEMA_VERSION) {
        return skein_refuse(error,
                            "%s: found schema version %" G_GINT64_FORMAT
                            ", but this skein writes version %d",
                            database->path, version, SCHEMA_VERSION);
    }
    return execute(database, START, error) && execute(database, KEY, error);
}

static bool connect(SweepDatabase *database, GError **error)
{
    int code =
        sqlite3_open_v2(database->path, &database->connection,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        return sweep_database_refuse(database, error);
    }
    sqlite3_extended_result_codes(database->connection, 1);
    sqlite3_busy_timeout(database->connection, BUSY_MS);
    if (!set_up(database, error) ||
        !read_integer(database, "SELECT ifnull(max(id), 0) + 1 FROM run", &database->next_id,
                      error)) {
        return false;
    }
    database->inserter = record_inserter_new(database->connection, &code);
    return database->inserter != NULL || sweep_database_refuse(database, error);
}

SweepDatabase *sweep_database_new(const char *path, SweepOpening opening, GError **error)
{
    g_autoptr(SweepDatabase) database = g_new0(SweepDatabase, 1);
    database->path = g_strdup(path);
    database->descriptor = -1;
    if (!lock(database, opening, error) ||
        (opening == SWEEP_REPLACE && !empty_file(database, error)) || !connect(database, error)) {
        return NULL;
    }
    return g_steal_pointer(&database);
}

const char *sweep_database_path(const SweepDatabase *database)
{
    return database->path;
}

sqlite3 *sweep_database_connection(SweepDatabase *database)
{
    return database->connection;
}

static bool begin(SweepDatabase *database, GError **error)
{
    if (database->begun_us != 0) {
        return true;
    }
    database->begun_us = g_get_monotonic_time();
    return execute(database, "BEGIN IMMEDIATE", error);
}

static bool insert(SweepDatabase *database, const void *rows, size_t size_bytes, int64_t id,
                   GError **error)
{
    size_t offset = 0;
    RecordChunk *chunk;
    if (!begin(database, error)) {
        return false;
    }
    while ((chunk = record_block_take(rows, size_bytes, id, &offset)) != NULL) {
        if (id != 0 && chunk->table == RECORD_RUN) {
            ((RunRow *)(void *)chunk->bytes)->id = id;
        }
        const int code = record_inserter_write(database->inserter, chunk);
        g_free(chunk);
        if (code != SQLITE_OK) {
            return sweep_database_refuse(database, error);
        }
    }
    g_assert(offset == size_bytes);
    return true;
}

bool sweep_database_add(SweepDatabase *database, const void *rows, size_t size_bytes,
                        GError **error)
{
    return insert(database, rows, size_bytes, database->next_id++, error);
}

bool sweep_database_add_failure(SweepDatabase *database, const RunRow *row, const char *reason,
                                GError **error)
{
    g_autoptr(GByteArray) block = g_byte_array_new();
    g_autoptr(Recorder) recorder = recorder_new_block(block);
    RecordBuffer *buffer = recorder_buffer(recorder, 0);
    record_run(buffer, row);
    record_execution(buffer, "failure", reason);
    return recorder_commit(recorder, error) &&
           sweep_database_add(database, block->data, block->len, error);
}

bool sweep_database_describe(SweepDatabase *database, const ScenarioFile *file, const char *share,
                             GError **error)
{
    g_autoptr(GByteArray) block = g_byte_array_new();
    g_autoptr(Recorder) recorder = recorder_new_block(block);
    RecordBuffer *buffer = recorder_buffer(recorder, 0);
    g_autofree char *timeline = scenario_file_timeline_text(file);
    run_rows_scenario(buffer, file);
    record_execution(buffer, EXECUTION_VERSION, PACKAGE_VERSION);
    record_execution(buffer, EXECUTION_TIMELINE, timeline);
    if (share != NULL) {
        record_execution(buffer, EXECUTION_SHARE, share);
    }
    return recorder_commit(recorder, error) && begin(database, error) &&
           execute(database, "DELETE FROM execution WHERE run_id IS NULL", error) &&
           insert(database, block->data, block->len, 0, error) &&
           execute(database, "UPDATE execution SET run_id = NULL WHERE run_id = 0", error);
}

bool sweep_database_remove(SweepDatabase *database, const GArray *ids, GError **error)
{
    int64_t failed = 0;
    if (!read_integer(database, "SELECT count(*) FROM run WHERE status <> 'complete'", &failed,
                      error)) {
        return false;
    }
    if (failed == 0 && ids->len == 0) {
        return true;
    }
    g_autoptr(GString) sql =
        g_string_new("CREATE TEMP TABLE IF NOT EXISTS doomed(id INTEGER PRIMARY KEY);"
                     "INSERT OR IGNORE INTO doomed SELECT id FROM run WHERE status <> 'complete';");
    for (guint i = 0; i < ids->len; i++) {
        g_string_append_printf(sql, "INSERT OR IGNORE INTO doomed VALUES(%" G_GINT64_FORMAT ");",
                               g_array_index(ids, int64_t, i));
    }
    for (int table = 0; table < RECORD_TABLE_COUNT; table++) {
        g_string_append_printf(sql, "DELETE FROM %s WHERE %s IN (SELECT id FROM doomed);",
                               RECORD_TABLES[table].name, table == RECORD_RUN ? "id" : "run_id");
    }
    g_string_append(sql, "DELETE FROM doomed;");
    return begin(database, error) && execute(database, sql->str, error);
}

int64_t sweep_database_due_us(const SweepDatabase *database)
{
    return database->begun_us == 0
               ? -1
               : MAX(database->begun_us + SWEEP_COMMIT_US - g_get_monotonic_time(), 0);
}

bool sweep_database_commit(SweepDatabase *database, GError **error)
{
    if (database->begun_us == 0) {
        return true;
    }
    database->begun_us = 0;
    return execute(database, "COMMIT", error);
}

static bool make_indices(SweepDatabase *database, GError **error)
{
    return execute(database, "BEGIN IMMEDIATE", error) &&
           execute(database, SCHEMA_INDICES, error) && execute(database, SCHEMA_VIEWS, error) &&
           execute(database, "COMMIT", error);
}

bool sweep_database_finish(SweepDatabase *database, bool is_complete, GError **error)
{
    return sweep_database_commit(database, error) &&
           (!is_complete || make_indices(database, error)) &&
           execute(database, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;",
                   error);
}
