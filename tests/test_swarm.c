/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/run.h"
#include "scenarios/swarm.h"

#include <string.h>

static const char TEXT[] = "scenario:\n  module: ping\n"
                           "peers:\n  count: 5\n"
                           "timeline:\n  - 1s: ping 0 1\n"
                           "swarm:\n"
                           "  link.latency: [5ms, 'uniform(1ms, 9ms)', exponential(20ms)]\n"
                           "  scenario.ties: permuted\n"
                           "  faults: [none, crash, partition crash]\n"
                           "  within: 200ms\n";

static ScenarioFile *file_of(const char *text)
{
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "five.yaml", ".", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

/* What a seed chooses, as lines. */
static char *chosen(const char *text, const char *set, uint64_t seed)
{
    g_autoptr(ScenarioFile) file = file_of(text);
    g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func(g_free);
    CU_ASSERT_TRUE(set == NULL || scenario_file_set(file, set, NULL));
    CU_ASSERT_TRUE(swarm_apply(file, seed, choices, choices, NULL));
    g_ptr_array_add(choices, NULL);
    return g_strjoinv("\n", (char **)choices->pdata);
}

static void seed_decides(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        g_autofree char *first = chosen(TEXT, NULL, seed);
        g_autofree char *again = chosen(TEXT, NULL, seed);
        CU_ASSERT_STRING_EQUAL(first, again);
    }
}

/* Over 600 seeds each of three values comes up about 200 times (deviation 11.5). */
static void every_value_is_chosen_as_often(void)
{
    static const char *const VALUES[] = {"link.latency=5ms", "link.latency=uniform(1ms, 9ms)",
                                         "link.latency=exponential(20ms)"};
    unsigned counts[G_N_ELEMENTS(VALUES)] = {0}, ties = 0, crashes = 0, partitions = 0;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        g_autofree char *text = chosen(TEXT, NULL, seed);
        for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
            counts[i] += strstr(text, VALUES[i]) != NULL;
        }
        ties += strstr(text, "scenario.ties=permuted") != NULL;
        crashes += strstr(text, ": crash ") != NULL;
        partitions += strstr(text, ": partition {0") != NULL;
        CU_ASSERT_EQUAL(strstr(text, ": crash ") != NULL, strstr(text, ": restart ") != NULL);
        CU_ASSERT_EQUAL(strstr(text, ": partition ") != NULL, strstr(text, ": heal") != NULL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
        CU_ASSERT_TRUE(counts[i] > 140 && counts[i] < 260);
    }
    CU_ASSERT_EQUAL(ties, 600);
    CU_ASSERT_TRUE(crashes > 340 && crashes < 460);
    CU_ASSERT_TRUE(partitions > 140 && partitions < 260);
}

static void what_is_chosen_can_run(void)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        g_autoptr(ScenarioFile) file = file_of(TEXT);
        g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func(g_free);
        CU_ASSERT_TRUE_FATAL(swarm_apply(file, seed, choices, choices, NULL));
        g_autoptr(Scenario) scenario = scenario_new(g_steal_pointer(&file), NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        CU_ASSERT_TRUE(scenario->permute_ties);
        g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
        CU_ASSERT_PTR_NOT_NULL(run);
    }
}

static void command_line_is_stronger(void)
{
    g_autofree char *text = chosen(TEXT, "link.latency=7ms", 3);
    CU_ASSERT_PTR_NULL(strstr(text, "link.latency"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "scenario.ties=permuted"));
}

static void ties_and_latency_vary_without_a_section(void)
{
    unsigned ties = 0, latencies = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        g_autofree char *text = chosen("scenario:\n  module: ping\n", NULL, seed);
        ties += strstr(text, "scenario.ties=permuted") != NULL;
        latencies += strstr(text, "link.latency=") != NULL;
        CU_ASSERT_PTR_NULL(strstr(text, "crash"));
    }
    CU_ASSERT_TRUE(ties > 25 && ties < 75);
    CU_ASSERT_TRUE(latencies > 55 && latencies < 100);
}

static void bad_choices_name_their_place(void)
{
    static const struct {
        const char *section, *message;
    } CASES[] = {
        {"swarm:\n  faults: [flood]\n", "a.yaml:4:12: swarm.faults: found 'flood', expected none, "
                                        "or words out of crash and partition"},
        {"swarm:\n  within: 2\n", "a.yaml:4:11: swarm.within: "},
        {"swarm:\n  within: 1ns\n",
         "a.yaml:4:11: swarm.within: found '1ns', expected at least 1us"},
        {"swarm:\n  loss: 1%\n", "a.yaml:4:3: found 'loss', expected a key such as link.loss"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *text = g_strconcat("scenario:\n  module: ping\n", CASES[i].section, NULL);
        g_autoptr(ScenarioFile) file = scenario_file_parse(text, strlen(text), "a.yaml", ".", NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        CU_ASSERT_FALSE(swarm_apply(file, 1, choices, choices, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_TRUE(g_str_has_prefix(error->message, CASES[i].message));
    }
}

CU_TestInfo suite_swarm[] = {
    {"seed_decides", seed_decides},
    {"every_value_is_chosen_as_often", every_value_is_chosen_as_often},
    {"what_is_chosen_can_run", what_is_chosen_can_run},
    {"command_line_is_stronger", command_line_is_stronger},
    {"ties_and_latency_vary_without_a_section", ties_and_latency_vary_without_a_section},
    {"bad_choices_name_their_place", bad_choices_name_their_place},
    CU_TEST_INFO_NULL,
};
