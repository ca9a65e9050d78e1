/* SPDX-License-Identifier: MIT */
/* Chunks of rows as SQLite sees them: see sim/record_source.h. */
#include "sim/record_source.h"

#include <errno.h>

typedef struct SourceTable {
    sqlite3_vtab base;
    RecordSource *source;
} SourceTable;

typedef struct SourceCursor {
    sqlite3_vtab_cursor base;
    const RecordChunk *chunk;
    const RecordTable *table;
    size_t offset; /* of the current row */
} SourceCursor;

static int source_connect(sqlite3 *database, void *data, int argument_count,
                          const char *const *arguments, sqlite3_vtab **ret_table, char **ret_error)
{
    (void)argument_count, (void)arguments, (void)ret_error;
    RecordSource *source = data;
    GString *declaration = g_string_new("CREATE TABLE source(c0");
    for (int i = 1; i < source->table->column_count; i++) {
        g_string_append_printf(declaration, ", c%d", i);
    }
    g_string_append_c(declaration, ')');
    int code = sqlite3_declare_vtab(database, declaration->str);
    g_string_free(declaration, TRUE);
    if (code == SQLITE_OK) {
        SourceTable *table = g_new0(SourceTable, 1);
        table->source = source;
        *ret_table = &table->base;
    }
    return code;
}

static int source_disconnect(sqlite3_vtab *table)
{
    g_free(table);
    return SQLITE_OK;
}

static int source_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int source_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret_cursor)
{
    (void)table;
    SourceCursor *cursor = g_new0(SourceCursor, 1);
    *ret_cursor = &cursor->base;
    return SQLITE_OK;
}

static int source_close(sqlite3_vtab_cursor *cursor)
{
    g_free(cursor);
    return SQLITE_OK;
}

static int source_filter(sqlite3_vtab_cursor *base, int index, const char *index_text,
                         int argument_count, sqlite3_value **arguments)
{
    (void)index, (void)index_text, (void)argument_count, (void)arguments;
    SourceCursor *cursor = (SourceCursor *)base;
    const RecordSource *source = ((const SourceTable *)base->pVtab)->source;
    cursor->chunk = source->chunk;
    cursor->table = source->table;
    cursor->offset = 0;
    return SQLITE_OK;
}

static int source_next(sqlite3_vtab_cursor *base)
{
    SourceCursor *cursor = (SourceCursor *)base;
    cursor->offset += cursor->table->row_size;
    return SQLITE_OK;
}

static int source_eof(sqlite3_vtab_cursor *base)
{
    const SourceCursor *cursor = (const SourceCursor *)base;
    return cursor->chunk == NULL || cursor->offset >= cursor->chunk->rows_end;
}

static int source_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
    *ret_rowid = (sqlite3_int64)((const SourceCursor *)base)->offset;
    return SQLITE_OK;
}

static void result_text(sqlite3_context *context, const char *text)
{
    if (text != NULL) {
        /* The chunk outlives the statement, so nothing is copied. */
        sqlite3_result_text(context, text, -1, SQLITE_STATIC);
    }
}

static void result_decimal(sqlite3_context *context, const char *text)
{
    if (text == NULL) {
        return;
    }
    errno = 0;
    gint64 value = g_ascii_strtoll(text, NULL, 10);
    if (errno == ERANGE) {
        result_text(context, text);
    } else {
        sqlite3_result_int64(context, value);
    }
}

/* A value that is not given is NULL. */
static int source_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    const SourceCursor *cursor = (const SourceCursor *)base;
    const RecordColumn *column = &cursor->table->columns[index];
    const void *field = cursor->chunk->bytes + cursor->offset + column->offset;
    switch (column->type) {
    case RECORD_COLUMN_RUN:
        sqlite3_result_int64(context, cursor->chunk->run_id);
        break;
    case RECORD_COLUMN_ID:
    case RECORD_COLUMN_RATE:
        if (*(const int64_t *)field != 0) {
            sqlite3_result_int64(context, *(const int64_t *)field);
        }
        break;
    case RECORD_COLUMN_BITS:
    case RECORD_COLUMN_INTEGER:
        sqlite3_result_int64(context, *(const int64_t *)field);
        break;
    case RECORD_COLUMN_NUMBER:
        if (*(const int64_t *)field != RECORD_NO_NUMBER) {
            sqlite3_result_int64(context, *(const int64_t *)field);
        }
        break;
    case RECORD_COLUMN_TIME:
        if (*(const SimTime *)field != RECORD_NO_TIME) {
            sqlite3_result_int64(context, *(const SimTime *)field);
        }
        break;
    case RECORD_COLUMN_PEER:
        if (*(const EntityId *)field != RECORD_NO_PEER) {
            sqlite3_result_int64(context, *(const EntityId *)field);
        }
        break;
    case RECORD_COLUMN_REAL:
        sqlite3_result_double(context, *(const double *)field); /* NaN becomes NULL there */
        break;
    case RECORD_COLUMN_KEPT:
    case RECORD_COLUMN_TEXT:
        result_text(context, *(const char *const *)field);
        break;
    case RECORD_COLUMN_DECIMAL:
        result_decimal(context, *(const char *const *)field);
        break;
    }
    return SQLITE_OK;
}

int record_source_register(sqlite3 *database, RecordSource *source)
{
    /* Without xCreate: the table exists by its name alone. */
    static const sqlite3_module MODULE = {
        .xConnect = source_connect,
        .xBestIndex = source_best_index,
        .xDisconnect = source_disconnect,
        .xOpen = source_open,
        .xClose = source_close,
        .xFilter = source_filter,
        .xNext = source_next,
        .xEof = source_eof,
        .xColumn = source_column,
        .xRowid = source_rowid,
    };
    g_autofree char *name = g_strconcat("source_", source->table->name, NULL);
    return sqlite3_create_module(database, name, &MODULE, source);
}
