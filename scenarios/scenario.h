/* SPDX-License-Identifier: MIT */
/* A scenario, resolved: a file with what the command line put over it, each key known, and the
 * values of the module read into its struct. What needs the network (the timeline, expectations,
 * data files) is checked when a run is built from it: see scenarios/run.h.
 *
 * Read-only for everybody else; a run adds only the network's defaults to the values. */
#ifndef SCENARIOS_SCENARIO_H
#define SCENARIOS_SCENARIO_H

#include "scenarios/scenario_file.h"
#include "scenarios/scenario_module.h"
#include "sim/sim_time.h"

typedef struct Scenario {
    ScenarioFile *file;
    char *name; /* of the file, without folder and extension: `run.scenario` */
    const ScenarioModule *module;
    char *title; /* the module's where the file gives none */
    uint64_t seed;
    SimTime stop; /* SIM_TIME_MAX with `idle` */
    bool until_idle;
    bool permute_ties;
    void *module_settings; /* NULL when the module has none */
    GPtrArray *remarks;    /* of char *: what the user should know, no errors */
} Scenario;

/* sets: `section.key=value`, NULL-terminated, may be NULL; seed: the text of --seed, or NULL. */
Scenario *scenario_load(const char *path, const char *const *sets, const char *seed,
                        GError **error);

/* From a file read elsewhere, which the scenario takes, also on failure. */
Scenario *scenario_new(ScenarioFile *file, GError **error);
void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

/* All tables of a module's scenarios: `scenario` itself, the module's, the network's;
 * NULL-terminated, to be freed by g_free. */
const SettingsTable **scenario_tables(const ScenarioModule *module);

#endif
