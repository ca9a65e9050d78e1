/* SPDX-License-Identifier: MIT */
/* A scenario module: one experiment, `scenarios/NAME.c`. It says what can be set, what runs on the
 * hosts (Application), what should hold, and which plots suit it. Everything that a module may do
 * during a run is in models/host.h; it includes no header of links, stacks or queues.
 *
 * A module exports one struct and is known by one line in scenarios/scenario_list.h:
 *
 *     const ScenarioModule SCENARIO_ping = {.name = "ping", .title = "...", ...};
 *
 * All is const and static: a module keeps no state of its own, since a process may hold several
 * runs. */
#ifndef SCENARIOS_SCENARIO_MODULE_H
#define SCENARIOS_SCENARIO_MODULE_H

#include "models/application.h"
#include "sim/settings.h"

/* Something that should hold at the end of a run, in the words of `expect:` (see
 * scenarios/expectation.h). */
typedef struct ScenarioProperty {
    const char *name;
    const char *expectation; /* `ping.loss < 2%` */
} ScenarioProperty;

typedef struct ScenarioModule {
    const char *name;                   /* also the section of its settings */
    const char *title;                  /* one line */
    const SettingsTable *settings;      /* NULL: it has none */
    const Application *application;     /* its name is the module's */
    const ScenarioProperty *properties; /* ends with name NULL; NULL: none */
    /* Settings (`ping.pingers=none`) under which nothing is drawn at random and nothing happens but
     * by the timeline, while host_explain() gives the rows that it happens by; NULL-terminated;
     * NULL: the module does not explain itself. */
    const char *const *explicit_settings;
    const char *const *plots; /* kinds that suit it, NULL-terminated; NULL: none */
} ScenarioModule;

#endif
