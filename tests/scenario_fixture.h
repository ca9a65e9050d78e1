/* SPDX-License-Identifier: MIT */
/* A run of a scenario inside the test: from a shipped file or from text, with settings put over it.
 */
#ifndef TESTS_SCENARIO_FIXTURE_H
#define TESTS_SCENARIO_FIXTURE_H

#include "scenarios/run.h"

#include <sqlite3.h>

typedef struct ScenarioFixture {
    Scenario *scenario;
    Run *run;
    char *folder, *path; /* of the database; NULL without one */
    sqlite3 *database;   /* after scenario_fixture_run() */
} ScenarioFixture;

/* `file` is a name in scenarios/ or, when it contains a line end, the text itself. `sets` is
 * NULL-terminated or NULL. `recorded`: with a database. Fails the test on an error and then returns
 * NULL. */
ScenarioFixture *scenario_fixture_new(const char *file, const char *const *sets,
                                      unsigned partitions, bool recorded);
void scenario_fixture_free(ScenarioFixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioFixture, scenario_fixture_free)

/* Whether the text with the settings over it makes a run. */
bool scenario_fixture_is_accepted(const char *file, const char *const *sets, GError **error);

bool scenario_fixture_run(ScenarioFixture *fixture);

/* The one integer that a query gives; -1 and a failed test when it gives none. */
int64_t scenario_fixture_integer(ScenarioFixture *fixture, const char *sql);

/* A metric of the finished run; NULL and a failed test when there is none of that name. */
const Metric *scenario_fixture_metric(ScenarioFixture *fixture, const char *name);

/* The content digest of the database, to be freed. */
char *scenario_fixture_digest(ScenarioFixture *fixture);

/* A file of ../shared/data, or NULL and a loud line when it is not there; to be freed. */
char *scenario_fixture_shared(const char *name);

#endif
