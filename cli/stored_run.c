/* SPDX-License-Identifier: MIT */
#include "cli/stored_run.h"

#include "scenarios/run_rows.h"
#include "sim/error.h"

#include <string.h>

void stored_run_free(StoredRun *stored)
{
    if (stored == NULL) {
        return;
    }
    g_free(stored->status);
    g_free(stored->path);
    g_free(stored->directory);
    g_free(stored->text);
    g_free(stored->version);
    g_ptr_array_unref(stored->values);
    g_array_unref(stored->inputs);
    g_free(stored);
}

static void clear_input(gpointer data)
{
    StoredInput *input = data;
    g_free(input->name);
    g_free(input->sha256);
}

/* Calls take for each row; false and an error on damage. */
static bool each_row(sqlite3 *database, const char *sql, int64_t run_id,
                     void (*take)(StoredRun *stored, sqlite3_stmt *row), StoredRun *stored,
                     GError **error)
{
    g_autoptr(sqlite3_stmt) statement = database_prepare_for_run(database, sql, run_id, error);
    if (statement == NULL) {
        return false;
    }
    GError *problem = NULL;
    while (database_step(statement, &problem)) {
        take(stored, statement);
    }
    return database_finished(problem, error);
}

static SettingOrigin origin_of(const char *name)
{
    for (SettingOrigin origin = SETTING_DEFAULT; origin <= SETTING_SWEEP; origin++) {
        if (g_strcmp0(name, setting_origin_name(origin)) == 0) {
            return origin;
        }
    }
    return SETTING_FILE;
}

static void take_parameter(StoredRun *stored, sqlite3_stmt *row)
{
    g_autofree char *key = database_text(row, 0);
    g_autofree char *text = database_text(row, 1);
    g_autofree char *origin = database_text(row, 2);
    if (key != NULL && text != NULL) {
        g_ptr_array_add(stored->values,
                        setting_value_new(key, text, origin_of(origin), NULL, 0, 0));
    }
}

static void take_input(StoredRun *stored, sqlite3_stmt *row)
{
    const StoredInput input = {.name = database_text(row, 0), .sha256 = database_text(row, 1)};
    g_array_append_val(stored->inputs, input);
}

static void take_execution(StoredRun *stored, sqlite3_stmt *row)
{
    const struct {
        const char *key;
        char **field;
    } fields[] = {
        {EXECUTION_SCENARIO_PATH, &stored->path},
        {EXECUTION_SCENARIO_DIRECTORY, &stored->directory},
        {EXECUTION_SCENARIO_TEXT, &stored->text},
        {EXECUTION_VERSION, &stored->version},
    };
    g_autofree char *key = database_text(row, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_strcmp0(key, fields[i].key) == 0) {
            g_free(*fields[i].field);
            *fields[i].field = database_text(row, 1);
        }
    }
}

static void take_run(StoredRun *stored, sqlite3_stmt *row)
{
    g_free(stored->status);
    stored->status = database_text(row, 0);
    stored->fingerprint = (uint64_t)sqlite3_column_int64(row, 1);
}

static bool read_rows(sqlite3 *database, int64_t run_id, StoredRun *stored, GError **error)
{
    return each_row(database, "SELECT status, fingerprint FROM run WHERE id = ?1", run_id, take_run,
                    stored, error) &&
           each_row(database, "SELECT key, value, origin FROM parameter WHERE run_id = ?1", run_id,
                    take_parameter, stored, error) &&
           each_row(database, "SELECT name, sha256 FROM input WHERE run_id = ?1 ORDER BY name",
                    run_id, take_input, stored, error) &&
           each_row(database, "SELECT key, value FROM execution WHERE run_id = ?1", run_id,
                    take_execution, stored, error);
}

StoredRun *stored_run_read(sqlite3 *database, const char *name, GError **error)
{
    int64_t count = 0, run_id = 0;
    if (!database_read_integer(database, "SELECT count(*) FROM run", &count, error)) {
        return NULL;
    }
    if (count != 1) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: found %" G_GINT64_FORMAT " runs, expected one", name, count);
        return NULL;
    }
    g_autoptr(StoredRun) stored = g_new0(StoredRun, 1);
    stored->values = g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    stored->inputs = g_array_new(FALSE, TRUE, sizeof(StoredInput));
    g_array_set_clear_func(stored->inputs, clear_input);
    if (!database_read_integer(database, "SELECT id FROM run", &run_id, error) ||
        !read_rows(database, run_id, stored, error)) {
        return NULL;
    }
    if (stored->path == NULL || stored->directory == NULL || stored->text == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: the text of the scenario is not in the database, so it cannot be run "
                    "again",
                    name);
        return NULL;
    }
    return g_steal_pointer(&stored);
}
