/* SPDX-License-Identifier: MIT */
#include "cli/swept_run.h"

#include "sim/error.h"

void swept_run_clear(SweptRun *swept)
{
    g_free(swept->cell);
    g_free(swept->only);
    sweep_plan_free(swept->plan);
}

bool swept_run_is_given(const SweptRun *swept)
{
    return swept->cell != NULL || swept->only != NULL || swept->repetition != 0;
}

Scenario *swept_run_load(SweptRun *swept, const char *path, const char *const *sets,
                         const char *seed, RunOptions *options, GError **error)
{
    const unsigned repetition = swept->repetition == 0 ? 1 : (unsigned)swept->repetition;
    if (swept->repetition < 0 || swept->repetition > SWEEP_REPEAT_MAX) {
        skein_refuse(error, "--repetition: found %d, expected a number from 1 to %d",
                     swept->repetition, SWEEP_REPEAT_MAX);
        return NULL;
    }
    swept->plan = sweep_plan_new(path, sets, seed, swept->only, error);
    if (swept->plan == NULL) {
        return NULL;
    }
    const SweepCell *cell =
        sweep_plan_find(swept->plan, swept->only, swept->cell == NULL ? "" : swept->cell, error);
    Scenario *scenario = cell == NULL ? NULL : sweep_plan_scenario(swept->plan, cell, error);
    if (scenario == NULL) {
        return NULL;
    }
    GPtrArray *values = scenario_file_values(scenario->file);
    if (settings_find(values, "record.level")->origin == SETTING_DEFAULT) {
        g_ptr_array_add(values,
                        setting_value_new("record.level", "all", SETTING_DEFAULT, NULL, 0, 0));
    }
    scenario->seed = sweep_plan_seed(cell, scenario->seed, repetition);
    options->experiment = cell->experiment->name;
    options->cell = cell->text;
    options->repetition = repetition;
    return scenario;
}
