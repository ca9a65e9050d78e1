/* SPDX-License-Identifier: MIT */
/* Looks up scenario modules. A program may bring modules of its own, as the tests do: compiled with
 * -DEXTRA_SCENARIOS='"tests/faulty_list.h"', scenario_find.c reads that list after
 * scenarios/scenario_list.h. */
#ifndef SCENARIOS_SCENARIO_FIND_H
#define SCENARIOS_SCENARIO_FIND_H

#include "scenarios/scenario_module.h"

/* All modules, in the order of the list; ends with NULL. */
const ScenarioModule *const *scenario_modules(void);

/* NULL and an error that names the nearest module when there is none of that name. */
const ScenarioModule *scenario_find(const char *name, GError **error);

#endif
