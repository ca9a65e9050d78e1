/* SPDX-License-Identifier: MIT */
/* A database made by a test: see tests/database_fixture.h. */
#include "tests/database_fixture.h"

#include <CUnit/CUnit.h>
#include <glib/gstdio.h>

DatabaseFixture *database_fixture_new(void)
{
    DatabaseFixture *fixture = g_new0(DatabaseFixture, 1);
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("skein-record-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "run.db", NULL);
    fixture->recorder = recorder_new(fixture->path, false, &error);
    if (fixture->recorder == NULL) {
        g_error("%s", error->message);
    }
    return fixture;
}

void database_fixture_free(DatabaseFixture *fixture)
{
    sqlite3_close(fixture->database);
    recorder_free(fixture->recorder);
    g_autoptr(GDir) folder = g_dir_open(fixture->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        (void)g_unlink(path);
    }
    CU_ASSERT_EQUAL(g_rmdir(fixture->folder), 0);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture);
}

bool database_fixture_commit(DatabaseFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    if (!recorder_commit(fixture->recorder, &error)) {
        g_printerr("%s\n", error->message);
        return false;
    }
    g_clear_pointer(&fixture->recorder, recorder_free);
    return sqlite3_open_v2(fixture->path, &fixture->database, SQLITE_OPEN_READONLY, NULL) ==
           SQLITE_OK;
}

char *database_fixture_query(DatabaseFixture *fixture, const char *sql)
{
    sqlite3_stmt *query = NULL;
    GString *rows = g_string_new(NULL);
    int code = sqlite3_prepare_v2(fixture->database, sql, -1, &query, NULL);
    while (code == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW) {
        g_string_append(rows, rows->len > 0 ? ";" : "");
        for (int i = 0; i < sqlite3_column_count(query); i++) {
            const unsigned char *text = sqlite3_column_text(query, i);
            g_string_append_printf(rows, "%s%s", i > 0 ? "|" : "",
                                   text == NULL ? "NULL" : (const char *)text);
        }
    }
    if (sqlite3_finalize(query) != SQLITE_OK || code != SQLITE_OK) {
        g_string_assign(rows, sqlite3_errmsg(fixture->database));
    }
    return g_string_free(rows, FALSE);
}

void database_fixture_expect(DatabaseFixture *fixture, const char *sql, const char *rows)
{
    g_autofree char *found = database_fixture_query(fixture, sql);
    if (g_strcmp0(found, rows) != 0) {
        g_printerr("%s\n  gave     %s\n  expected %s\n", sql, found, rows);
    }
    CU_ASSERT_STRING_EQUAL(found, rows);
}

unsigned database_fixture_file_count(const DatabaseFixture *fixture)
{
    unsigned count = 0;
    g_autoptr(GDir) folder = g_dir_open(fixture->folder, 0, NULL);
    while (g_dir_read_name(folder) != NULL) {
        count++;
    }
    return count;
}
