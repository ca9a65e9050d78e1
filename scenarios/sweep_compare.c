/* SPDX-License-Identifier: MIT */
#include "scenarios/sweep_compare.h"

#include "scenarios/run_rows.h"
#include "sim/error.h"
#include "sim/input_file.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

static sqlite3_stmt *prepare(SweepDatabase *database, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(sweep_database_connection(database), sql, -1, &statement, NULL) !=
        SQLITE_OK) {
        sweep_database_refuse(database, error);
    }
    return statement;
}

static const char *text(sqlite3_stmt *statement, int column)
{
    const unsigned char *value = sqlite3_column_text(statement, column);
    return value == NULL ? "" : (const char *)value;
}

/* True at a row; at the end or on damage false, on damage with the error set. */
static bool step(SweepDatabase *database, sqlite3_stmt *statement, GError **error)
{
    const int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        sweep_database_refuse(database, error);
    }
    return code == SQLITE_ROW;
}

static void clear_record(void *data)
{
    g_free(((SweepRecord *)data)->module);
}

/* From `experiment\ncell` to the index in the plan plus 1. */
static GHashTable *index_cells(const SweepPlan *plan)
{
    GHashTable *cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (unsigned i = 0; i < sweep_plan_cell_count(plan); i++) {
        const SweepCell *cell = sweep_plan_cell(plan, i);
        g_hash_table_insert(cells, g_strjoin("\n", cell->experiment->name, cell->text, NULL),
                            GUINT_TO_POINTER(i + 1));
    }
    return cells;
}

GArray *sweep_compare_records(SweepDatabase *database, const SweepPlan *plan, GError **error)
{
    g_autoptr(GArray) records = g_array_new(FALSE, TRUE, sizeof(SweepRecord));
    g_autoptr(GHashTable) cells = index_cells(plan);
    g_autoptr(sqlite3_stmt) rows = prepare(
        database, "SELECT id, experiment, cell, repetition, status, module FROM run ORDER BY id",
        error);
    GError *problem = NULL;
    g_array_set_clear_func(records, clear_record);
    if (rows == NULL) {
        return NULL;
    }
    while (step(database, rows, &problem)) {
        g_autofree char *key = g_strjoin("\n", text(rows, 1), text(rows, 2), NULL);
        const guint cell = GPOINTER_TO_UINT(g_hash_table_lookup(cells, key));
        const SweepRecord record = {.id = sqlite3_column_int64(rows, 0),
                                    .cell = cell == 0 ? SWEEP_NO_CELL : cell - 1,
                                    .repetition = sqlite3_column_int64(rows, 3),
                                    .is_complete = strcmp(text(rows, 4), "complete") == 0,
                                    .module = g_strdup(text(rows, 5))};
        g_array_append_val(records, record);
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return NULL;
    }
    return g_steal_pointer(&records);
}

static void add_reason(GPtrArray *reasons, char *reason)
{
    if (g_ptr_array_find_with_equal_func(reasons, reason, g_str_equal, NULL)) {
        g_free(reason);
    } else {
        g_ptr_array_add(reasons, reason);
    }
}

/* -- What concerns all runs -- */

static bool compare_timeline(SweepDatabase *database, const SweepPlan *plan, GPtrArray *reasons,
                             GError **error)
{
    g_autofree char *now = scenario_file_timeline_text(sweep_plan_base(plan)->file);
    g_autoptr(sqlite3_stmt) rows = prepare(
        database,
        "SELECT value FROM execution WHERE run_id IS NULL AND key = '" EXECUTION_TIMELINE "'",
        error);
    GError *problem = NULL;
    if (rows == NULL) {
        return false;
    }
    if (step(database, rows, &problem) && strcmp(text(rows, 0), now) != 0) {
        add_reason(reasons, g_strdup("the timeline is another one"));
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return false;
    }
    return true;
}

static bool compare_inputs(SweepDatabase *database, const SweepPlan *plan, GPtrArray *reasons,
                           GError **error)
{
    const char *directory = scenario_file_directory(sweep_plan_base(plan)->file);
    g_autoptr(sqlite3_stmt) rows =
        prepare(database, "SELECT DISTINCT name, sha256 FROM input", error);
    GError *problem = NULL;
    if (rows == NULL) {
        return false;
    }
    while (step(database, rows, &problem)) {
        g_autofree char *path = g_path_is_absolute(text(rows, 0))
                                    ? g_strdup(text(rows, 0))
                                    : g_build_filename(directory, text(rows, 0), NULL);
        g_autofree char *now = NULL;
        if (!input_file_sha256(path, &now, NULL)) {
            add_reason(reasons,
                       g_strdup_printf("input '%s' cannot be read any more", text(rows, 0)));
        } else if (strcmp(now, text(rows, 1)) != 0) {
            add_reason(reasons, g_strdup_printf("input '%s' has another content: SHA-256 was "
                                                "%.12s..., is %.12s...",
                                                text(rows, 0), text(rows, 1), now));
        }
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return false;
    }
    return true;
}

/* -- Cell by cell -- */

