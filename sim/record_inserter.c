/* SPDX-License-Identifier: MIT */
#include "sim/record_inserter.h"

#include "sim/record_source.h"

struct RecordInserter {
    sqlite3 *database;
    RecordSource sources[RECORD_TABLE_COUNT];
    sqlite3_stmt *inserts[RECORD_TABLE_COUNT];
};

RecordInserter *record_inserter_new(sqlite3 *database, int *ret_code)
{
    g_autoptr(RecordInserter) inserter = g_new0(RecordInserter, 1);
    inserter->database = database;
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < RECORD_TABLE_COUNT; i++) {
        inserter->sources[i].table = &RECORD_TABLES[i];
        code = record_source_register(database, &inserter->sources[i]);
    }
    *ret_code = code;
    return code == SQLITE_OK ? g_steal_pointer(&inserter) : NULL;
}

void record_inserter_free(RecordInserter *inserter)
{
    if (inserter == NULL) {
        return;
    }
    for (int i = 0; i < RECORD_TABLE_COUNT; i++) {
        sqlite3_finalize(inserter->inserts[i]);
    }
    g_free(inserter);
}

int record_inserter_write(RecordInserter *inserter, const RecordChunk *chunk)
{
    sqlite3_stmt **insert = &inserter->inserts[chunk->table];
    if (*insert == NULL) {
        const char *name = RECORD_TABLES[chunk->table].name;
        g_autofree char *sql =
            g_strdup_printf("INSERT INTO %s SELECT * FROM source_%s", name, name);
        const int code = sqlite3_prepare_v3(inserter->database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                            insert, NULL);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    inserter->sources[chunk->table].chunk = chunk;
    sqlite3_step(*insert);
    return sqlite3_reset(*insert);
}
