/* SPDX-License-Identifier: MIT */
/* The content digest of a database. */
#include "analysis/digest.h"

#include "analysis/error.h"

#include <string.h>

/* Small pieces are gathered before they go to the hash. */
#define CHUNK_SIZE_BYTES 65536

typedef struct Digest {
    GChecksum *checksum;
    GByteArray *chunk;
} Digest;

static void flush(Digest *digest)
{
    g_checksum_update(digest->checksum, digest->chunk->data, (gssize)digest->chunk->len);
    g_byte_array_set_size(digest->chunk, 0);
}

static void add_bytes(Digest *digest, const void *bytes, size_t size_bytes)
{
    if (digest->chunk->len + size_bytes > CHUNK_SIZE_BYTES) {
        flush(digest);
    }
    if (size_bytes > CHUNK_SIZE_BYTES) {
        g_checksum_update(digest->checksum, bytes, (gssize)size_bytes);
    } else if (size_bytes > 0) {
        g_byte_array_append(digest->chunk, bytes, (guint)size_bytes);
    }
}

static void add_tag(Digest *digest, char tag)
{
    add_bytes(digest, &tag, 1);
}

static void add_word(Digest *digest, char type, uint64_t word)
{
    const uint64_t big_endian = GUINT64_TO_BE(word);
    add_tag(digest, type);
    add_bytes(digest, &big_endian, sizeof big_endian);
}

static void add_text(Digest *digest, char type, const void *bytes, size_t size_bytes)
{
    add_word(digest, type, size_bytes);
    add_bytes(digest, bytes, size_bytes);
}

static void add_value(Digest *digest, sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        add_word(digest, 'i', (uint64_t)sqlite3_column_int64(statement, column));
        break;
    case SQLITE_FLOAT: {
        const double value = sqlite3_column_double(statement, column);
        uint64_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        add_word(digest, 'r', bits);
        break;
    }
    case SQLITE_TEXT: {
        const void *text = sqlite3_column_text(statement, column);
        add_text(digest, 't', text, (size_t)sqlite3_column_bytes(statement, column));
        break;
    }
    case SQLITE_BLOB: {
        const void *blob = sqlite3_column_blob(statement, column);
        add_text(digest, 'b', blob, (size_t)sqlite3_column_bytes(statement, column));
        break;
    }
    default:
        add_tag(digest, 'n');
    }
}

/* Gives each run the rank of its key; runs of one key share a rank, their rows are one set. */
static bool rank_runs(sqlite3 *database, GError **error)
{
    return database_execute(
        database,
        "PRAGMA temp_store = FILE;"
        "DROP TABLE IF EXISTS temp.digest_run;"
        "CREATE TEMP TABLE digest_run(id INTEGER PRIMARY KEY, rank INTEGER, experiment, cell,"
        " repetition);"
        "INSERT INTO temp.digest_run SELECT id, dense_rank() OVER (ORDER BY experiment, cell,"
        " repetition), experiment, cell, repetition FROM main.run;",
        error);
}

static void append_name(GString *sql, const char *name)
{
    char *quoted = sqlite3_mprintf("\"%w\"", name);
    g_string_append(sql, quoted);
    sqlite3_free(quoted);
}

/* Columns that may hold 1 and 1.0 side by side: these compare as equal, so the type decides. */
static bool has_open_type(const char *type)
{
    return g_ascii_strcasecmp(type, "INTEGER") != 0 && g_ascii_strcasecmp(type, "TEXT") != 0 &&
           g_ascii_strcasecmp(type, "REAL") != 0;
}

/* What is read from a table: rank and key of the run, then the columns in schema order, sorted. */
typedef struct Query {
    GPtrArray *columns; /* names, without that of the run */
    GString *sql;
    bool has_run;
} Query;

static void query_clear(Query *query)
{
    g_ptr_array_unref(query->columns);
    g_string_free(query->sql, TRUE);
}

