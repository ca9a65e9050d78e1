/* SPDX-License-Identifier: MIT */
/* All that a sweep is going to do: its cells, one for each combination of values that the
 * constraints allow, and how many runs each has.
 *
 * A cell is known by its text, `link.loss=5%, peers.count=10`: keys in bytewise order, values in
 * their canonical form (scenarios/sweep_value.h), so neither the order of the file nor the way of
 * writing a value matters. A run is (experiment, cell, repetition), repetitions count from 1. Its
 * seed follows from the scenario's seed, the experiment and the repetition, and from the cell only
 * with `seeds: independent`; never from a position, so adding values or repetitions changes no run
 * that there was. */
#ifndef SCENARIOS_SWEEP_PLAN_H
#define SCENARIOS_SWEEP_PLAN_H

#include "scenarios/scenario.h"
#include "scenarios/sweep_experiment.h"

#define SWEEP_CELLS_MAX 1000000

typedef struct SweepPlan SweepPlan;

typedef struct SweepCell {
    const SweepExperiment *experiment;
    char *text;
    GPtrArray *values; /* of SettingValue, origin SETTING_SWEEP */
} SweepCell;

/* As scenario_load(). only: the name of one experiment, NULL for all. */
SweepPlan *sweep_plan_new(const char *path, const char *const *sets, const char *seed,
                          const char *only, GError **error);
void sweep_plan_free(SweepPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepPlan, sweep_plan_free)

/* The scenario with its base values: what is not swept. */
const Scenario *sweep_plan_base(const SweepPlan *plan);

const GPtrArray *sweep_plan_experiments(const SweepPlan *plan); /* of SweepExperiment */
unsigned sweep_plan_cell_count(const SweepPlan *plan);
const SweepCell *sweep_plan_cell(const SweepPlan *plan, unsigned index);

/* Runs in all cells; with `until`, those of the first look. */
uint64_t sweep_plan_run_count(const SweepPlan *plan);

/* A cell by the text of its values, in any order and form; experiment NULL: the only one. */
const SweepCell *sweep_plan_find(const SweepPlan *plan, const char *experiment, const char *text,
                                 GError **error);

/* The scenario of a cell, with the base seed. */
Scenario *sweep_plan_scenario(const SweepPlan *plan, const SweepCell *cell, GError **error);

uint64_t sweep_plan_seed(const SweepCell *cell, uint64_t base_seed, unsigned repetition);

#endif
