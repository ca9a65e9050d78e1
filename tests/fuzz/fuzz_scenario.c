/* SPDX-License-Identifier: MIT */
/* A scenario file of any bytes: it is read, or refused with its name in front; places lie in the
 * text; and the settings tables cope with whatever the values are. */
#include "scenarios/scenario.h"
#include "scenarios/scenario_file.h"
#include "scenarios/scenario_find.h"
#include "scenarios/sweep_constraint.h"
#include "scenarios/sweep_experiment.h"
#include "scenarios/sweep_value.h"
#include "sim/settings.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Every table of a run of ping reads the values. Distributions that name a file are left out: the
 * fuzzer would open files of its own naming. */
static void check_tables(const ScenarioFile *file)
{
    g_autofree const SettingsTable **tables = scenario_tables(scenario_find("ping", NULL));
    scenario_file_check(file, tables, NULL);
    for (size_t i = 0; tables[i] != NULL; i++) {
        g_autofree void *fields = g_malloc(tables[i]->size_bytes);
        g_autoptr(GError) error = NULL;
        if (settings_read(tables[i], scenario_file_values(file), NULL, fields, &error)) {
            settings_clear(tables[i], fields);
        } else {
            g_assert(error != NULL && strstr(error->message, "found") != NULL);
        }
    }
}

static void check_place(const TextPlace *place, unsigned line_count)
{
    g_assert_cmpstr(place->file, ==, "a.yaml");
    g_assert(place->line >= 1 && place->line <= line_count && place->column >= 1);
}

static void check_parts(const ScenarioFile *file, unsigned line_count)
{
    const GPtrArray *values = scenario_file_values(file);
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        g_assert(value->line >= 1 && value->line <= line_count && value->column >= 1);
        g_assert(g_utf8_validate(value->text, -1, NULL));
    }
    const GPtrArray *rows = scenario_file_timeline(file);
    for (guint i = 0; i < rows->len; i++) {
        const TimelineRow *row = g_ptr_array_index(rows, i);
        check_place(&row->place, line_count);
        g_assert(row->time != NULL && row->action != NULL);
    }
    const GPtrArray *lines = scenario_file_expectations(file);
    for (guint i = 0; i < lines->len; i++) {
        check_place(&((const ScenarioLine *)g_ptr_array_index(lines, i))->place, line_count);
    }
    const GPtrArray *sweep = scenario_file_sweep(file);
    for (guint i = 0; i < sweep->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(sweep, i);
        g_assert(parameter->lines->len > 0);
        check_place(&parameter->place, line_count);
    }
}

/* No setting is known, so that names are refused and only numbers are compared. */
static const char *look_up(void *data, const char *key)
{
    (void)data, (void)key;
    return NULL;
}

static void check_sweep(const ScenarioFile *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) experiments = sweep_experiments_read(file, &error);
    g_assert((experiments == NULL) == (error != NULL));
    for (guint i = 0; experiments != NULL && i < experiments->len; i++) {
        const SweepExperiment *experiment = g_ptr_array_index(experiments, i);
        g_assert(experiment->repeat >= 1);
        for (guint k = 0; k < experiment->constraints->len; k++) {
            const ScenarioLine *line = g_ptr_array_index(experiment->constraints, k);
            g_autoptr(GError) problem = NULL;
            bool holds = false;
            const bool is_read =
                sweep_constraint_holds(line->text, look_up, NULL, &holds, &problem);
            g_assert(is_read == (problem == NULL));
        }
        for (guint k = 0; k < experiment->axes->len; k++) {
            const SweepAxis *axis = g_ptr_array_index(experiment->axes, k);
            const SweepChoice *choice = g_ptr_array_index(axis->choices, 0);
            g_autofree char *canonical = sweep_value_canonical(choice->texts[0]);
            g_autofree char *again = sweep_value_canonical(canonical);
            g_assert_cmpstr(canonical, ==, again);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    const char *text = (const char *)data;
    unsigned line_count = 2; /* libyaml ends a last line that has no end of its own */
    for (size_t i = 0; i < size_bytes; i++) {
        line_count += text[i] == '\n' || text[i] == '\r';
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(ScenarioFile) file = scenario_file_parse(text, size_bytes, "a.yaml", NULL, &error);
    if (file == NULL) {
        g_assert(error != NULL && g_str_has_prefix(error->message, "a.yaml:"));
        return 0;
    }
    check_parts(file, line_count);
    check_sweep(file);
    g_assert(scenario_file_set(file, "link.loss=1%", NULL));
    if (strstr(scenario_file_text(file), "empirical") == NULL) {
        check_tables(file);
    }
    return 0;
}
