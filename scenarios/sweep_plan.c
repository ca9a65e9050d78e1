/* SPDX-License-Identifier: MIT */
#include "scenarios/sweep_plan.h"

#include "scenarios/sweep_constraint.h"
#include "scenarios/sweep_value.h"
#include "sim/error.h"
#include "sim/mix.h"
#include "sim/nearest.h"

#include <string.h>

/* Combinations that the constraints may have to be asked about. */
#define COMBINATIONS_MAX 10000000

struct SweepPlan {
    char *path;
    char **sets; /* with the seed */
    Scenario *base;
    GPtrArray *experiments;
    GPtrArray *cells;
};

static void cell_free(void *data)
{
    SweepCell *cell = data;
    g_free(cell->text);
    g_ptr_array_unref(cell->values);
    g_free(cell);
}

void sweep_plan_free(SweepPlan *plan)
{
    if (plan == NULL) {
        return;
    }
    g_ptr_array_unref(plan->cells);
    g_ptr_array_unref(plan->experiments);
    scenario_free(plan->base);
    g_strfreev(plan->sets);
    g_free(plan->path);
    g_free(plan);
}

/* -- Cells -- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name of a cell from `key=value` texts, which it sorts. */
static char *cell_text(GPtrArray *assignments)
{
    g_ptr_array_sort(assignments, compare_texts);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < assignments->len; i++) {
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ",
                               (const char *)g_ptr_array_index(assignments, i));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *assignment(const char *key, const char *value)
{
    g_autofree char *canonical = sweep_value_canonical(value);
    return g_strconcat(key, "=", canonical, NULL);
}

/* The cell with this choice on each axis. */
static SweepCell *new_cell(const SweepExperiment *experiment, const guint *choices)
{
    g_autoptr(GPtrArray) assignments = g_ptr_array_new_with_free_func(g_free);
    SweepCell *cell = g_new0(SweepCell, 1);
    cell->experiment = experiment;
    cell->values = g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    for (guint i = 0; i < experiment->axes->len; i++) {
        const SweepAxis *axis = g_ptr_array_index(experiment->axes, i);
        const SweepChoice *choice = g_ptr_array_index(axis->choices, choices[i]);
        for (guint k = 0; axis->keys[k] != NULL; k++) {
            g_ptr_array_add(cell->values,
                            setting_value_new(axis->keys[k], choice->texts[k], SETTING_SWEEP,
                                              choice->place.file, choice->place.line,
                                              choice->place.column));
            g_ptr_array_add(assignments, assignment(axis->keys[k], choice->texts[k]));
        }
    }
    cell->text = cell_text(assignments);
    return cell;
}

typedef struct Lookup {
    const SweepPlan *plan;
    const SweepCell *cell;
    const SettingsTable *const *tables;
} Lookup;

/* A SweepLookup: what is swept, else what is given, else the default. */
static const char *look_up(void *data, const char *key)
{
    const Lookup *lookup = data;
    const SettingValue *value = settings_find(lookup->cell->values, key);
    if (value == NULL) {
        value = settings_find(scenario_file_values(lookup->plan->base->file), key);
    }
    if (value != NULL) {
        return value->text;
    }
    for (unsigned i = 0; lookup->tables[i] != NULL; i++) {
        const size_t length = strlen(lookup->tables[i]->section);
        if (strncmp(key, lookup->tables[i]->section, length) != 0 || key[length] != '.') {
            continue;
        }
        for (const Setting *s = lookup->tables[i]->settings; s->key != NULL; s++) {
            if (strcmp(s->key, key + length + 1) == 0) {
                return s->default_text;
            }
        }
    }
    return NULL;
}

static bool is_allowed(Lookup *lookup, bool *ret_allowed, GError **error)
{
    const GPtrArray *constraints = lookup->cell->experiment->constraints;
    *ret_allowed = true;
    for (guint i = 0; *ret_allowed && i < constraints->len; i++) {
        const ScenarioLine *line = g_ptr_array_index(constraints, i);
        if (!sweep_constraint_holds(line->text, look_up, lookup, ret_allowed, error)) {
            return text_place_blame(&line->place, "sweep.constraint", error);
        }
    }
    return true;
}

/* The next combination, the last axis fastest; false after the last one. */
static bool advance(const SweepExperiment *experiment, guint *choices)
{
    for (guint i = experiment->axes->len; i > 0; i--) {
        const SweepAxis *axis = g_ptr_array_index(experiment->axes, i - 1);
        if (++choices[i - 1] < axis->choices->len) {
            return true;
        }
        choices[i - 1] = 0;
    }
    return false;
}

static bool check_size(const SweepPlan *plan, const SweepExperiment *experiment, GError **error)
{
    uint64_t combinations = 1;
    for (guint i = 0; i < experiment->axes->len && combinations <= COMBINATIONS_MAX; i++) {
        const SweepAxis *axis = g_ptr_array_index(experiment->axes, i);
        combinations *= axis->choices->len;
    }
    return combinations <= COMBINATIONS_MAX ||
           skein_refuse(error, "%s: the sweep has more than %d combinations of values", plan->path,
                        COMBINATIONS_MAX);
}