/* The run of each cell whose parameters stand for all: the first complete one. */
static int64_t *choose_witnesses(const SweepPlan *plan, const GArray *records)
{
    int64_t *witnesses = g_new0(int64_t, sweep_plan_cell_count(plan) + 1);
    for (guint i = 0; i < records->len; i++) {
        const SweepRecord *record = &g_array_index(records, SweepRecord, i);
        if (record->cell != SWEEP_NO_CELL && record->is_complete && witnesses[record->cell] == 0) {
            witnesses[record->cell] = record->id;
        }
    }
    return witnesses;
}

/* The stored parameters of each witness: from its id to a table of key and value. */
static GHashTable *read_parameters(SweepDatabase *database, const int64_t *witnesses,
                                   unsigned count, GError **error)
{
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                                      (GDestroyNotify)g_hash_table_unref);
    g_autoptr(sqlite3_stmt) rows =
        prepare(database, "SELECT run_id, key, value FROM parameter", error);
    GError *problem = NULL;
    if (rows == NULL) {
        return NULL;
    }
    for (unsigned i = 0; i < count; i++) {
        if (witnesses[i] != 0) {
            g_hash_table_insert(all, g_memdup2(&witnesses[i], sizeof witnesses[i]),
                                g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free));
        }
    }
    while (step(database, rows, &problem)) {
        const int64_t id = sqlite3_column_int64(rows, 0);
        GHashTable *own = g_hash_table_lookup(all, &id);
        if (own != NULL) {
            g_hash_table_insert(own, g_strdup(text(rows, 1)), g_strdup(text(rows, 2)));
        }
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return NULL;
    }
    return g_steal_pointer(&all);
}

/* Every setting with the value in force, defaults included. */
static bool resolve(Scenario *scenario, GError **error)
{
    g_autofree const SettingsTable **tables = scenario_tables(scenario->module);
    for (unsigned i = 0; tables[i] != NULL; i++) {
        g_autofree void *fields = g_malloc0(tables[i]->size_bytes);
        if (!settings_read(tables[i], scenario_file_values(scenario->file),
                           scenario_file_directory(scenario->file), fields, error)) {
            return false;
        }
        settings_clear(tables[i], fields);
    }
    return true;
}

/* The stored values against those of now; what is swept is equal, since the cell is. */
static bool compare_cell(const SweepPlan *plan, const SweepCell *cell, GHashTable *stored,
                         bool *ret_changed, GPtrArray *reasons, GError **error)
{
    g_autoptr(Scenario) scenario = sweep_plan_scenario(plan, cell, error);
    if (scenario == NULL || !resolve(scenario, error)) {
        return false;
    }
    const GPtrArray *values = scenario_file_values(scenario->file);
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        const char *before = g_hash_table_lookup(stored, value->key);
        const bool is_free = g_str_equal(value->key, "scenario.title") ||
                             value->origin == SETTING_SWEEP ||
                             settings_find(values, value->key) != value;
        if (!is_free && g_strcmp0(before, value->text) != 0) {
            *ret_changed = true;
            add_reason(reasons, before == NULL ? g_strdup_printf("%s was not there, is '%s'",
                                                                 value->key, value->text)
                                               : g_strdup_printf("%s was '%s', is '%s'", value->key,
                                                                 before, value->text));
        }
    }
    return true;
}

static bool compare_cells(SweepDatabase *database, const SweepPlan *plan, const GArray *records,
                          bool *changed, GPtrArray *reasons, GError **error)
{
    const unsigned count = sweep_plan_cell_count(plan);
    g_autofree int64_t *witnesses = choose_witnesses(plan, records);
    g_autoptr(GHashTable) stored = read_parameters(database, witnesses, count, error);
    if (stored == NULL) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        GHashTable *own = g_hash_table_lookup(stored, &witnesses[i]);
        if (own != NULL &&
            !compare_cell(plan, sweep_plan_cell(plan, i), own, &changed[i], reasons, error)) {
            return false;
        }
    }
    return true;
}

bool sweep_compare(SweepDatabase *database, const SweepPlan *plan, const GArray *records,
                   GArray *changed_ids, GPtrArray *reasons, GError **error)
{
    const char *module = sweep_plan_base(plan)->module->name;
    g_autofree bool *changed = g_new0(bool, sweep_plan_cell_count(plan) + 1);
    for (guint i = 0; i < records->len; i++) {
        const SweepRecord *record = &g_array_index(records, SweepRecord, i);
        if (record->cell != SWEEP_NO_CELL && strcmp(record->module, module) != 0) {
            add_reason(reasons,
                       g_strdup_printf("the module was %s, is %s", record->module, module));
        }
    }
    if (!compare_timeline(database, plan, reasons, error) ||
        !compare_inputs(database, plan, reasons, error)) {
        return false;
    }
    const bool all_changed = reasons->len > 0;
    if (!compare_cells(database, plan, records, changed, reasons, error)) {
        return false;
    }
    for (guint i = 0; i < records->len; i++) {
        const SweepRecord *record = &g_array_index(records, SweepRecord, i);
        if (record->cell != SWEEP_NO_CELL && (all_changed || changed[record->cell])) {
            g_array_append_val(changed_ids, record->id);
        }
    }
    return true;
}
