/* SPDX-License-Identifier: MIT */
/* Runs grouped by parameters. */
#include "analysis/cell_group.h"

#include "analysis/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run, on its way into its group. */
typedef struct Entry {
    int64_t run_id, repetition, seed;
    double value;
    char *label;
    char **values;
} Entry;

static void entry_free(void *data)
{
    Entry *entry = data;
    g_free(entry->label);
    g_strfreev(entry->values);
    g_free(entry);
}

static void group_free(void *data)
{
    CellGroup *group = data;
    g_strfreev(group->values);
    g_free(group->label);
    g_array_unref(group->run_ids);
    g_array_unref(group->repetitions);
    g_array_unref(group->seeds);
    g_array_unref(group->samples);
    g_free(group);
}

void cell_groups_free(CellGroups *groups)
{
    if (groups != NULL) {
        statistic_clear(&groups->statistic);
        g_strfreev(groups->by);
        g_ptr_array_unref(groups->groups);
        g_free(groups);
    }
}

const CellGroup *cell_groups_at(const CellGroups *groups, guint index)
{
    return g_ptr_array_index(groups->groups, index);
}

double cell_number(const char *value)
{
    static const struct {
        const char *unit;
        double factor;
    } UNITS[] = {
        {"", 1},       {"%", 0.01},     {"ns", 1},        {"us", 1e3},     {"ms", 1e6},
        {"s", 1e9},    {"min", 6e10},   {"h", 3.6e12},    {"B", 1},        {"kB", 1e3},
        {"KiB", 1024}, {"MB", 1e6},     {"MiB", 1048576}, {"GB", 1e9},     {"GiB", 1073741824},
        {"bit/s", 1},  {"kbit/s", 1e3}, {"Mbit/s", 1e6},  {"Gbit/s", 1e9},
    };
    char *end = NULL;
    const double number = g_ascii_strtod(value, &end);
    for (size_t i = 0; end != value && i < G_N_ELEMENTS(UNITS); i++) {
        if (strcmp(end, UNITS[i].unit) == 0) {
            return number * UNITS[i].factor;
        }
    }
    return NAN;
}

/* -- What to group by -- */

static char **swept_keys(sqlite3 *database, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(sqlite3_stmt) row =
        database_prepare(database,
                         "SELECT DISTINCT key FROM parameter WHERE origin = 'sweep' AND key IS NOT "
                         "NULL ORDER BY key",
                         error);
    if (row == NULL) {
        return NULL;
    }
    while (database_step(row, &problem)) {
        g_ptr_array_add(keys, database_text(row, 0));
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    g_ptr_array_add(keys, NULL);
    char **texts = (char **)g_ptr_array_free(g_steal_pointer(&keys), FALSE);
    return texts;
}

static bool check_key(sqlite3 *database, const char *key, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare(database, "SELECT 1 FROM parameter WHERE key = ?1 LIMIT 1", error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
    if (database_step(row, &problem)) {
        return true;
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    g_autofree char *nearest = statistic_nearest(
        database, "SELECT DISTINCT key FROM parameter ORDER BY origin <> 'sweep', key", key);
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "unknown parameter '%s'%s%s%s", key,
                nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?");
    return false;
}

static char **read_keys(sqlite3 *database, const char *by, GError **error)
{
    if (by == NULL) {
        return swept_keys(database, error);
    }
    char **keys = g_strsplit(by, ",", -1);
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (!check_key(database, g_strstrip(keys[i]), error)) {
            g_strfreev(keys);
            return NULL;
        }
    }
    return keys;
}

static bool check_experiment(sqlite3 *database, const char *wanted, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    guint count = 0;
    bool is_found = false;
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database, "SELECT DISTINCT ifnull(experiment, '') FROM run ORDER BY 1", error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        g_autofree char *name = database_text(row, 0);
        g_string_append_printf(names, "%s'%s'", count++ == 0 ? "" : ", ", name);
        is_found = is_found || g_strcmp0(name, wanted) == 0;
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
    } else if (wanted != NULL && !is_found) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "no experiment '%s'; there are %s",
                    wanted, count == 0 ? "none" : names->str);
    } else if (wanted == NULL && count > 1) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "several experiments: choose one of %s with --only", names->str);
    } else {
        return true;
    }
    return false;
}

/* -- Reading -- */

/* run id -> value of the key */
static GHashTable *read_parameter(sqlite3 *database, const char *key, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GHashTable) values =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database, "SELECT run_id, ifnull(value, '') FROM parameter WHERE key = ?1", error);
    if (row == NULL) {
        return NULL;
    }
    sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
    while (database_step(row, &problem)) {
        int64_t *run_id = g_new(int64_t, 1);
        *run_id = sqlite3_column_int64(row, 0);
        g_hash_table_replace(values, run_id, database_text(row, 1));
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    return g_steal_pointer(&values);
}

