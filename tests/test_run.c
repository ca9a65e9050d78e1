/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/expectation.h"
#include "scenarios/run.h"
#include "scenarios/scenario_find.h"
#include "sim/error.h"

#include <string.h>

static const char TEXT[] = "scenario:\n"
                           "  module: ping\n"
                           "  stop: 4s\n"
                           "peers:\n"
                           "  count: 9\n"
                           "topology:\n"
                           "  kind: ring\n"
                           "link:\n"
                           "  latency: uniform(10ms, 30ms)\n"
                           "timeline:\n"
                           "  - 2s: crash 3\n"
                           "expect:\n"
                           "  - ping.rtt.min >= 20ms\n"
                           "  - ping.rtt.max < 20ms\n";

static Scenario *scenario_of(const char *text, GError **error)
{
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "folder/nine.yaml", ".", error);
    return file == NULL ? NULL : scenario_new(file, error);
}

static void scenario_takes_its_section(void)
{
    g_autoptr(Scenario) scenario = scenario_of("scenario:\n"
                                               "  module: ping\n"
                                               "  title: Nine\n"
                                               "  seed: 18446744073709551615\n"
                                               "  stop: 1.5s\n"
                                               "  ties: permuted\n",
                                               NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    CU_ASSERT_STRING_EQUAL(scenario->name, "nine");
    CU_ASSERT_STRING_EQUAL(scenario->title, "Nine");
    CU_ASSERT_STRING_EQUAL(scenario->module->name, "ping");
    CU_ASSERT_EQUAL(scenario->seed, UINT64_MAX);
    CU_ASSERT_EQUAL(scenario->stop, 1500 * SIM_MILLISECOND);
    CU_ASSERT_FALSE(scenario->until_idle);
    CU_ASSERT_TRUE(scenario->permute_ties);
}

static void scenario_has_defaults(void)
{
    g_autoptr(Scenario) scenario = scenario_of("scenario:\n  module: ping\n", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    CU_ASSERT_STRING_EQUAL(scenario->title, scenario->module->title);
    CU_ASSERT_EQUAL(scenario->seed, 1);
    CU_ASSERT_EQUAL(scenario->stop, SIM_TIME_MAX);
    CU_ASSERT_TRUE(scenario->until_idle);
    CU_ASSERT_FALSE(scenario->permute_ties);
}

static Run *executed(Scenario *scenario, const RunOptions *options)
{
    Run *run = run_new(scenario, options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    CU_ASSERT_TRUE(run_execute(run, NULL));
    return run;
}

static void run_is_judged(void)
{
    g_autoptr(Scenario) scenario = scenario_of(TEXT, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    g_autoptr(Run) run = executed(scenario, &(RunOptions){0});
    CU_ASSERT_EQUAL(run_status(run), RUN_COMPLETE);
    CU_ASSERT_EQUAL_FATAL(run_verdict_count(run), 3);
    CU_ASSERT_STRING_EQUAL(run_verdict(run, 0)->property, "every ping is answered");
    CU_ASSERT_FALSE(run_verdict(run, 0)->holds);
    CU_ASSERT_PTR_NULL(run_verdict(run, 1)->property);
    CU_ASSERT_TRUE(run_verdict(run, 1)->holds);
    CU_ASSERT_FALSE(run_verdict(run, 2)->holds);
    CU_ASSERT_FALSE(run_holds(run));
    CU_ASSERT_PTR_NULL(run_partial_path(run));
}

/* Metrics and fingerprint as one text. */
static char *outcome_of(const RunOptions *options)
{
    g_autoptr(Scenario) scenario = scenario_of(TEXT, NULL);
    g_autoptr(Run) run = executed(scenario, options);
    const Network *network = run_network(run);
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
                    simulation_fingerprint(network_simulation(network)),
                    simulation_events(network_simulation(network)));
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        g_autofree char *sum = metric_sum_text(network_metric(network, i));
        g_autofree char *buckets = metric_buckets_text(network_metric(network, i));
        g_string_append_printf(text, "%s %s\n", sum, buckets);
    }
    return g_string_free(text, FALSE);
}

static void run_is_the_same_however_it_is_executed(void)
{
    g_autofree char *whole = outcome_of(&(RunOptions){0});
    for (unsigned count = 2; count <= 9; count++) {
        g_autofree char *cut = outcome_of(&(RunOptions){.partition_count = count});
        CU_ASSERT_STRING_EQUAL(cut, whole);
    }
    for (const char *const *name = event_queue_names(); *name != NULL; name++) {
        g_autofree char *other = outcome_of(&(RunOptions){.queue = event_queue_kind(*name)});
        CU_ASSERT_STRING_EQUAL(other, whole);
    }
}

static void run_that_is_interrupted_is_not_judged(void)
{
    static const volatile sig_atomic_t interrupted = 1;
    g_autoptr(Scenario) scenario = scenario_of(TEXT, NULL);
    g_autoptr(Run) run = executed(scenario, &(RunOptions){.interrupt = &interrupted});
    CU_ASSERT_EQUAL(run_status(run), RUN_STOPPED);
    CU_ASSERT_STRING_EQUAL(run_status_name(run_status(run)), "interrupted");
    CU_ASSERT_EQUAL(run_verdict_count(run), 0);
    CU_ASSERT_FALSE(run_holds(run));
}

static void run_with_a_coordinator_is_not_cut(void)
{
    g_autoptr(Scenario) scenario = scenario_of("scenario:\n  module: testbed\n", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){.partition_count = 3}, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    CU_ASSERT_EQUAL(simulation_partition_count(network_simulation(run_network(run))), 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run_remarks(run)[0]);
    CU_ASSERT_PTR_NOT_NULL(strstr(run_remarks(run)[0], "coordinator"));
}

/* Which must be said for every module that is in the list, with no more than its name. */
static char *names_text(const char *count, const char *names)
{
    return g_strdup_printf("scenario:\n  module: ping\n  stop: 4s\n"
                           "peers:\n  count: %s\n  names: %s\n"
                           "timeline:\n  - 2s: crash {Lima}\n",
                           count, names);
}

static void peers_are_called_as_told(void)
{
    static const char *const names[] = {"Tokyo", "Lima", "New York", NULL};
    g_autofree char *text = names_text("3", "[Tokyo, Lima, 'New York']");
    g_autoptr(Scenario) scenario = scenario_of(text, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    const char *const *given = network_peer_names(run_network(run));
    CU_ASSERT_PTR_NOT_NULL_FATAL(given);
    CU_ASSERT_TRUE(g_strv_equal(given, names));
}

static void peers_are_not_called_what_misleads(void)
{
    static const char *const cases[][3] = {
        {"2", "[Lima]", "found 1 names, expected 2, one for each peer"},
        {"2", "[Lima, Lima]", "found 'Lima' a second time, expected each name once"},
        {"2", "[Lima, 7]", "found '7', expected a name that is no number"},
        {"2", "[Lima, -1.5]", "found '-1.5', expected a name that is no number"},
        {"2", "[Lima, all]",
         "found 'all', expected a name other than all, without braces and commas"},
        {"2", "[Lima, 'a,b']",
         "found 'a,b', expected a name other than all, without braces and commas"},
        {"2", "[Lima, '{a']",
         "found '{a', expected a name other than all, without braces and commas"},
        {"2", "[Lima, '']", "found '', expected a name other than all, without braces and commas"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = names_text(cases[i][0], cases[i][1]);
        g_autofree char *message =
            g_strconcat("folder/nine.yaml:6:10: peers.names: ", cases[i][2], NULL);
        g_autoptr(Scenario) scenario = scenario_of(text, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, &error);
        CU_ASSERT_PTR_NULL(run);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, message);
    }
}

static void modules_run_and_their_properties_can_be_read(void)
{
    for (const ScenarioModule *const *module = scenario_modules(); *module != NULL; module++) {
        g_autofree char *text = g_strdup_printf("scenario:\n  module: %s\n", (*module)->name);
        g_autoptr(Scenario) scenario = scenario_of(text, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(run);
        const Network *network = run_network(run);
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        g_autoptr(GPtrArray) units = g_ptr_array_new();
        for (unsigned i = 0; i < network_metric_count(network); i++) {
            g_ptr_array_add(names, (gpointer)network_metric_name(network, i));
            g_ptr_array_add(units, (gpointer)network_metric_unit(network, i));
        }
        const MetricCatalogue metrics = {(const char *const *)(void *)names->pdata,
                                         (const char *const *)(void *)units->pdata, names->len};
        const ScenarioProperty *property = (*module)->properties;
        for (; property != NULL && property->name != NULL; property++) {
            g_autoptr(Expectation) expectation =
                expectation_new(property->expectation, &metrics, NULL);
            CU_ASSERT_PTR_NOT_NULL(expectation);
        }
    }
}

CU_TestInfo suite_run[] = {
    {"scenario_takes_its_section", scenario_takes_its_section},
    {"scenario_has_defaults", scenario_has_defaults},
    {"run_is_judged", run_is_judged},
    {"run_is_the_same_however_it_is_executed", run_is_the_same_however_it_is_executed},
    {"run_that_is_interrupted_is_not_judged", run_that_is_interrupted_is_not_judged},
    {"run_with_a_coordinator_is_not_cut", run_with_a_coordinator_is_not_cut},
    {"peers_are_called_as_told", peers_are_called_as_told},
    {"peers_are_not_called_what_misleads", peers_are_not_called_what_misleads},
    {"modules_run_and_their_properties_can_be_read", modules_run_and_their_properties_can_be_read},
    CU_TEST_INFO_NULL,
};
