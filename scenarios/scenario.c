/* SPDX-License-Identifier: MIT */
/* The module decides which keys there are, so it is looked up first. */
#include "scenarios/scenario.h"

#include "models/network.h"
#include "scenarios/scenario_find.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <errno.h>
#include <string.h>

typedef struct ScenarioSettings {
    char *module, *title, *seed, *stop;
    int ties;
} ScenarioSettings;

enum { TIES_ORDER, TIES_PERMUTED };

static const char *const TIES[] = {"order", "permuted", NULL};

static const Setting SETTINGS[] = {
    {.key = "module",
     .type = SETTING_TEXT,
     .offset = offsetof(ScenarioSettings, module),
     .help = "Which scenario module runs on the peers; skein list shows them."},
    {.key = "title",
     .type = SETTING_TEXT,
     .offset = offsetof(ScenarioSettings, title),
     .default_text = "",
     .help = "One line about the experiment."},
    {.key = "seed",
     .type = SETTING_TEXT,
     .offset = offsetof(ScenarioSettings, seed),
     .default_text = "1",
     .help = "All random numbers follow from it: a whole number from 0 to 18446744073709551615."},
    {.key = "stop",
     .type = SETTING_TEXT,
     .offset = offsetof(ScenarioSettings, stop),
     .default_text = "idle",
     .help = "When the run ends: a duration, or idle, when nothing more is going to happen."},
    {.key = "ties",
     .type = SETTING_CHOICE,
     .offset = offsetof(ScenarioSettings, ties),
     .default_text = "order",
     .choices = TIES,
     .help = "Simultaneous events of different peers run in the order of peers, or permuted by the "
             "seed."},
    {0},
};

static const SettingsTable SCENARIO_SETTINGS = {"scenario", SETTINGS, sizeof(ScenarioSettings)};

void scenario_free(Scenario *scenario)
{
    if (scenario == NULL) {
        return;
    }
    if (scenario->module_settings != NULL) {
        settings_clear(scenario->module->settings, scenario->module_settings);
        g_free(scenario->module_settings);
    }
    scenario_file_free(scenario->file);
    g_free(scenario->name);
    g_free(scenario->title);
    g_ptr_array_unref(scenario->remarks);
    g_free(scenario);
}

const SettingsTable **scenario_tables(const ScenarioModule *module)
{
    unsigned count = 0;
    while (NETWORK_SETTINGS[count] != NULL) {
        count++;
    }
    const SettingsTable **tables = g_new0(const SettingsTable *, count + 4);
    unsigned filled = 0;
    tables[filled++] = &SCENARIO_SETTINGS;
    if (module->settings != NULL) {
        tables[filled++] = module->settings;
    }
    if (module->application->snapshot != NULL) {
        tables[filled++] = &SNAPSHOT_SETTINGS;
    }
    for (unsigned i = 0; i < count; i++) {
        tables[filled++] = NETWORK_SETTINGS[i];
    }
    return tables;
}

static bool read_seed(const char *text, uint64_t *ret_seed, GError **error)
{
    errno = 0;
    char *end;
    const uint64_t seed = g_ascii_strtoull(text, &end, 10);
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || errno == ERANGE) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a whole number from 0 to 18446744073709551615", text);
        return false;
    }
    *ret_seed = seed;
    return true;
}

static bool read_stop(const char *text, Scenario *scenario, GError **error)
{
    if (strcmp(text, "idle") == 0) {
        scenario->until_idle = true;
        scenario->stop = SIM_TIME_MAX;
        return true;
    }
    int64_t stop;
    if (!value_parse(text, VALUE_DURATION, &stop, NULL) || stop <= 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected idle or a duration above 0 with its unit, such as 60s",
                    text);
        return false;
    }
    scenario->stop = stop;
    return true;
}

/* Takes over what the section `scenario` says. */
static bool apply(Scenario *scenario, const ScenarioSettings *settings, GError **error)
{
    const GPtrArray *values = scenario_file_values(scenario->file);
    scenario->title =
        g_strdup(settings->title[0] != '\0' ? settings->title : scenario->module->title);
    scenario->permute_ties = settings->ties == TIES_PERMUTED;
    if (!read_seed(settings->seed, &scenario->seed, error)) {
        return settings_blame(values, "scenario.seed", error);
    }
    if (!read_stop(settings->stop, scenario, error)) {
        return settings_blame(values, "scenario.stop", error);
    }
    return true;
}

static bool read_sections(Scenario *scenario, const ScenarioSettings *settings, GError **error)
{
    GPtrArray *values = scenario_file_values(scenario->file);
    scenario->module = scenario_find(settings->module, error);
    if (scenario->module == NULL) {
        return settings_blame(values, "scenario.module", error);
    }
    g_autofree const SettingsTable **tables = scenario_tables(scenario->module);
    if (!scenario_file_check(scenario->file, tables, error) || !apply(scenario, settings, error)) {
        return false;
    }
    const SettingsTable *own = scenario->module->settings;
    if (own == NULL) {
        return true;
    }
    g_autofree void *fields = g_malloc0(own->size_bytes);
    if (!settings_read(own, values, scenario_file_directory(scenario->file), fields, error)) {
        return false;
    }
    scenario->module_settings = g_steal_pointer(&fields);
    return true;
}

static char *stem_of(const char *path)
{
    char *stem = g_path_get_basename(path);
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot != stem) {
        *dot = '\0';
    }
    return stem;
}

Scenario *scenario_new(ScenarioFile *file, GError **error)
{
    g_autoptr(Scenario) scenario = g_new0(Scenario, 1);
    scenario->file = file;
    scenario->name = stem_of(scenario_file_name(file));
    scenario->remarks = g_ptr_array_new_with_free_func(g_free);
    ScenarioSettings settings;
    if (!settings_read(&SCENARIO_SETTINGS, scenario_file_values(file),
                       scenario_file_directory(file), &settings, error)) {
        return NULL;
    }
    const bool is_read = read_sections(scenario, &settings, error);
    settings_clear(&SCENARIO_SETTINGS, &settings);
    if (!is_read) {
        return NULL;
    }
    if (scenario_file_sweep(file)->len > 0) {
        g_ptr_array_add(scenario->remarks,
                        g_strdup_printf("%s has a sweep; this is one run with the base values "
                                        "(skein sweep runs all)",
                                        scenario_file_name(file)));
    }
    return g_steal_pointer(&scenario);
}

Scenario *scenario_load(const char *path, const char *const *sets, const char *seed, GError **error)
{
    g_autoptr(ScenarioFile) file = scenario_file_new(path, error);
    if (file == NULL) {
        return NULL;
    }
    for (; sets != NULL && *sets != NULL; sets++) {
        if (!scenario_file_set(file, *sets, error)) {
            return NULL;
        }
    }
    if (seed != NULL) {
        g_autofree char *assignment = g_strdup_printf("scenario.seed=%s", seed);
        if (!scenario_file_set(file, assignment, error)) {
            return NULL;
        }
    }
    return scenario_new(g_steal_pointer(&file), error);
}