/* Fills values and label of each entry from its run's parameters. */
static bool label_entries(sqlite3 *database, char **by, GPtrArray *entries, GError **error)
{
    const guint count = g_strv_length(by);
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = g_ptr_array_index(entries, i);
        entry->values = g_new0(char *, count + 1);
    }
    for (guint k = 0; k < count; k++) {
        g_autoptr(GHashTable) values = read_parameter(database, by[k], error);
        for (guint i = 0; values != NULL && i < entries->len; i++) {
            Entry *entry = g_ptr_array_index(entries, i);
            const char *value = g_hash_table_lookup(values, &entry->run_id);
            entry->values[k] = g_strdup(value == NULL ? "" : value);
        }
        if (values == NULL) {
            return false;
        }
    }
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = g_ptr_array_index(entries, i);
        g_autoptr(GString) label = g_string_new(count == 0 ? "all runs" : "");
        for (guint k = 0; k < count; k++) {
            g_string_append_printf(label, "%s%s=%s", k == 0 ? "" : ", ", by[k], entry->values[k]);
        }
        entry->label = g_strdup(label->str);
    }
    return true;
}

static bool read_entries(sqlite3 *database, const CellQuestion *question, CellGroups *groups,
                         GPtrArray *entries, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare(database,
                         "SELECT metric.count, sum, min, max, buckets, run.id, repetition, seed,"
                         " status = 'complete' FROM run LEFT JOIN metric ON run_id = run.id AND"
                         " name = ?1 WHERE ?2 IS NULL OR ifnull(experiment, '') = ?2",
                         error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 1, groups->statistic.metric, -1, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, question->experiment, -1, SQLITE_STATIC);
    while (database_step(row, &problem)) {
        double value = NAN;
        if (sqlite3_column_int64(row, 8) == 1 && !database_is_null(row, 0) &&
            !statistic_of_row(row, groups->statistic.suffix, &value, error)) {
            return false;
        }
        if (isnan(value)) {
            groups->left_out++;
            continue;
        }
        Entry *entry = g_new0(Entry, 1);
        entry->value = value;
        entry->run_id = sqlite3_column_int64(row, 5);
        entry->repetition = sqlite3_column_int64(row, 6);
        entry->seed = sqlite3_column_int64(row, 7);
        g_ptr_array_add(entries, entry);
    }
    return database_finished(problem, error);
}

/* -- Grouping -- */

static int compare_texts(const char *a, const char *b)
{
    const double x = cell_number(a), y = cell_number(b);
    return !isnan(x) && !isnan(y) && x != y ? (x > y) - (x < y) : strcmp(a, b);
}

/* By group, then repetition, then run. */
static int compare_entries(const void *left, const void *right)
{
    const Entry *a = *(Entry *const *)left, *b = *(Entry *const *)right;
    for (size_t i = 0; a->values[i] != NULL; i++) {
        const int order = compare_texts(a->values[i], b->values[i]);
        if (order != 0) {
            return order;
        }
    }
    return a->repetition != b->repetition ? (a->repetition > b->repetition ? 1 : -1)
                                          : (a->run_id > b->run_id) - (a->run_id < b->run_id);
}

static CellGroup *new_group(const Entry *entry)
{
    CellGroup *group = g_new0(CellGroup, 1);
    group->values = g_strdupv(entry->values);
    group->label = g_strdup(entry->label);
    group->run_ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    group->repetitions = g_array_new(FALSE, FALSE, sizeof(int64_t));
    group->seeds = g_array_new(FALSE, FALSE, sizeof(int64_t));
    group->samples = g_array_new(FALSE, FALSE, sizeof(double));
    group->number = group->values[0] == NULL ? NAN : cell_number(group->values[0]);
    return group;
}

static void group_entries(const GPtrArray *entries, GPtrArray *groups)
{
    CellGroup *group = NULL;
    for (guint i = 0; i < entries->len;) {
        const Entry *first = g_ptr_array_index(entries, i);
        double sum = 0;
        guint count = 0;
        if (group == NULL || strcmp(group->label, first->label) != 0) {
            group = new_group(first);
            g_ptr_array_add(groups, group);
        }
        for (; i < entries->len; i++, count++) {
            const Entry *entry = g_ptr_array_index(entries, i);
            if (entry->repetition != first->repetition || strcmp(entry->label, first->label) != 0) {
                break;
            }
            sum += entry->value;
            g_array_append_val(group->run_ids, entry->run_id);
        }
        const double mean = sum / count;
        g_array_append_val(group->repetitions, first->repetition);
        g_array_append_val(group->seeds, first->seed);
        g_array_append_val(group->samples, mean);
    }
}

CellGroups *cell_groups_read(sqlite3 *database, const CellQuestion *question, GError **error)
{
    g_autoptr(CellGroups) groups = g_new0(CellGroups, 1);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    groups->groups = g_ptr_array_new_with_free_func(group_free);
    if (!check_experiment(database, question->experiment, error) ||
        !statistic_find(database, question->metric, &groups->statistic, error)) {
        return NULL;
    }
    groups->by = read_keys(database, question->by, error);
    if (groups->by == NULL || !read_entries(database, question, groups, entries, error) ||
        !label_entries(database, groups->by, entries, error)) {
        return NULL;
    }
    if (entries->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "no complete run has values of '%s': nothing to group", groups->statistic.text);
        return NULL;
    }
    g_ptr_array_sort(entries, compare_entries);
    group_entries(entries, groups->groups);
    return g_steal_pointer(&groups);
}