static bool refuse_twin(const SweepCell *cell, GError **error)
{
    const SettingValue *value = cell->values->len == 0 ? NULL : g_ptr_array_index(cell->values, 0);
    return skein_refuse(error, "%s%s%s: found the cell '%s' twice, expected each value once",
                        value == NULL ? "" : value->file,
                        cell->experiment->name[0] == '\0' ? "" : ": ", cell->experiment->name,
                        cell->text);
}

static bool add_cells(SweepPlan *plan, const SweepExperiment *experiment, GError **error)
{
    g_autofree const SettingsTable **tables = scenario_tables(plan->base->module);
    g_autofree guint *choices = g_new0(guint, experiment->axes->len + 1);
    g_autoptr(GHashTable) texts = g_hash_table_new(g_str_hash, g_str_equal);
    const guint before = plan->cells->len;
    if (!check_size(plan, experiment, error)) {
        return false;
    }
    do {
        SweepCell *cell = new_cell(experiment, choices);
        Lookup lookup = {plan, cell, tables};
        bool is_cell = false;
        const bool is_judged = is_allowed(&lookup, &is_cell, error);
        if (!is_judged || !is_cell) {
            cell_free(cell);
            if (!is_judged) {
                return false;
            }
            continue;
        }
        g_ptr_array_add(plan->cells, cell);
        if (!g_hash_table_add(texts, cell->text)) {
            return refuse_twin(cell, error);
        }
        if (plan->cells->len > SWEEP_CELLS_MAX) {
            return skein_refuse(error, "%s: the sweep has more than %d cells", plan->path,
                                SWEEP_CELLS_MAX);
        }
    } while (advance(experiment, choices));
    return plan->cells->len > before ||
           skein_refuse(error, "%s: sweep%s%s: no combination of values satisfies the constraints",
                        plan->path, experiment->name[0] == '\0' ? "" : ".", experiment->name);
}

/* -- The plan -- */

/* A value of --set would be overridden by each cell. */
static bool check_sets(const SweepPlan *plan, GError **error)
{
    const GPtrArray *given = scenario_file_values(plan->base->file);
    for (guint i = 0; i < plan->cells->len; i++) {
        const SweepCell *cell = g_ptr_array_index(plan->cells, i);
        for (guint k = 0; k < cell->values->len; k++) {
            const SettingValue *value = g_ptr_array_index(cell->values, k);
            const SettingValue *other = settings_find(given, value->key);
            if (other != NULL && other->origin == SETTING_SET) {
                return skein_refuse(error,
                                    "--set: found '%s', which is swept, expected a setting that "
                                    "is not",
                                    value->key);
            }
        }
    }
    return true;
}