static bool build_query(sqlite3 *database, const char *table, Query *query, GError **error)
{
    GError *problem = NULL;
    const char *run_column = g_str_equal(table, "run") ? "id" : "run_id";
    g_autoptr(GString) types = g_string_new(NULL);
    g_autoptr(GString) order = g_string_new("d.rank");
    g_autoptr(sqlite3_stmt) info = database_prepare(
        database, "SELECT name, type FROM pragma_table_info(?1) ORDER BY cid", error);
    if (info == NULL) {
        return false;
    }
    sqlite3_bind_text(info, 1, table, -1, SQLITE_STATIC);
    g_string_assign(query->sql, "SELECT d.rank, d.experiment, d.cell, d.repetition");
    while (database_step(info, &problem)) {
        g_autofree char *name = database_text(info, 0);
        g_autofree char *type = database_text(info, 1);
        if (g_str_equal(name, run_column)) {
            query->has_run = true;
            continue;
        }
        g_string_append(query->sql, ", t.");
        append_name(query->sql, name);
        g_string_append(order, ", t.");
        append_name(order, name);
        if (has_open_type(type)) {
            g_string_append(types, ", typeof(t.");
            append_name(types, name);
            g_string_append_c(types, ')');
        }
        g_ptr_array_add(query->columns, g_steal_pointer(&name));
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (!query->has_run) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged, or not written by skein: table '%s' has no column '%s'", table,
                    run_column);
        return false;
    }
    g_string_append(query->sql, " FROM main.");
    append_name(query->sql, table);
    g_string_append_printf(query->sql,
                           " AS t LEFT JOIN temp.digest_run AS d ON d.id = t.%s ORDER BY %s%s",
                           run_column, order->str, types->str);
    return true;
}

static bool add_rows(Digest *digest, sqlite3_stmt *rows, const char *table, GError **error)
{
    GError *problem = NULL;
    const int column_count = sqlite3_column_count(rows);
    int64_t current = 0;
    while (database_step(rows, &problem)) {
        const int64_t rank = sqlite3_column_int64(rows, 0);
        if (database_is_null(rows, 0)) {
            g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                        "damaged: table '%s' has a row of a run that is not in table 'run'", table);
            return false;
        }
        if (rank != current) {
            current = rank;
            add_tag(digest, 'K');
            for (int column = 1; column <= 3; column++) {
                add_value(digest, rows, column);
            }
        }
        add_tag(digest, 'R');
        for (int column = 4; column < column_count; column++) {
            add_value(digest, rows, column);
        }
    }
    return database_finished(problem, error);
}

static bool add_table(Digest *digest, sqlite3 *database, const char *table, GError **error)
{
    Query query = {.columns = g_ptr_array_new_with_free_func(g_free), .sql = g_string_new(NULL)};
    bool is_added = false;
    if (build_query(database, table, &query, error)) {
        add_tag(digest, 'T');
        add_text(digest, 't', table, strlen(table));
        add_word(digest, 'i', query.columns->len);
        for (guint i = 0; i < query.columns->len; i++) {
            const char *name = g_ptr_array_index(query.columns, i);
            add_text(digest, 't', name, strlen(name));
        }
        g_autoptr(sqlite3_stmt) rows = database_prepare(database, query.sql->str, error);
        is_added = rows != NULL && add_rows(digest, rows, table, error);
    }
    query_clear(&query);
    return is_added;
}

static GPtrArray *list_tables(sqlite3 *database, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(sqlite3_stmt) statement =
        database_prepare(database,
                         "SELECT name FROM main.sqlite_schema WHERE type = 'table'"
                         " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'execution'"
                         " ORDER BY name COLLATE BINARY",
                         error);
    if (statement == NULL) {
        return NULL;
    }
    while (database_step(statement, &problem)) {
        g_ptr_array_add(tables, database_text(statement, 0));
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    return g_steal_pointer(&tables);
}

char *digest_of_database(sqlite3 *database, GError **error)
{
    if (!rank_runs(database, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) tables = list_tables(database, error);
    if (tables == NULL) {
        return NULL;
    }
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GByteArray) chunk = g_byte_array_sized_new(CHUNK_SIZE_BYTES);
    Digest digest = {.checksum = checksum, .chunk = chunk};
    for (guint i = 0; i < tables->len; i++) {
        if (!add_table(&digest, database, g_ptr_array_index(tables, i), error)) {
            return NULL;
        }
    }
    flush(&digest);
    return g_strdup(g_checksum_get_string(checksum));
}
