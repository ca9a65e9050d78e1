/* SPDX-License-Identifier: MIT */
/* Shipped scenarios on the stack `tcp`, and flows that share a line. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <stdio.h>

/* The same story as on `ideal`: every message arrives, every stream ends in good order. */
static void the_testbed_tells_its_story(void)
{
    static const char *const SETS[] = {"stack.name=tcp", NULL};
    g_autoptr(ScenarioFixture) run = scenario_fixture_new("testbed.yaml", SETS, 1, true);
    g_autoptr(ScenarioFixture) ideal = scenario_fixture_new("testbed.yaml", NULL, 1, true);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    CU_ASSERT_FATAL(ideal != NULL && scenario_fixture_run(ideal));
    static const char *const COUNTS[] = {
        "SELECT count(*) FROM message WHERE fate = 'delivered'",
        "SELECT count(*) FROM stream WHERE outcome = 'closed'",
        "SELECT count(*) FROM span WHERE name <> 'dial'",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(COUNTS); i++) {
        CU_ASSERT_EQUAL(scenario_fixture_integer(run, COUNTS[i]),
                        scenario_fixture_integer(ideal, COUNTS[i]));
    }
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(run, "SELECT count(*) FROM message WHERE fate <> 'delivered'"), 0);
}

static void pings_answer_alike_in_any_partitions(void)
{
    static const char *const SETS[] = {"stack.name=tcp", "link.loss=1%", NULL};
    g_autofree char *first = NULL;
    for (unsigned partitions = 1; partitions <= 3; partitions++) {
        g_autoptr(ScenarioFixture) run = scenario_fixture_new("ring.yaml", SETS, partitions, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        CU_ASSERT_EQUAL(scenario_fixture_integer(run, "SELECT count(*) FROM message WHERE fate IN "
                                                      "('lost', 'partitioned', 'queue-drop')"),
                        0);
        g_autofree char *digest = scenario_fixture_digest(run);
        if (first == NULL) {
            first = g_steal_pointer(&digest);
        } else {
            CU_ASSERT_STRING_EQUAL(digest, first);
        }
    }
}

/* Jain's index of what each of two equal flows got through the sender's up link in 60 s, and the
 * line is full. */
static void equal_flows_share_an_up_link_fairly(void)
{
    static const char *const CONTROLS[] = {"tcp.congestion=cubic", "tcp.congestion=reno"};
    for (size_t i = 0; i < G_N_ELEMENTS(CONTROLS); i++) {
        const char *const sets[] = {CONTROLS[i], NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(
            "scenario: {module: traffic, stop: 60s}\n"
            "peers: {count: 3}\n"
            "link: {latency: 20ms}\n"
            "access: {up: 10Mbit/s, queue: 60packets}\n"
            "stack: {name: tcp}\n"
            "traffic: {senders: '{0}', receivers: '{1, 2}', pairs: all, size: 200MB}\n",
            sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        double got[2];
        for (int k = 0; k < 2; k++) {
            g_autofree char *sql = g_strdup_printf("SELECT sum(size_bytes) FROM message WHERE "
                                                   "receiver_id = %d AND fate = 'delivered'",
                                                   k + 1);
            got[k] = (double)scenario_fixture_integer(run, sql);
        }
        const double sum = got[0] + got[1];
        const double jain = sum * sum / (2 * (got[0] * got[0] + got[1] * got[1]));
        if (jain <= 0.95 || sum < 60 * 10e6 / 8 * 0.92) {
            printf("\n    %s: %g and %g bytes\n", CONTROLS[i], got[0], got[1]);
        }
        CU_ASSERT(jain > 0.95);
        CU_ASSERT(sum > 60 * 10e6 / 8 * 0.92);
    }
}

CU_TestInfo suite_tcp_scenarios[] = {
    {"the_testbed_tells_its_story", the_testbed_tells_its_story},
    {"pings_answer_alike_in_any_partitions", pings_answer_alike_in_any_partitions},
    {"equal_flows_share_an_up_link_fairly", equal_flows_share_an_up_link_fairly},
    CU_TEST_INFO_NULL,
};