static bool keep_only(SweepPlan *plan, const char *only, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    bool is_found = false;
    for (guint i = 0; i < plan->experiments->len; i++) {
        const SweepExperiment *experiment = g_ptr_array_index(plan->experiments, i);
        g_ptr_array_add(names, g_strdup(experiment->name));
        is_found = is_found || strcmp(experiment->name, only) == 0;
    }
    g_ptr_array_add(names, NULL);
    if (!is_found && plan->experiments->len == 1 &&
        ((const char *)g_ptr_array_index(names, 0))[0] == '\0') {
        return skein_refuse(error, "%s: found no experiment '%s': those of the file have no names",
                            plan->path, only);
    }
    if (!is_found) {
        const char *nearest = nearest_name(only, (const char *const *)names->pdata);
        g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
        return skein_refuse(error, "%s: found no experiment '%s', expected one of: %s%s%s%s",
                            plan->path, only, all, nearest == NULL ? "" : "; did you mean '",
                            nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
    }
    for (guint i = plan->experiments->len; i > 0; i--) {
        const SweepExperiment *experiment = g_ptr_array_index(plan->experiments, i - 1);
        if (strcmp(experiment->name, only) != 0) {
            g_ptr_array_remove_index(plan->experiments, i - 1);
        }
    }
    return true;
}

static bool read_sweep(SweepPlan *plan, const char *only, GError **error)
{
    plan->experiments = sweep_experiments_read(plan->base->file, error);
    if (plan->experiments == NULL) {
        plan->experiments = g_ptr_array_new();
        return false;
    }
    if (only != NULL && !keep_only(plan, only, error)) {
        return false;
    }
    for (guint i = 0; i < plan->experiments->len; i++) {
        if (!add_cells(plan, g_ptr_array_index(plan->experiments, i), error)) {
            return false;
        }
    }
    return check_sets(plan, error);
}

SweepPlan *sweep_plan_new(const char *path, const char *const *sets, const char *seed,
                          const char *only, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (; sets != NULL && *sets != NULL; sets++) {
        g_ptr_array_add(all, g_strdup(*sets));
    }
    if (seed != NULL) {
        g_ptr_array_add(all, g_strconcat("scenario.seed=", seed, NULL));
    }
    g_ptr_array_add(all, NULL);
    g_autoptr(SweepPlan) plan = g_new0(SweepPlan, 1);
    plan->path = g_strdup(path);
    plan->sets = (char **)g_ptr_array_steal(all, NULL);
    plan->cells = g_ptr_array_new_with_free_func(cell_free);
    plan->base = scenario_load(path, (const char *const *)plan->sets, NULL, error);
    if (plan->base == NULL) {
        plan->experiments = g_ptr_array_new();
        return NULL;
    }
    return read_sweep(plan, only, error) ? g_steal_pointer(&plan) : NULL;
}

const Scenario *sweep_plan_base(const SweepPlan *plan)
{
    return plan->base;
}

const GPtrArray *sweep_plan_experiments(const SweepPlan *plan)
{
    return plan->experiments;
}

unsigned sweep_plan_cell_count(const SweepPlan *plan)
{
    return plan->cells->len;
}

const SweepCell *sweep_plan_cell(const SweepPlan *plan, unsigned index)
{
    g_assert(index < plan->cells->len);
    return g_ptr_array_index(plan->cells, index);
}

uint64_t sweep_plan_run_count(const SweepPlan *plan)
{
    uint64_t count = 0;
    for (guint i = 0; i < plan->cells->len; i++) {
        const SweepExperiment *experiment = sweep_plan_cell(plan, i)->experiment;
        count += experiment->until.statistic == NULL ? experiment->repeat
                                                     : sweep_next_look(experiment, 0);
    }
    return count;
}

/* -- Runs -- */

/* `a=1, b=f(2, 3)` at the commas before a key. */
static char *canonical_text(const char *text)
{
    g_autoptr(GPtrArray) assignments = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(GString) open = g_string_new(NULL);
    for (guint i = 0; parts[i] != NULL; i++) {
        const char *next = parts[i + 1];
        g_string_append(open, parts[i]);
        const bool ends = next == NULL || (strchr(next, '=') != NULL &&
                                           strcspn(next, "=") < strcspn(next, "()[]{}"));
        if (!ends) {
            g_string_append_c(open, ',');
            continue;
        }
        char *equals = strchr(open->str, '=');
        if (equals != NULL) {
            *equals = '\0';
            g_ptr_array_add(assignments, assignment(g_strstrip(open->str), equals + 1));
        }
        g_string_truncate(open, 0);
    }
    return cell_text(assignments);
}

const SweepCell *sweep_plan_find(const SweepPlan *plan, const char *experiment, const char *text,
                                 GError **error)
{
    g_autofree char *wanted = canonical_text(text);
    g_autoptr(GString) known = g_string_new(NULL);
    const SweepCell *found = NULL;
    for (guint i = 0; i < plan->cells->len; i++) {
        const SweepCell *cell = g_ptr_array_index(plan->cells, i);
        if (experiment != NULL && strcmp(cell->experiment->name, experiment) != 0) {
            continue;
        }
        if (strcmp(cell->text, wanted) == 0) {
            if (found != NULL) {
                skein_refuse(error,
                             "%s: cell '%s' is in experiments '%s' and '%s'; expected "
                             "--only to choose one",
                             plan->path, text, found->experiment->name, cell->experiment->name);
                return NULL;
            }
            found = cell;
        }
        if (i < 10) {
            g_string_append_printf(known, "\n  %s", cell->text);
        }
    }
    if (found == NULL) {
        skein_refuse(error, "%s: found no cell '%s', expected one of%s%s", plan->path, text,
                     known->str, plan->cells->len > 10 ? "\n  ..." : "");
    }
    return found;
}

static void copy_value(ScenarioFile *file, const SettingValue *value)
{
    g_ptr_array_add(scenario_file_values(file),
                    setting_value_new(value->key, value->text, value->origin, value->file,
                                      value->line, value->column));
}

Scenario *sweep_plan_scenario(const SweepPlan *plan, const SweepCell *cell, GError **error)
{
    const ScenarioFile *base = plan->base->file;
    const char *text = scenario_file_text(base);
    g_autoptr(ScenarioFile) file = scenario_file_parse(text, strlen(text), scenario_file_name(base),
                                                       scenario_file_directory(base), error);
    if (file == NULL) {
        return NULL;
    }
    for (char **set = plan->sets; *set != NULL; set++) {
        if (!scenario_file_set(file, *set, error)) {
            return NULL;
        }
    }
    if (settings_find(scenario_file_values(file), "record.level") == NULL) {
        g_ptr_array_add(scenario_file_values(file),
                        setting_value_new("record.level", "metrics", SETTING_DEFAULT, NULL, 0, 0));
    }
    for (guint i = 0; i < cell->values->len; i++) {
        copy_value(file, g_ptr_array_index(cell->values, i));
    }
    Scenario *scenario = scenario_new(g_steal_pointer(&file), error);
    if (scenario != NULL) {
        g_ptr_array_set_size(scenario->remarks, 0); /* that it is one run of a sweep */
    }
    return scenario;
}

uint64_t sweep_plan_seed(const SweepCell *cell, uint64_t base_seed, unsigned repetition)
{
    const SweepExperiment *experiment = cell->experiment;
    const uint64_t seed = mix_two(mix_two(base_seed, mix_text(experiment->name)), repetition);
    return experiment->has_independent_seeds ? mix_two(seed, mix_text(cell->text)) : seed;
}
