/* SPDX-License-Identifier: MIT */
/* Runs of scenarios inside tests. */
#include "tests/scenario_fixture.h"

#include "analysis/database.h"
#include "analysis/digest.h"

#include <CUnit/CUnit.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* Shows an error and fails the test. */
static void complain(const GError *error)
{
    printf("\n    %s\n", error == NULL ? "no error was set" : error->message);
    CU_FAIL("a run or a query failed");
}

static char *source_path(const char *first, const char *second)
{
    const char *top = g_getenv("top_srcdir");
    return g_build_filename(top == NULL ? ".." : top, first, second, NULL);
}

static Scenario *load(const char *file, const char *const *sets, GError **error)
{
    if (strchr(file, '\n') == NULL) {
        g_autofree char *path = source_path("scenarios", file);
        return scenario_load(path, sets, NULL, error);
    }
    g_autofree char *directory = g_get_current_dir();
    ScenarioFile *text = scenario_file_parse(file, strlen(file), "test.yaml", directory, error);
    for (; text != NULL && sets != NULL && *sets != NULL; sets++) {
        if (!scenario_file_set(text, *sets, error)) {
            return NULL;
        }
    }
    return text == NULL ? NULL : scenario_new(text, error);
}

ScenarioFixture *scenario_fixture_new(const char *file, const char *const *sets,
                                      unsigned partitions, bool recorded)
{
    g_autoptr(ScenarioFixture) fixture = g_new0(ScenarioFixture, 1);
    g_autoptr(GError) error = NULL;
    if (recorded) {
        fixture->folder = g_dir_make_tmp("skein-test-XXXXXX", &error);
        fixture->path = g_build_filename(fixture->folder, "test.db", NULL);
    }
    fixture->scenario = load(file, sets, &error);
    if (fixture->scenario != NULL) {
        fixture->run = run_new(
            fixture->scenario,
            &(RunOptions){.partition_count = partitions, .database = fixture->path}, &error);
    }
    if (fixture->run == NULL) {
        complain(error);
        return NULL;
    }
    return g_steal_pointer(&fixture);
}

void scenario_fixture_free(ScenarioFixture *fixture)
{
    if (fixture == NULL) {
        return;
    }
    sqlite3_close(fixture->database);
    run_free(fixture->run);
    scenario_free(fixture->scenario);
    if (fixture->folder != NULL) {
        g_unlink(fixture->path);
        g_rmdir(fixture->folder);
    }
    g_free(fixture->path);
    g_free(fixture->folder);
    g_free(fixture);
}

bool scenario_fixture_is_accepted(const char *file, const char *const *sets, GError **error)
{
    Scenario *scenario = load(file, sets, error);
    Run *run = scenario == NULL ? NULL : run_new(scenario, &(RunOptions){0}, error);
    const bool is_accepted = run != NULL;
    run_free(run);
    scenario_free(scenario);
    return is_accepted;
}

bool scenario_fixture_run(ScenarioFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    if (!run_execute(fixture->run, &error)) {
        complain(error);
        return false;
    }
    if (fixture->path != NULL &&
        (fixture->database = database_open(fixture->path, &error)) == NULL) {
        complain(error);
        return false;
    }
    return true;
}

int64_t scenario_fixture_integer(ScenarioFixture *fixture, const char *sql)
{
    g_autoptr(GError) error = NULL;
    int64_t value = -1;
    if (!database_read_integer(fixture->database, sql, &value, &error)) {
        complain(error);
    }
    return value;
}

const Metric *scenario_fixture_metric(ScenarioFixture *fixture, const char *name)
{
    const Network *network = run_network(fixture->run);
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        if (strcmp(network_metric_name(network, i), name) == 0) {
            return network_metric(network, i);
        }
    }
    CU_FAIL("no such metric");
    return NULL;
}

char *scenario_fixture_digest(ScenarioFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    char *digest = digest_of_database(fixture->database, &error);
    if (digest == NULL) {
        complain(error);
    }
    return digest;
}

char *scenario_fixture_shared(const char *name)
{
    const char *given = g_getenv("SKEIN_SHARED");
    g_autofree char *beside = source_path("..", "shared");
    char *path = g_build_filename(given != NULL ? given : beside, "data", name, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        printf("\n    SKIPPED: ../shared/data/%s is not there\n", name);
        g_clear_pointer(&path, g_free);
    }
    return path;
}
